import { type LateMetrics } from "./late-metrics";
import { MONTH_MINUTES } from "./shapes";

/** A value of a window; undefined without data. */
export type ReadWindow = (metrics: LateMetrics, from: number, to: number) => number | undefined;

const PERIOD = 5;
const HOUR = 60;
const WEEK = 7 * 24 * HOUR;
const PERIODS = HOUR / PERIOD;

/** What an alarm of two in three periods needs. */
const LATEST = 3;
const BREACHING = 2;

/** Learns for this long, as CloudWatch's anomaly detection does. */
export const LEARNED_MINUTES = 2 * WEEK;

/**
 * Whether an alarm on anomalies rings after each minute: 1 if so. In two of the last three periods of five minutes, the
 * value was above its mean by more than so many standard deviations. Both are those of the same hour of the week in the
 * two weeks before, and of the hours next to it. It stands for CloudWatch's anomaly detection, whose model is not
 * public: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
 */
export function findAnomalies(read: ReadWindow, deviations: number, metrics: LateMetrics): Uint8Array {
  const states = new Uint8Array(MONTH_MINUTES + 1);
  metrics.setNow(MONTH_MINUTES);
  const values = Array.from({ length: MONTH_MINUTES / PERIOD }, (_, index) =>
    read(metrics, index * PERIOD, (index + 1) * PERIOD),
  );
  const bounds = Array.from({ length: MONTH_MINUTES / HOUR }, (_, hour) =>
    hour * HOUR < LEARNED_MINUTES ? Infinity : computeUpperBound(values, hour * PERIODS, deviations),
  );
  const isBreaching = values.map(
    (value, index) => value !== undefined && value > (bounds[Math.floor(index / PERIODS)] ?? 0),
  );
  for (let minute = LEARNED_MINUTES; minute <= MONTH_MINUTES; minute++) {
    metrics.setNow(minute);
    const known = Math.floor(metrics.completeUntil / PERIOD);
    let breaching = 0;
    for (let index = known - LATEST; index < known; index++) if (isBreaching[index] === true) breaching++;
    states[minute] = breaching >= BREACHING ? 1 : 0;
  }
  return states;
}

function computeUpperBound(values: readonly (number | undefined)[], first: number, deviations: number): number {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (const weeks of [1, 2]) {
    const from = first - (weeks * WEEK) / PERIOD;
    for (let index = from - PERIODS; index < from + 2 * PERIODS; index++) {
      const value = values[index];
      if (value === undefined) continue;
      count++;
      sum += value;
      squares += value * value;
    }
  }
  if (count === 0) return Infinity;
  const mean = sum / count;
  return mean + deviations * Math.sqrt(Math.max(0, squares / count - mean * mean));
}
