import { estimatePeak } from "../../warming/peaks";
import { type Point } from "../aws/metrics";

const MINUTE = 60_000;

/** Lambda's metrics of one function, by the minute; a minute without requests has no points. */
export interface MinutePoints {
  /** Sums. */
  readonly invocations: readonly Point[];
  /** Maxima. */
  readonly concurrency: readonly Point[];
  /** Averages in milliseconds. */
  readonly duration: readonly Point[];
}

/**
 * Requests and concurrency by the minute. Where concurrency was not measured, it is estimated.
 *
 * @param startsAt the first minute
 * @param minutes the number of minutes
 */
export function buildMinuteUse(
  { invocations, concurrency, duration }: MinutePoints,
  startsAt: number,
  minutes: number,
) {
  const counts = new Float64Array(minutes);
  const peaks = new Float64Array(minutes);
  const put = (points: readonly Point[], values: Float64Array, convert: (value: number, minute: number) => number) => {
    for (const { at, value } of points) {
      const minute = Math.round((at - startsAt) / MINUTE);
      if (minute >= 0 && minute < minutes) values[minute] = convert(value, minute);
    }
  };
  put(invocations, counts, Math.round);
  const isEstimated = concurrency.length === 0;
  if (isEstimated) put(duration, peaks, (average, minute) => estimateWholePeak(counts[minute] ?? 0, average));
  else put(concurrency, peaks, (value) => value);
  return { counts, peaks, isEstimated };
}

/** As in the warmer, but never more than the number of requests. */
function estimateWholePeak(count: number, averageMilliseconds: number): number {
  return Math.min(count, Math.ceil(estimatePeak(count, averageMilliseconds, MINUTE)));
}
