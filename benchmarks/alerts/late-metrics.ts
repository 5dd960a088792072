import { type LocalMetric, type MetricSource, type TimeWindow } from "../../local/cloudwatch/metric-data";
import { type LambdaMetricName } from "../../model/metrics";
import { type MetricName, type PlatformMetricName } from "../../performance/metrics";
import { type Counts, type Month } from "./month";

/** Metrics that only the classic alarms use, by names of ours: whether a percentile lies above a threshold. */
export type ClassicMetricName = "OverP90" | "OverP99";

type Name = LambdaMetricName | MetricName | PlatformMetricName | ClassicMetricName;

const MINUTE = 60_000;

/** A slow request takes this long, and one that times out takes the function's timeout. */
const SLOW_MILLISECONDS = 2500;
const TIMEOUT_MILLISECONDS = 30_000;

/** What an instance uses of its memory, of 100, in usual minutes and in others. */
const USUAL_MEMORY = 70;
const FULL_MEMORY = 92;

/** What was counted before each minute. */
type Sums = Readonly<Record<keyof Counts | "crowded" | "arrived", Float64Array>>;

/** Metrics of logs take longer than Lambda's own. */
const LOG_MINUTES = 1;

/** How a metric follows from what is counted in some minutes. */
interface Reading {
  /** Whether there are data; CloudWatch has no data points where nothing was published. */
  readonly exists: (of: LateMetrics, from: number, to: number) => boolean;
  readonly value: (of: LateMetrics, from: number, to: number, statistic: string) => number;
  readonly isFromLog?: boolean;
}

const isUsed: Reading["exists"] = ({ sums }, from, to) => subtract(sums.arrived, from, to) > 0;
const isInvoked: Reading["exists"] = ({ sums }, from, to) => subtract(sums.requests, from, to) > 0;
const countOf = (of: (sums: Sums) => Float64Array): Reading => ({
  exists: isUsed,
  value: ({ sums }, from, to) => subtract(of(sums), from, to),
});
const loggedOf = (of: (sums: Sums) => Float64Array): Reading => ({
  exists: ({ sums }, from, to) => subtract(of(sums), from, to) > 0,
  value: ({ sums }, from, to) => subtract(of(sums), from, to),
  isFromLog: true,
});

const READINGS: ReadonlyMap<string, Reading> = new Map(
  Object.entries({
    Invocations: countOf(({ requests }) => requests),
    Errors: countOf(({ failed }) => failed),
    Throttles: countOf(({ throttles }) => throttles),
    Duration: {
      exists: isInvoked,
      value: (of, from, to, statistic) => {
        const requests = subtract(of.sums.requests, from, to);
        if (statistic === "SampleCount") return requests;
        if (statistic.startsWith("PR(")) return (100 * subtract(of.sums.slow, from, to)) / requests;
        return addDurations(of.sums, from, to, of.usualMilliseconds) / requests;
      },
    },
    OverP90: countOf(({ overP90 }) => overP90),
    OverP99: countOf(({ overP99 }) => overP99),
    // 1 if more than nine tenths of the concurrency that is reserved were used, at least once.
    ConcurrentExecutions: { exists: isUsed, value: (of, from, to) => Math.min(1, subtract(of.sums.crowded, from, to)) },
    Timeouts: loggedOf(({ timeouts }) => timeouts),
    ColdStarts: loggedOf(({ cold }) => cold),
    InitDuration: {
      exists: (of, from, to) => subtract(of.sums.cold, from, to) > 0,
      value: (of, from, to, statistic) => {
        const cold = subtract(of.sums.cold, from, to);
        return statistic === "SampleCount" ? cold : subtract(of.sums.initMilliseconds, from, to) / cold;
      },
      isFromLog: true,
    },
    MaxMemoryUsed: {
      exists: isInvoked,
      value: (of, from, to) => (subtract(of.sums.fullMemory, from, to) > 0 ? FULL_MEMORY : USUAL_MEMORY),
      isFromLog: true,
    },
  } satisfies Partial<Readonly<Record<Name, Reading>>>),
);

/** The memory of every function, so that what is used is its share in percent. */
export const MEMORY_MB = 100;

/** With more concurrency than this factor of the usual one, requests are refused. */
const RESERVED_FACTOR = 3;
const CROWDED_SHARE = 0.9;

/**
 * The metrics of a month, as CloudWatch has them at a time that is set: data arrive late. Statistics of any window take
 * the same time, because they are differences of sums since the beginning.
 */
export class LateMetrics implements MetricSource {
  readonly sums: Sums;
  readonly usualMilliseconds: number;
  private readonly visible: Int32Array;
  private now = 0;

  constructor({ counts, lag, usualMilliseconds, usualConcurrency }: Month) {
    this.usualMilliseconds = usualMilliseconds;
    const limit = CROWDED_SHARE * RESERVED_FACTOR * usualConcurrency;
    const sums = addUpAll(counts);
    const crowded = counts.requests.map((_, minute) =>
      addDurations(sums, minute, minute + 1, usualMilliseconds) / MINUTE > limit ? 1 : 0,
    );
    const arrived = counts.requests.map((requests, minute) => requests + (counts.throttles[minute] ?? 0));
    this.sums = { ...sums, crowded: addUp(crowded), arrived: addUp(arrived) };
    this.visible = new Int32Array(lag.length);
    lag.forEach((late, minute) => {
      this.visible[minute] = Math.max(0, this.visible[minute - 1] ?? 0, minute - late);
    });
  }

  /** Before this minute, everything is known now. */
  get completeUntil(): number {
    return Math.max(0, (this.visible[this.now] ?? 0) - LOG_MINUTES);
  }

  /** Sets the time, in minutes since the beginning of the month. */
  setNow(minute: number): void {
    this.now = minute;
  }

  /** Whether nothing is known about requests in these minutes, because there are none or because they are late. */
  isQuiet(from: number, to: number): boolean {
    const first = Math.max(0, from);
    const end = Math.min(to, this.visible[this.now] ?? 0);
    return end <= first || subtract(this.sums.arrived, first, end) === 0;
  }

  readStatistic({ name }: LocalMetric, statistic: string, { from, to }: TimeWindow): number | undefined {
    const reading = READINGS.get(name);
    if (!reading) return undefined;
    const known = (this.visible[this.now] ?? 0) - (reading.isFromLog === true ? LOG_MINUTES : 0);
    const first = Math.max(0, from / MINUTE);
    const end = Math.min(to / MINUTE, known);
    return end > first && reading.exists(this, first, end) ? reading.value(this, first, end, statistic) : undefined;
  }
}

function subtract(sums: Float64Array, from: number, to: number): number {
  return (sums[to] ?? 0) - (sums[from] ?? 0);
}

/** Of all requests, in milliseconds. */
function addDurations(
  { slow, timeouts, requests }: Pick<Sums, "slow" | "timeouts" | "requests">,
  from: number,
  to: number,
  usualMilliseconds: number,
): number {
  const slowOnes = subtract(slow, from, to);
  const timedOut = subtract(timeouts, from, to);
  const usual = (subtract(requests, from, to) - slowOnes - timedOut) * usualMilliseconds;
  return usual + slowOnes * SLOW_MILLISECONDS + timedOut * TIMEOUT_MILLISECONDS;
}

function addUpAll(counts: Counts): Readonly<Record<keyof Counts, Float64Array>> {
  const entries = Object.entries(counts).map(([key, values]: [string, Float64Array]) => [key, addUp(values)]);
  return Object.fromEntries(entries) as Record<keyof Counts, Float64Array>;
}

function addUp(values: Float64Array): Float64Array {
  const sums = new Float64Array(values.length + 1);
  for (let minute = 0; minute < values.length; minute++) {
    sums[minute + 1] = (sums[minute] ?? 0) + (values[minute] ?? 0);
  }
  return sums;
}
