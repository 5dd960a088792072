/**
 * What identifies a metric: samples belong to the same one only if namespace, name and every dimension are the same.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Dimension
 */
export interface LocalMetric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One value of a metric, at milliseconds since 1970. Without a unit, CloudWatch takes "None". */
export interface Sample extends LocalMetric {
  readonly timestampMilliseconds: number;
  readonly value: number;
  readonly unit?: string;
}

/** A period of time in milliseconds since 1970, including `from` but not `to`. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** A source of metrics' statistics. */
export interface MetricSource {
  /** A statistic of exactly this metric in a window; see {@link computeStatistic}. */
  readStatistic(metric: LocalMetric, name: string, window: TimeWindow): number | undefined;
}

/** Metrics in memory, with every value. */
export interface MetricStore extends MetricSource {
  /** The values of exactly this metric in the window, oldest first; none if there is no such metric. */
  valuesOf(metric: LocalMetric, window: TimeWindow): readonly number[];
  /** Adds samples, in any order. */
  add(samples: readonly Sample[]): void;
}

/** A store that starts with these samples. */
export function createMetricStore(samples: readonly Sample[] = []): MetricStore {
  const series = new Map<string, Sample[]>();

  const store: MetricStore = {
    add(more) {
      for (const sample of more) {
        const key = formatMetricKey(sample);
        const known = series.get(key) ?? [];
        known.splice(findFirstAfter(known, sample.timestampMilliseconds + 1), 0, sample);
        series.set(key, known);
      }
    },
    valuesOf(metric, { from, to }) {
      const known = series.get(formatMetricKey(metric)) ?? [];
      return known.slice(findFirstAfter(known, from), findFirstAfter(known, to)).map(({ value }) => value);
    },
    readStatistic(metric, name, window) {
      return computeStatistic(name, store.valuesOf(metric, window));
    },
  };
  store.add(samples);
  return store;
}

/**
 * A statistic of values: `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, a percentile such as `p95` or `p99.9`,
 * or a percentile rank such as `PR(1000:)`. Undefined if there are no values, also for `Sum` and `SampleCount`:
 * CloudWatch then has no data point. Throws a RangeError for other statistics.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 *
 * AWS does not document how it computes percentiles. Here they are interpolated between the two nearest values: p0 is
 * the smallest and p100 the largest, and p50 of 1 and 3 is 2.
 */
export function computeStatistic(name: string, values: readonly number[]): number | undefined {
  const calculate = findCalculation(name);
  return values.length > 0 ? calculate(values) : undefined;
}

type Calculation = (values: readonly number[]) => number;

const CALCULATIONS: ReadonlyMap<string, Calculation> = new Map<string, Calculation>([
  ["Average", (values) => sum(values) / values.length],
  ["Sum", sum],
  ["Minimum", (values) => values.reduce((least, value) => Math.min(least, value))],
  ["Maximum", (values) => values.reduce((most, value) => Math.max(most, value))],
  ["SampleCount", (values) => values.length],
]);

function findCalculation(name: string): Calculation {
  const known = CALCULATIONS.get(name);
  if (known) return known;
  const range = readRange(name);
  if (range) return (values) => (100 * values.filter((value) => isWithin(range, value)).length) / values.length;
  const percent = readPercent(name);
  return (values) => {
    const sorted = values.toSorted((a, b) => a - b);
    return interpolatePercentile(percent, sorted.length, (index) => sorted[index] ?? NaN);
  };
}

/** A range of values that includes its upper limit, but not its lower one. */
export interface ValueRange {
  readonly above: number;
  readonly upTo: number;
}

/** As above 1000 of `PR(1000:)`, the percentage of values in a range; undefined for other statistics. */
export function readRange(name: string): ValueRange | undefined {
  const [, above = "", upTo = ""] = /^PR\((\d*(?:\.\d+)?):(\d*(?:\.\d+)?)\)$/.exec(name) ?? [];
  if (above === "" && upTo === "") return undefined;
  return { above: above === "" ? -Infinity : Number(above), upTo: upTo === "" ? Infinity : Number(upTo) };
}

/** Whether a value is in a range. */
export function isWithin({ above, upTo }: ValueRange, value: number): boolean {
  return value > above && value <= upTo;
}

/** As 99 of `p99`. Throws a RangeError for other statistics. */
export function readPercent(name: string): number {
  const percent = Number(/^p(\d{1,3}(?:\.\d+)?)$/.exec(name)?.[1]);
  if (percent <= 100) return percent;
  throw new RangeError(`the statistic ${name} is not supported`);
}

/** A percentile of so many values, which are in ascending order. */
export function interpolatePercentile(percent: number, count: number, valueAt: (index: number) => number): number {
  const rank = (percent / 100) * (count - 1);
  const below = valueAt(Math.floor(rank));
  return below + (valueAt(Math.ceil(rank)) - below) * (rank - Math.floor(rank));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** A unique text for each metric. */
export function formatMetricKey({ namespace, name, dimensions }: LocalMetric): string {
  const sorted = Object.entries(dimensions).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

function findFirstAfter(sorted: readonly Sample[], timestamp: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const sample = sorted[middle];
    if (sample && sample.timestampMilliseconds < timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}
