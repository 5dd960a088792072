import { type MetricAlarm, EXTRA_DATA_POINTS } from "./alarm";
import { formatMetricKey, type LocalMetric, type MetricSource, type Sample, type TimeWindow } from "./metric-data";

const MINUTE = 60_000;

/** The aggregated values of a minute. */
interface Summary {
  count: number;
  sum: number;
  least: number;
  most: number;
}

const STATISTICS: ReadonlyMap<string, (summary: Summary) => number> = new Map([
  ["Average", ({ sum, count }: Summary) => sum / count],
  ["Sum", ({ sum }: Summary) => sum],
  ["Minimum", ({ least }: Summary) => least],
  ["Maximum", ({ most }: Summary) => most],
  ["SampleCount", ({ count }: Summary) => count],
]);

/**
 * Metrics in memory, aggregated by the minute. It keeps only metrics that alarms watch, for as long as the alarms look
 * back, so it grows neither with the number of requests nor with time. Windows must therefore begin and end at whole
 * minutes, and there are no percentiles.
 */
export class MinuteMetrics implements MetricSource {
  private readonly minutes = new Map<string, Map<number, Summary>>();
  private readonly keptMilliseconds: number;

  constructor(alarms: readonly MetricAlarm[]) {
    for (const metric of alarms.flatMap(listAlarmMetrics)) this.minutes.set(formatMetricKey(metric), new Map());
    this.keptMilliseconds = Math.max(0, ...alarms.map(computeLookBack));
  }

  /** Adds samples, in any order. */
  add(samples: readonly Sample[]): void {
    for (const { value, timestampMilliseconds, ...metric } of samples) {
      const minutes = this.minutes.get(formatMetricKey(metric));
      if (!minutes) continue;
      const minute = Math.floor(timestampMilliseconds / MINUTE) * MINUTE;
      const summary = minutes.get(minute);
      minutes.set(minute, addSummary(summary, { count: 1, sum: value, least: value, most: value }));
    }
  }

  readStatistic(metric: LocalMetric, name: string, { from, to }: TimeWindow): number | undefined {
    const calculate = STATISTICS.get(name);
    if (!calculate) throw new RangeError(`the statistic ${name} is not supported`);
    let total: Summary | undefined;
    for (const [minute, summary] of this.minutes.get(formatMetricKey(metric)) ?? []) {
      if (minute >= from && minute < to) total = addSummary(total, summary);
    }
    return total && calculate(total);
  }

  /** Removes what no alarm looks back at anymore. */
  forget(now: number): void {
    for (const minutes of this.minutes.values()) {
      for (const minute of minutes.keys()) if (minute < now - this.keptMilliseconds) minutes.delete(minute);
    }
  }

  /** Number of minutes of metrics that it holds. */
  get size(): number {
    return [...this.minutes.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

function addSummary(one: Summary | undefined, other: Summary): Summary {
  if (!one) return { ...other };
  one.count += other.count;
  one.sum += other.sum;
  one.least = Math.min(one.least, other.least);
  one.most = Math.max(one.most, other.most);
  return one;
}

function listAlarmMetrics({
  namespace,
  metric_name: name,
  dimensions = {},
  metric_query = [],
}: MetricAlarm): LocalMetric[] {
  const queried = metric_query.flatMap(({ metric }): LocalMetric[] =>
    metric?.namespace === undefined
      ? []
      : [{ namespace: metric.namespace, name: metric.metric_name, dimensions: metric.dimensions ?? {} }],
  );
  return namespace === undefined || name === undefined ? queried : [{ namespace, name, dimensions }, ...queried];
}

function computeLookBack({ period = 60, metric_query = [], evaluation_periods }: MetricAlarm): number {
  const seconds = Math.max(period, ...metric_query.map(({ metric }) => metric?.period ?? 0));
  return (evaluation_periods + EXTRA_DATA_POINTS) * seconds * 1000;
}
