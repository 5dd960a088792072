import { type MetricSource } from "../../../local/cloudwatch/metric-data";

/**
 * The same metrics, as late as CloudWatch has them: of the last time before now, there is nothing yet.
 *
 * @param lateMilliseconds how long after it was measured a value is found
 * @param now milliseconds since 1970
 */
export function delayMetrics(source: MetricSource, lateMilliseconds: number, now: () => number): MetricSource {
  return {
    readStatistic: (metric, name, { from, to }) =>
      source.readStatistic(metric, name, { from, to: Math.max(from, Math.min(to, now() - lateMilliseconds)) }),
  };
}
