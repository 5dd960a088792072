import { type MetricRequest } from "../aws/metric-data";
import { emitted, type MetricAddress, ofTraffic, reported, warmed } from "../../model/metrics";
import { type Subject } from "../subject";

/** What is read of one function: which metric, with which statistic. What a function does not have is missing. */

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

/** One value for each hour: what shows the effect of warming. */
export type HourName = "requests" | "coldStarts" | "pings";

/** Metrics by name. */
export type Requests<Name extends string> = Readonly<Partial<Record<Name, MetricRequest>>>;

/** Everything that is read once for a whole period. */
export function scalarsOf(subject: Subject): Requests<ScalarName> {
  const { watched } = subject;
  const { deployedHere, memoryMb } = watched;
  return {
    ...requestsOf(subject),
    throttles: sum(ofTraffic("Throttles", watched)),
    inits: { metric: reported("InitDuration", watched), statistic: "SampleCount" },
    milliseconds: sum(ofTraffic("Duration", watched)),
    ...(deployedHere ? {} : { averageMemoryMb: { metric: reported("MaxMemoryUsed", watched), statistic: "Average" } }),
    ...(memoryMb === undefined
      ? { memorySizeMb: { metric: reported("MemorySize", watched), statistic: "Maximum" } }
      : {}),
    ...pingsOf(subject),
  };
}

/** Everything that charts show. */
export function seriesOf(subject: Subject): Requests<SeriesName> {
  const { pings, averageInstances, startedForPings } = pingsOf(subject);
  return {
    ...requestsOf(subject),
    ...(pings && { pings }),
    ...(averageInstances && { averageInstances }),
    ...(startedForPings && { startedForPings }),
  };
}

/** What hours with pings and hours without are compared by: only where pings can be told from traffic. */
export function hoursOf(subject: Subject): Requests<HourName> {
  const { watched, warmed } = subject;
  if (!warmed || !watched.deployedHere) return {};
  const { requests, coldStarts } = requestsOf(subject);
  const { pings } = pingsOf(subject);
  return { ...(requests && { requests }), ...(coldStarts && { coldStarts }), ...(pings && { pings }) };
}

function requestsOf({ watched }: Subject): Requests<SeriesName & ScalarName> {
  const duration = ofTraffic("Duration", watched);
  const init = reported("InitDuration", watched);
  return {
    requests: sum(ofTraffic("Invocations", watched)),
    errors: sum(ofTraffic("Errors", watched)),
    // Where the function does not tell which were users', every cold start, those of pings too.
    coldStarts: watched.deployedHere ? sum(emitted("ColdStarts", watched)) : { metric: init, statistic: "SampleCount" },
    averageInit: { metric: init, statistic: "Average" },
    p50: { metric: duration, statistic: "p50" },
    p90: { metric: duration, statistic: "p90" },
    p99: { metric: duration, statistic: "p99" },
    mostMemoryMb: { metric: reported("MaxMemoryUsed", watched), statistic: "Maximum" },
    ...(watched.deployedHere
      ? {
          serverErrors: sum(emitted("ServerErrors", watched)),
          averageMemoryPercent: { metric: emitted("MemoryUtilization", watched), statistic: "Average" },
        }
      : {}),
  };
}

function pingsOf({ watched: { name }, warmed: target }: Subject): Requests<PingName> {
  if (!target) return {};
  const ofPings = (metricName: string): MetricAddress => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: name, Resource: `${name}:${target.qualifier}` },
  });
  const instances = warmed("WarmedInstances", { name });
  return {
    pings: sum(ofPings("Invocations")),
    pingMilliseconds: sum(ofPings("Duration")),
    pingFailures: sum(warmed("WarmingFailures", { name })),
    averageInstances: { metric: instances, statistic: "Average" },
    leastInstances: { metric: instances, statistic: "Minimum" },
    startedForPings: sum(warmed("WarmingColdStarts", { name })),
  };
}

function sum(metric: MetricAddress): MetricRequest {
  return { metric, statistic: "Sum" };
}
