import { failures, type Measure, measure, ofTraffic, reported } from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type Point, readMetrics } from "../aws/metric-data";
import { type Aws } from "./aws";
import { type Version } from "./changes";
import { requestsDollars } from "./comparison";
import { type Window } from "./window";

const MINUTE = 60_000;
/** A deployment this long before or after is compared by: what begins with it shows at once. */
const AROUND = 30 * MINUTE;
/** A version that has been there for longer is no news. */
const NEAR = 24 * 60 * MINUTE;

/** How a function did for a while. */
export interface Side {
  readonly requests: number;
  readonly failures: number;
  /** Undefined where there was none to take the average of; as the next. */
  readonly averageMilliseconds: number | undefined;
  readonly averageInitMilliseconds: number | undefined;
}

/** How a function did in the half hour before and in the half hour after a version appeared. */
export interface AroundVersion {
  readonly version: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly before: Side;
  readonly after: Side;
}

/** When a version appeared, if that was within a day before a time began, or in it. */
export function nearPublication(version: Version | undefined, { from, to }: Window): number | undefined {
  const at = version?.publishedAt;
  return at !== undefined && at >= from - NEAR && at < to ? Math.floor(at / MINUTE) * MINUTE : undefined;
}

/** @throws AwsFailure */
export async function readAround(
  aws: Aws,
  watched: WatchedFunction,
  { version, at, now }: { readonly version: string; readonly at: number; readonly now: number },
): Promise<AroundVersion> {
  const range = { from: at - AROUND, to: Math.min(at + AROUND, now), periodSeconds: MINUTE / 1000 };
  const points = await readMetrics(aws.cloudWatch, aws.region, requestsOf(watched), range, aws.signal);
  const side = (isIn: (point: Point) => boolean): Side => {
    const sum = (name: keyof typeof points) => points[name].filter(isIn).reduce((total, { value }) => total + value, 0);
    return {
      requests: sum("requests"),
      failures: sum("failures"),
      averageMilliseconds: quotient(sum("milliseconds"), sum("requests")),
      averageInitMilliseconds: quotient(sum("initMilliseconds"), sum("inits")),
    };
  };
  return { version, at, before: side((point) => point.at < at), after: side((point) => point.at >= at) };
}

/** What {@link readAround} costs, in dollars. */
export function aroundDollars(watched: WatchedFunction): number {
  return requestsDollars(Object.values(requestsOf(watched)));
}

function requestsOf(of: WatchedFunction) {
  return {
    requests: measure("Sum", ofTraffic("Invocations", of)),
    failures: failures(of),
    milliseconds: measure("Sum", ofTraffic("Duration", of)),
    inits: measure("SampleCount", reported("InitDuration", of)),
    initMilliseconds: measure("Sum", reported("InitDuration", of)),
  } satisfies Record<string, Measure>;
}

function quotient(sum: number, count: number): number | undefined {
  return count > 0 ? sum / count : undefined;
}
