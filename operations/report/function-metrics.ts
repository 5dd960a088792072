import { type MetricRequest, requestSum } from "../aws/metrics";
import {
  buildEmittedMetric,
  buildTrafficMetric,
  buildReportedMetric,
  buildOwnMetric,
  findColdStarts,
} from "../../model/metrics";
import { type MeasuredFunction } from "../../model/measured-function";

type Reading = (subject: MeasuredFunction) => MetricRequest | undefined;

/** How each value of a function is read; undefined for a function that does not have it. */
const READINGS = {
  requests: ({ watched }) => requestSum(buildTrafficMetric("Invocations", watched)),
  errors: ({ watched }) => requestSum(buildTrafficMetric("Errors", watched)),
  coldStarts: ({ watched }) => findColdStarts(watched),
  averageInit: ({ watched }) => ({ metric: buildReportedMetric("InitDuration", watched), statistic: "Average" }),
  p50: ({ watched }) => ({ metric: buildTrafficMetric("Duration", watched), statistic: "p50" }),
  p90: ({ watched }) => ({ metric: buildTrafficMetric("Duration", watched), statistic: "p90" }),
  p99: ({ watched }) => ({ metric: buildTrafficMetric("Duration", watched), statistic: "p99" }),
  mostMemoryMb: ({ watched }) => ({ metric: buildReportedMetric("MaxMemoryUsed", watched), statistic: "Maximum" }),
  serverErrors: ({ watched }) =>
    watched.publishesMetrics ? requestSum(buildEmittedMetric("ServerErrors", watched)) : undefined,
  averageMemoryPercent: ({ watched }) =>
    watched.publishesMetrics
      ? { metric: buildEmittedMetric("MemoryUtilization", watched), statistic: "Average" }
      : undefined,
  firstByteP90: ({ watched }) =>
    watched.streams ? { metric: buildEmittedMetric("FirstByteTime", watched), statistic: "p90" } : undefined,
  pings: (subject) => requestPings("Invocations", subject),
  averageInstances: (subject) => requestInstances("Average", subject),
  startedForPings: ({ watched, warmed }) => warmed && requestSum(buildOwnMetric("WarmingColdStarts", watched)),
  throttles: ({ watched }) => requestSum(buildTrafficMetric("Throttles", watched)),
  inits: ({ watched }) => ({ metric: buildReportedMetric("InitDuration", watched), statistic: "SampleCount" }),
  milliseconds: ({ watched }) => requestSum(buildTrafficMetric("Duration", watched)),
  averageMemoryMb: ({ watched }) =>
    watched.publishesMetrics
      ? undefined
      : { metric: buildReportedMetric("MaxMemoryUsed", watched), statistic: "Average" },
  memorySizeMb: ({ watched }) =>
    watched.memoryMb === undefined
      ? { metric: buildReportedMetric("MemorySize", watched), statistic: "Maximum" }
      : undefined,
  pingMilliseconds: (subject) => requestPings("Duration", subject),
  pingFailures: ({ watched, warmed }) => warmed && requestSum(buildOwnMetric("WarmingFailures", watched)),
  leastInstances: (subject) => requestInstances("Minimum", subject),
} as const satisfies Readonly<Record<string, Reading>>;

/** The name of a value that is read for a function. */
export type ValueName = keyof typeof READINGS;

/** Values that are read together, of the functions that they say something about. */
export interface ReadingSet {
  readonly names: readonly ValueName[];
  readonly isFor: (subject: MeasuredFunction) => boolean;
}

const ALL = Object.keys(READINGS) as ValueName[];

/** Read once for a whole period. */
export const SCALARS: ReadingSet = { names: ALL, isFor: () => true };

/** Read for each point of a chart. */
export const SERIES: ReadingSet = { names: ALL.slice(0, ALL.indexOf("throttles")), isFor: () => true };

/** Read for each hour, to compare hours with and without pings, where these and their cold starts are known apart. */
export const HOURS: ReadingSet = {
  names: ["requests", "coldStarts", "pings"],
  isFor: ({ watched, warmed }) => warmed !== undefined && watched.publishesMetrics,
};

/** How some values of a function are read; values that it does not have are missing. */
export function listReadings(subject: MeasuredFunction, { names, isFor }: ReadingSet): [ValueName, MetricRequest][] {
  if (!isFor(subject)) return [];
  return names.flatMap((name): [ValueName, MetricRequest][] => {
    const request = READINGS[name](subject);
    return request ? [[name, request]] : [];
  });
}

function requestPings(metricName: string, { watched: { name }, warmed }: MeasuredFunction): MetricRequest | undefined {
  const resource = warmed && `${name}:${warmed.qualifier}`;
  return resource === undefined
    ? undefined
    : requestSum({ namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: name, Resource: resource } });
}

function requestInstances(statistic: string, { watched, warmed }: MeasuredFunction): MetricRequest | undefined {
  return warmed && { metric: buildOwnMetric("WarmedInstances", watched), statistic };
}
