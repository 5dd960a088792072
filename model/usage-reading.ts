import { HOURS_PER_MONTH } from "./hours-per-month";

/**
 * Metrics that the warmer reads in a month to follow the usage of one function: a function that needs several is read
 * less often.
 *
 * @param readEveryMinutes the interval for one metric
 */
export function countUsageReadings(readEveryMinutes: number): number {
  return (HOURS_PER_MONTH * 60) / readEveryMinutes;
}
