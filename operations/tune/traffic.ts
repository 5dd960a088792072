import { HOURS_PER_MONTH } from "../../model/hours-per-month";
import { buildTrafficMetric, findColdStarts } from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type AwsAccess } from "../aws/access";
import { priceReading, readMetrics, requestSum, sumPoints } from "../aws/metrics";

const DAY = 86_400_000;

/** How far back a function's traffic is read. */
export const TRAFFIC_DAYS = 14;

/** A function's traffic. */
export interface FunctionTraffic {
  readonly requestsPerMonth: number;
  /** Of a request; undefined without requests. */
  readonly averageMilliseconds?: number;
  /** Share of requests that were cold, from 0 to 1; undefined without requests. */
  readonly coldShare?: number;
}

const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;

/** The cost of {@link readTraffic}. */
export const TRAFFIC_DOLLARS = priceReading(3);

/**
 * Reads a function's traffic of the last days.
 *
 * @param now milliseconds since 1970
 * @throws AwsFailure
 */
export async function readTraffic(aws: AwsAccess, watched: WatchedFunction, now: number): Promise<FunctionTraffic> {
  const requests = {
    invocations: requestSum(buildTrafficMetric("Invocations", watched)),
    milliseconds: requestSum(buildTrafficMetric("Duration", watched)),
    cold: findColdStarts(watched),
  };
  const range = { from: now - TRAFFIC_DAYS * DAY, to: now, periodSeconds: DAY / 1000 };
  const points = await readMetrics(aws, requests, range);
  const invocations = sumPoints(points.invocations);
  return {
    requestsPerMonth: (invocations * DAYS_PER_MONTH) / TRAFFIC_DAYS,
    ...(invocations > 0 && {
      averageMilliseconds: sumPoints(points.milliseconds) / invocations,
      coldShare: Math.min(1, sumPoints(points.cold) / invocations),
    }),
  };
}
