import {
  measureFailures,
  type Measure,
  buildMeasure,
  buildTrafficMetric,
  buildReportedMetric,
} from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type Point, readMetrics, sumPoints } from "../aws/metrics";
import { type AwsAccess } from "../aws/access";
import { type Version } from "./changes";
import { priceRequests } from "./comparison";
import { type Window } from "./window";

const MINUTE = 60_000;
/** The time before and after a deployment that is compared: effects of a deployment show at once. */
const AROUND = 30 * MINUTE;
/** How much earlier a version that is still relevant may have come, in milliseconds. */
export const NEAR = 24 * 60 * MINUTE;

/** A function's figures in the half hour before and after a version appeared. */
export type AroundVersion = Awaited<ReturnType<typeof readAround>>;

/** A function's figures in one of the two. */
export type Side = AroundVersion["before"];

/** When a version appeared, if that was in a time range or within a day before it. */
export function findPublication(version: Version | undefined, { from, to }: Window): number | undefined {
  const at = version?.publishedAt;
  return at !== undefined && at >= from - NEAR && at < to ? Math.floor(at / MINUTE) * MINUTE : undefined;
}

/** @throws AwsFailure */
export async function readAround(aws: AwsAccess, watched: WatchedFunction, version: string, at: number, now: number) {
  const range = { from: at - AROUND, to: Math.min(at + AROUND, now), periodSeconds: MINUTE / 1000 };
  const points = await readMetrics(aws, listRequests(watched), range);
  const side = (isIn: (point: Point) => boolean) => {
    const sum = (name: keyof typeof points) => sumPoints(points[name].filter(isIn));
    return {
      requests: sum("requests"),
      failures: sum("failures"),
      /** Undefined if there was nothing to average; the same for the next one. */
      averageMilliseconds: divideIfAny(sum("milliseconds"), sum("requests")),
      averageInitMilliseconds: divideIfAny(sum("initMilliseconds"), sum("inits")),
    };
  };
  return { version, at, before: side((point) => point.at < at), after: side((point) => point.at >= at) };
}

/** Cost of {@link readAround}, in dollars. */
export function priceAroundVersion(watched: WatchedFunction): number {
  return priceRequests(Object.values(listRequests(watched)));
}

function listRequests(of: WatchedFunction) {
  return {
    requests: buildMeasure("Sum", buildTrafficMetric("Invocations", of)),
    failures: measureFailures(of),
    milliseconds: buildMeasure("Sum", buildTrafficMetric("Duration", of)),
    inits: buildMeasure("SampleCount", buildReportedMetric("InitDuration", of)),
    initMilliseconds: buildMeasure("Sum", buildReportedMetric("InitDuration", of)),
  } satisfies Record<string, Measure>;
}

function divideIfAny(sum: number, count: number): number | undefined {
  return count > 0 ? sum / count : undefined;
}
