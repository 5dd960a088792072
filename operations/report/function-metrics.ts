import { type MetricRequest } from "../aws/metrics";
import {
  buildEmittedMetric,
  type MetricAddress,
  buildTrafficMetric,
  buildReportedMetric,
  buildWarmingMetric,
  findColdStarts,
} from "../../model/metrics";
import { type MeasuredFunction } from "../../model/measured-function";

/** What is read for one function: metrics with statistics. Metrics that a function does not have are missing. */

/** One value for a whole period. */
export type ScalarName =
  | "requests"
  | "errors"
  | "serverErrors"
  | "throttles"
  | "coldStarts"
  | "inits"
  | "averageInit"
  | "p50"
  | "p90"
  | "p99"
  | "milliseconds"
  | "averageMemoryPercent"
  | "averageMemoryMb"
  | "mostMemoryMb"
  | "memorySizeMb"
  | PingName;

type PingName =
  "pings" | "pingMilliseconds" | "pingFailures" | "averageInstances" | "leastInstances" | "startedForPings";

/** One value for each point of a chart. */
export type SeriesName =
  | "requests"
  | "errors"
  | "serverErrors"
  | "coldStarts"
  | "averageInit"
  | "p50"
  | "p90"
  | "p99"
  | "averageMemoryPercent"
  | "mostMemoryMb"
  | "pings"
  | "averageInstances"
  | "startedForPings";

/** One value for each hour: shows the effect of warming. */
export type HourName = "requests" | "coldStarts" | "pings";

/** Metrics by name. */
export type Requests<Name extends string> = Readonly<Partial<Record<Name, MetricRequest>>>;

/** Everything that is read once for a whole period. */
export function requestScalars(subject: MeasuredFunction): Requests<ScalarName> {
  const { watched } = subject;
  const { deployedHere, memoryMb } = watched;
  return {
    ...listRequests(subject),
    throttles: requestSum(buildTrafficMetric("Throttles", watched)),
    inits: { metric: buildReportedMetric("InitDuration", watched), statistic: "SampleCount" },
    milliseconds: requestSum(buildTrafficMetric("Duration", watched)),
    ...(deployedHere
      ? {}
      : { averageMemoryMb: { metric: buildReportedMetric("MaxMemoryUsed", watched), statistic: "Average" } }),
    ...(memoryMb === undefined
      ? { memorySizeMb: { metric: buildReportedMetric("MemorySize", watched), statistic: "Maximum" } }
      : {}),
    ...requestPings(subject),
  };
}

/** Everything that charts show. */
export function requestSeries(subject: MeasuredFunction): Requests<SeriesName> {
  const { pings, averageInstances, startedForPings } = requestPings(subject);
  return {
    ...listRequests(subject),
    ...(pings && { pings }),
    ...(averageInstances && { averageInstances }),
    ...(startedForPings && { startedForPings }),
  };
}

/** For comparing hours with and without pings: only if pings can be distinguished from traffic. */
export function requestHours(subject: MeasuredFunction): Requests<HourName> {
  const { watched, warmed } = subject;
  if (!warmed || !watched.deployedHere) return {};
  const { requests, coldStarts } = listRequests(subject);
  const { pings } = requestPings(subject);
  return { ...(requests && { requests }), ...(coldStarts && { coldStarts }), ...(pings && { pings }) };
}

function listRequests({ watched }: MeasuredFunction): Requests<SeriesName & ScalarName> {
  const duration = buildTrafficMetric("Duration", watched);
  const init = buildReportedMetric("InitDuration", watched);
  return {
    requests: requestSum(buildTrafficMetric("Invocations", watched)),
    errors: requestSum(buildTrafficMetric("Errors", watched)),
    coldStarts: findColdStarts(watched),
    averageInit: { metric: init, statistic: "Average" },
    p50: { metric: duration, statistic: "p50" },
    p90: { metric: duration, statistic: "p90" },
    p99: { metric: duration, statistic: "p99" },
    mostMemoryMb: { metric: buildReportedMetric("MaxMemoryUsed", watched), statistic: "Maximum" },
    ...(watched.deployedHere
      ? {
          serverErrors: requestSum(buildEmittedMetric("ServerErrors", watched)),
          averageMemoryPercent: { metric: buildEmittedMetric("MemoryUtilization", watched), statistic: "Average" },
        }
      : {}),
  };
}

function requestPings({ watched: { name }, warmed: target }: MeasuredFunction): Requests<PingName> {
  if (!target) return {};
  const buildPingMetric = (metricName: string): MetricAddress => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: name, Resource: `${name}:${target.qualifier}` },
  });
  const instances = buildWarmingMetric("WarmedInstances", { name });
  return {
    pings: requestSum(buildPingMetric("Invocations")),
    pingMilliseconds: requestSum(buildPingMetric("Duration")),
    pingFailures: requestSum(buildWarmingMetric("WarmingFailures", { name })),
    averageInstances: { metric: instances, statistic: "Average" },
    leastInstances: { metric: instances, statistic: "Minimum" },
    startedForPings: requestSum(buildWarmingMetric("WarmingColdStarts", { name })),
  };
}

function requestSum(metric: MetricAddress): MetricRequest {
  return { metric, statistic: "Sum" };
}
