import { type MetricAlarm, EXTRA_DATA_POINTS } from "./alarm";
import {
  formatMetricKey,
  interpolatePercentile,
  isWithin,
  type LocalMetric,
  type MetricSource,
  readPercent,
  readRange,
  type Sample,
  type TimeWindow,
} from "./metric-data";

const MINUTE = 60_000;

/** Values in one bucket differ by at most this factor, so that a percentile is right to 0.1 %. */
const BUCKET_FACTOR = 1.001;

/** The aggregated values of a minute. */
interface Summary {
  count: number;
  sum: number;
  least: number;
  most: number;
  /** The number of values in each bucket, by the power of {@link BUCKET_FACTOR} that the values are near. */
  readonly buckets: Map<number, number>;
}

const STATISTICS: ReadonlyMap<string, (summary: Summary) => number> = new Map([
  ["Average", ({ sum, count }: Summary) => sum / count],
  ["Sum", ({ sum }: Summary) => sum],
  ["Minimum", ({ least }: Summary) => least],
  ["Maximum", ({ most }: Summary) => most],
  ["SampleCount", ({ count }: Summary) => count],
]);

/** One metric with its minutes. */
interface KeptMetric {
  readonly metric: LocalMetric;
  readonly minutes: Map<number, Summary>;
}

/**
 * Metrics in memory, aggregated by the minute, so it does not grow with the number of requests. Windows must begin and
 * end at whole minutes, and percentiles of values above 0 are right to 0.1 %.
 */
export class MinuteMetrics implements MetricSource {
  private readonly kept = new Map<string, KeptMetric>();

  /** Number of minutes of metrics that it holds. */
  get size(): number {
    return [...this.kept.values()].reduce((sum, { minutes }) => sum + minutes.size, 0);
  }

  /** The metrics that have values. */
  list(): LocalMetric[] {
    return [...this.kept.values()].map(({ metric }) => metric);
  }

  /** Adds samples, in any order. */
  add(samples: readonly Sample[]): void {
    for (const { value, timestampMilliseconds, namespace, name, dimensions } of samples) {
      const metric = { namespace, name, dimensions };
      const key = formatMetricKey(metric);
      const { minutes } = this.kept.get(key) ?? { minutes: new Map<number, Summary>() };
      this.kept.set(key, { metric, minutes });
      const minute = Math.floor(timestampMilliseconds / MINUTE) * MINUTE;
      const bucket = Math.round(Math.log(Math.max(0, value)) / Math.log(BUCKET_FACTOR));
      const one = { count: 1, sum: value, least: value, most: value, buckets: new Map([[bucket, 1]]) };
      minutes.set(minute, addSummary(minutes.get(minute), one));
    }
  }

  readStatistic(metric: LocalMetric, name: string, { from, to }: TimeWindow): number | undefined {
    const calculate = STATISTICS.get(name) ?? buildDistributionStatistic(name);
    const minutes = this.kept.get(formatMetricKey(metric))?.minutes;
    if (!minutes) return undefined;
    let total: Summary | undefined;
    for (let minute = from; minute < to; minute += MINUTE) {
      const summary = minutes.get(minute);
      if (summary) total = addSummary(total, summary);
    }
    return total && calculate(total);
  }

  /** Removes what is older, in milliseconds since 1970. */
  forget(before: number): void {
    for (const [key, { minutes }] of this.kept) {
      for (const minute of minutes.keys()) if (minute < before) minutes.delete(minute);
      if (minutes.size === 0) this.kept.delete(key);
    }
  }
}

/** How long an alarm looks back, in milliseconds. */
export function computeLookBack({ period = 60, metric_query = [], evaluation_periods }: MetricAlarm): number {
  const seconds = Math.max(period, ...metric_query.map(({ metric }) => metric?.period ?? 0));
  return (evaluation_periods + EXTRA_DATA_POINTS) * seconds * 1000;
}

function addSummary(one: Summary | undefined, other: Summary): Summary {
  if (!one) return { ...other, buckets: new Map(other.buckets) };
  one.count += other.count;
  one.sum += other.sum;
  one.least = Math.min(one.least, other.least);
  one.most = Math.max(one.most, other.most);
  for (const [bucket, count] of other.buckets) one.buckets.set(bucket, (one.buckets.get(bucket) ?? 0) + count);
  return one;
}

function buildDistributionStatistic(name: string): (summary: Summary) => number {
  const range = readRange(name);
  if (!range) return buildPercentile(readPercent(name));
  return ({ count, buckets }) => {
    const within = [...buckets].filter(([bucket]) => isWithin(range, BUCKET_FACTOR ** bucket));
    return (100 * within.reduce((sum, [, values]) => sum + values, 0)) / count;
  };
}

function buildPercentile(percent: number): (summary: Summary) => number {
  return ({ count, least, most, buckets }) => {
    const sorted = [...buckets].toSorted(([one], [other]) => one - other);
    return interpolatePercentile(percent, count, (index) => {
      let passed = 0;
      const [bucket = 0] = sorted.find(([, values]) => (passed += values) > index) ?? [];
      return Math.min(most, Math.max(least, BUCKET_FACTOR ** bucket));
    });
  };
}
