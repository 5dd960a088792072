import {
  type LocalMetric,
  type MetricSource,
  readPercent,
  readRange,
  type TimeWindow,
} from "../../../local/cloudwatch/metric-data";
import { FUNCTION_NAME, NAMESPACE } from "../../../performance/metrics";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Values are made up per slice of time, so that widgets with different periods agree with each other. */
const SLICE = 5 * MINUTE;

/** What happens to some functions before the end: a deployment by steps, and then a dependency that gets slow. */
const STORY = {
  rolloutFrom: 110 * MINUTE,
  rolloutTo: 80 * MINUTE,
  slowFrom: 50 * MINUTE,
  slowTo: 25 * MINUTE,
} as const;

/** Of a logistic distribution, which looks like a normal one with a standard deviation of 1. */
const STEEPNESS = 1.8;

/** The versions before and after the deployment. */
const VERSIONS = { before: "7", after: "8" } as const;

const ROLLOUT_STEPS = [5, 25, 50] as const;

/** One slice of time of one function. */
interface Slice {
  /** Requests that came in. */
  readonly requests: number;
  readonly coldStarts: number;
  readonly pings: number;
  readonly isSlow: boolean;
  /** The share of the requests that the new version gets, from 0 to 1, and whether a rollout is running. */
  readonly newShare: number;
  readonly isRollingOut: boolean;
  /** From 0 to 1, the same each time, another one for each name. */
  readonly roll: (name: string) => number;
}

/** How values of a slice are spread: lognormally around a median, so many of them. */
interface Spread {
  readonly median: number;
  readonly sigma: number;
  readonly count: number;
}

/** A metric that counts: its total in a slice. */
type Count = (slice: Slice, metric: LocalMetric) => number;

/** A metric that measures: the values of a slice. */
type Measurement = (slice: Slice, seed: number) => Spread;

/** About so many of several, where a share of one counts as a chance. */
function draw(expected: number, roll: number): number {
  return Math.floor(expected) + (roll < expected % 1 ? 1 : 0);
}

const COUNTS: Readonly<Record<string, Count>> = {
  Invocations: (slice, { dimensions }) => countInvocations(slice, dimensions),
  Errors: ({ requests, isSlow, roll }, { dimensions }) =>
    isOfPings(dimensions) ? 0 : draw(requests * (isSlow ? 0.012 : 0.0002), roll("errors")),
  ServerErrors: ({ requests, isSlow, roll }) => draw(requests * (isSlow ? 0.02 : 0.0001), roll("answered")),
  ClientErrors: ({ requests, roll }) => draw(requests * 0.015, roll("client")),
  Throttles: ({ requests, isSlow, roll }, { dimensions }) =>
    isOfPings(dimensions) ? 0 : draw(isSlow ? requests * 0.002 : 0, roll("throttles")),
  ColdStarts: ({ coldStarts }) => coldStarts,
  WarmingColdStarts: ({ roll }) => draw(0.3, roll("warming")),
  Failures: ({ requests, isSlow, roll }) => draw(requests * (isSlow ? 0.03 : 0.0003), roll("failures")),
  Successes: ({ requests }) => requests,
  Timeouts: ({ isSlow, roll }) => draw(isSlow ? 1.5 : 0, roll("timeouts")),
  FailedRecords: () => 0,
  RollBacks: () => 0,
  WarmingFailures: () => 0,
  DroppedMetrics: () => 0,
  AsyncEventsDropped: () => 0,
  ApproximateNumberOfMessagesVisible: ({ isSlow, roll }) => (isSlow ? 3 + roll("messages") * 9 : 0),
};

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  Duration: ({ requests, isSlow, roll }, seed) => ({
    median: (28 + 40 * seed) * (isSlow ? 3.4 : 1) * (0.94 + 0.12 * roll("duration")),
    sigma: isSlow ? 0.85 : 0.55,
    count: requests,
  }),
  ExecutionTime: ({ requests, isSlow }, seed) => ({
    median: (26 + 40 * seed) * (isSlow ? 3.4 : 1),
    sigma: 0.55,
    count: requests,
  }),
  FirstByteTime: ({ requests, isSlow }, seed) => ({
    median: (14 + 10 * seed) * (isSlow ? 2.5 : 1),
    sigma: 0.4,
    count: requests,
  }),
  OperationTime: ({ requests, isSlow }) => ({ median: isSlow ? 60 : 12, sigma: 0.5, count: requests }),
  InitDuration: ({ coldStarts, roll }, seed) => ({
    median: 210 + 150 * seed,
    sigma: 0.2,
    count: coldStarts + draw(0.3, roll("warming")),
  }),
  MemoryUtilization: ({ requests, roll }, seed) => ({
    median: 42 + 18 * seed + 3 * roll("memory"),
    sigma: 0.05,
    count: requests,
  }),
  MaxMemoryUsed: ({ requests, pings, roll }, seed) => ({
    median: 250 + 80 * seed + 10 * roll("memory"),
    sigma: 0.05,
    count: requests + pings,
  }),
  MemorySize: ({ requests, pings }) => ({ median: 512, sigma: 0, count: requests + pings }),
  ConcurrentExecutions: ({ requests, isSlow, roll }) => ({
    median: 1 + (requests / 300) * (isSlow ? 5 : 2) + roll("concurrent"),
    sigma: 0.2,
    count: 5,
  }),
  WarmedInstances: ({ roll }) => ({ median: roll("instances") < 0.06 ? 3 : 4, sigma: 0, count: 1 }),
  RolloutShare: ({ newShare, isRollingOut }) => ({ median: newShare * 100, sigma: 0, count: isRollingOut ? 5 : 0 }),
  IteratorAge: ({ roll, isSlow }) => ({ median: isSlow ? 4000 : 300 + 100 * roll("age"), sigma: 0.3, count: 10 }),
  ApproximateAgeOfOldestMessage: ({ roll, isSlow }) => ({
    median: isSlow ? 45 : 1 + 3 * roll("age"),
    sigma: 0,
    count: 5,
  }),
};

/** For metrics that are not known here. */
const OTHER: Measurement = ({ roll }, seed) => ({
  median: 10 * (0.5 + seed) + 4 * roll("other"),
  sigma: 0.2,
  count: 10,
});

/** Figures that no function has: made up from names and times, and the same each time. */
export class MadeUpMetrics implements MetricSource {
  /** By owner, then by when they begin. */
  private readonly slices = new Map<string, Map<number, Slice>>();

  /**
   * @param end of what is shown, in milliseconds since 1970
   * @param first the function that is shown first: something happens to it in any case
   */
  constructor(
    private readonly end: number,
    private readonly first: string | undefined,
  ) {}

  readStatistic(metric: LocalMetric, statistic: string, { from, to }: TimeWindow): number | undefined {
    const owner = findOwner(metric);
    const seed = hash(owner) / 2 ** 32;
    const count = Object.hasOwn(COUNTS, metric.name) ? COUNTS[metric.name] : undefined;
    const measurement = (Object.hasOwn(MEASUREMENTS, metric.name) ? MEASUREMENTS[metric.name] : undefined) ?? OTHER;
    const parts: Spread[] = [];
    for (const { at, weight } of listSlices(from, to, this.end)) {
      const slice = this.findSlice(owner, at);
      const share = (Math.min(to, at + SLICE) - Math.max(from, at)) / SLICE;
      if (count) {
        // A slice that is cut has its part of what is counted.
        parts.push({ median: cut(count(slice, metric), share, from - at) * weight, sigma: 0, count: 1 });
      } else {
        const spread = measurement(slice, seed);
        parts.push({ ...spread, count: spread.count * share * weight });
      }
    }
    return summarize(statistic, parts, count !== undefined);
  }

  /** A metric by the versions that answered, as a search finds them. */
  listVersions(metric: LocalMetric): LocalMetric[] {
    return Object.values(VERSIONS).map((version) => ({
      ...metric,
      dimensions: { ...metric.dimensions, ExecutedVersion: version },
    }));
  }

  private findSlice(owner: string, at: number): Slice {
    const ofOwner = this.slices.get(owner) ?? new Map<number, Slice>();
    this.slices.set(owner, ofOwner);
    const slice = ofOwner.get(at) ?? this.makeSlice(owner, at);
    ofOwner.set(at, slice);
    return slice;
  }

  private makeSlice(owner: string, at: number): Slice {
    const roll = (name: string) => hash(`${owner} ${at} ${name}`) / 2 ** 32;
    const before = this.end - at;
    const rhythm = 1 + 0.45 * Math.sin((2 * Math.PI * (at % DAY)) / DAY - 1.9);
    const typical = 120 + (hash(`${owner} size`) % 500);
    const requests = Math.round(typical * rhythm * (0.9 + 0.2 * roll("requests")));
    const isEventful = (what: string) => owner === this.first || hash(`${owner} ${what}`) % 6 === 0;
    const isDeployed = isEventful("deployment");
    const isSlow = isEventful("dependency") && before <= STORY.slowFrom && before > STORY.slowTo;
    const isRollingOut = isDeployed && before <= STORY.rolloutFrom && before > STORY.rolloutTo;
    const passed = (STORY.rolloutFrom - before) / (STORY.rolloutFrom - STORY.rolloutTo);
    const step = ROLLOUT_STEPS[Math.floor(passed * ROLLOUT_STEPS.length)] ?? 100;
    return {
      ...{ requests, isSlow, isRollingOut, roll, pings: 4 },
      newShare: isRollingOut ? step / 100 : isDeployed && before <= STORY.rolloutTo ? 1 : 0,
      coldStarts: draw(requests * (isRollingOut ? 0.006 : isSlow ? 0.012 : 0.0015), roll("cold")),
    };
  }
}

/** The slices of a time range. Before the last day, one stands for an hour: a month has many. */
function* listSlices(
  from: number,
  to: number,
  end: number,
): Generator<{ readonly at: number; readonly weight: number }> {
  let at = Math.floor(from / SLICE) * SLICE;
  for (; to - from > DAY && at < end - DAY; at += HOUR) yield { at, weight: HOUR / SLICE };
  for (; at < to; at += SLICE) yield { at, weight: 1 };
}

/** The function, or whatever else has the metric. */
function findOwner({ namespace, dimensions }: LocalMetric): string {
  const own = namespace.startsWith(`${NAMESPACE}/`) ? namespace.slice(NAMESPACE.length + 1) : undefined;
  return dimensions[FUNCTION_NAME] ?? own ?? Object.values(dimensions).join(" ");
}

function isOfPings(dimensions: LocalMetric["dimensions"]): boolean {
  return dimensions["Resource"]?.endsWith(":warm") === true;
}

function countInvocations({ requests, pings, newShare }: Slice, dimensions: LocalMetric["dimensions"]): number {
  const { ExecutedVersion: version } = dimensions;
  if (isOfPings(dimensions)) return pings;
  const ofNew = Math.round(requests * newShare);
  if (version !== undefined) return version === VERSIONS.after ? ofNew : requests - ofNew;
  return requests;
}

/** The part of a number that counts in a part of a slice: all parts together are the number. */
function cut(whole: number, share: number, offset: number): number {
  if (share >= 1) return whole;
  const begin = Math.max(0, offset) / SLICE;
  return Math.floor(whole * (begin + share)) - Math.floor(whole * begin);
}

function summarize(statistic: string, parts: readonly Spread[], isCount: boolean): number | undefined {
  const counted = parts.reduce((total, { count }) => total + count, 0);
  // Without requests there are no values; what is counted would not be published as 0.
  if (counted === 0) return undefined;
  const weigh = (read: (part: Spread) => number) =>
    parts.reduce((total, part) => total + read(part) * part.count, 0) / counted;
  const mean = weigh(({ median, sigma }) => median * Math.exp(sigma ** 2 / 2));
  switch (statistic) {
    case "Sum":
      return isCount ? parts.reduce((total, { median }) => total + median, 0) : mean * counted;
    case "Average":
      return mean;
    case "SampleCount":
      return Math.round(counted);
    case "Maximum":
      return Math.max(...parts.filter(({ count }) => count > 0).map((part) => findQuantile(part, 3)));
    case "Minimum":
      return Math.min(...parts.filter(({ count }) => count > 0).map((part) => findQuantile(part, -2)));
  }
  const range = readRange(statistic);
  if (range) {
    return weigh((part) => 100 * (findShareUpTo(part, range.upTo) - findShareUpTo(part, range.above)));
  }
  return weigh((part) => findQuantile(part, findDeviations(readPercent(statistic) / 100)));
}

function findQuantile({ median, sigma }: Spread, deviations: number): number {
  return median * Math.exp(sigma * deviations);
}

/** The share of a spread's values, from 0 to 1, that are at most so large. */
function findShareUpTo({ median, sigma }: Spread, limit: number): number {
  if (limit <= 0) return 0;
  if (sigma === 0) return median <= limit ? 1 : 0;
  return 1 / (1 + Math.exp((-STEEPNESS * Math.log(limit / median)) / sigma));
}

/** How many standard deviations above the mean so large a share of a distribution ends: nearly a normal one. */
function findDeviations(share: number): number {
  const limited = Math.min(0.9999, Math.max(0.0001, share));
  return Math.log(limited / (1 - limited)) / STEEPNESS;
}

/** FNV-1a: https://www.rfc-editor.org/rfc/rfc9923 */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  // The last characters would otherwise change only the last digits.
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
