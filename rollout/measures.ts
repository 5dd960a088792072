import { type Histogram, type MeasureKey, type VersionFigures } from "./contract";
import { countAbove, findBucket, findQuantileBucket, findUpperBound } from "./histogram";
import { type Share } from "./sequential-test";

/** The measures that are shares of a version's requests or instances: what is bad, and how much of it matters. */

/** Above these, a value is bad; missing if the old version is not known well enough to tell. */
export interface Limits {
  /** Buckets of `histogram.ts`. */
  readonly duration?: number;
  readonly init?: number;
  readonly memory?: number;
}

/** A measure that is compared with the old version. */
export interface ComparedMeasure {
  readonly key: MeasureKey;
  readonly count: (figures: VersionFigures, limits: Limits) => Share;
  /** What a bad one did, after a percentage: "of 410 requests failed". */
  readonly describe: (all: string, limits: Limits) => string;
  /**
   * The probability of finding harm where there is none, in a whole rollout: compared with the old version's requests
   * of the same time, and with what it did before. All together, with those of throttles, are 1 %.
   */
  readonly alpha: { readonly split: number; readonly alone: number };
  /** A version that is worse by a smaller share is not harmful: compared as for `alpha`. */
  readonly leastExcess: { readonly split: number; readonly alone: number };
  /** How many are bad together at most; see `weighSplit`. */
  readonly dispersion: { readonly split: number; readonly alone: number };
  /** A step goes on only after an excess of this share has been excluded; missing if none has to be. */
  readonly harm?: number;
}

/** What is excluded before a step goes on is there nevertheless with at most this probability. */
export const MISSED_SHARE = 0.01;

/** The probability of finding throttles where there are no more than before. */
export const THROTTLES_ALPHA = 0.001;

const NOTHING: Share = { bad: 0, all: 0 };

/** In the order of `MEASURE_KEYS`. */
export const COMPARED_MEASURES: readonly ComparedMeasure[] = [
  {
    key: "errors",
    count: ({ failures, requests }) => ({ bad: failures, all: requests }),
    describe: (all) => `of ${all} requests failed`,
    alpha: { split: 0.0025, alone: 0.001 },
    leastExcess: { split: 0.01, alone: 0.02 },
    dispersion: { split: 1, alone: 2 },
    harm: 0.02,
  },
  {
    key: "timeouts",
    count: ({ timeouts, requests }) => ({ bad: timeouts, all: requests }),
    describe: (all) => `of ${all} requests timed out`,
    alpha: { split: 0.001, alone: 0.0005 },
    leastExcess: { split: 0.01, alone: 0.02 },
    dispersion: { split: 1, alone: 2 },
    harm: 0.02,
  },
  {
    key: "duration",
    count: ({ durations }, limits) => countSlow(durations, limits),
    describe: (all, { duration }) => `of ${all} requests took more than ${formatBound(duration)} ms`,
    alpha: { split: 0.0015, alone: 0.0005 },
    leastExcess: { split: 0.04, alone: 0.1 },
    dispersion: { split: 2, alone: 4 },
    harm: 0.1,
  },
  {
    key: "init_duration",
    count: ({ inits }, { init }) => countOver(inits, init),
    describe: (all, { init }) => `of ${all} cold starts took more than ${formatBound(init)} ms`,
    alpha: { split: 0, alone: 0.001 },
    leastExcess: { split: 0, alone: 0.25 },
    dispersion: { split: 1, alone: 1 },
  },
  {
    key: "memory",
    count: ({ memory, inits }, limits) => {
      const { bad, all } = countOver(memory, limits.memory);
      const instances = Object.values(inits).reduce((sum, count) => sum + count, 0);
      // An instance's peak never falls, so all its invocations say one thing.
      return all === 0 ? NOTHING : { bad: Math.floor((instances * bad) / all), all: instances };
    },
    describe: (all, { memory }) => `of ${all} instances used more than ${formatBound(memory)} % of the memory`,
    alpha: { split: 0, alone: 0.001 },
    leastExcess: { split: 0, alone: 0.25 },
    dispersion: { split: 1, alone: 1 },
  },
];

/** Values of the old version that are needed to tell what is slow. */
const LEAST_DURATIONS = 40;
const LEAST_INITS = 5;

/** What is slower than almost all of the old version's by this factor, and by so many milliseconds, is bad. */
const SLOWER_BUCKETS = { duration: 3, init: 5 };
const LEAST_SLOWER_MILLISECONDS = { duration: 10, init: 100 };
const ALMOST_ALL = 0.95;

const FULL_PERCENT = 80;
/** If the old version is above `FULL_PERCENT` in more than this share of its requests, that says nothing. */
const USUALLY_FULL_SHARE = 0.05;

/** What is bad, according to the old version's figures. */
export function findLimits(old: VersionFigures): Limits {
  const duration = findSlow(old.durations, "duration", LEAST_DURATIONS);
  const init = findSlow(old.inits, "init", LEAST_INITS);
  const full = findBucket(FULL_PERCENT);
  const memory = countOver(old.memory, full);
  return {
    ...(duration === undefined ? {} : { duration }),
    ...(init === undefined ? {} : { init }),
    ...(memory.all === 0 || memory.bad > USUALLY_FULL_SHARE * memory.all ? {} : { memory: full }),
  };
}

function findSlow(values: Histogram, kind: keyof typeof SLOWER_BUCKETS, least: number): number | undefined {
  const usual = findQuantileBucket(values, ALMOST_ALL);
  if (usual === undefined || countOver(values, usual).all < least) return undefined;
  const slower = findBucket(findUpperBound(usual) + LEAST_SLOWER_MILLISECONDS[kind]);
  return Math.max(usual + SLOWER_BUCKETS[kind], slower);
}

/** The requests that took longer than the old version's almost ever did. */
export function countSlow(durations: Histogram, { duration }: Limits): Share {
  return countOver(durations, duration);
}

function countOver(values: Histogram, bucket: number | undefined): Share {
  if (bucket === undefined) return NOTHING;
  const { above, all } = countAbove(values, bucket);
  return { bad: above, all };
}

function formatBound(bucket: number | undefined): string {
  return bucket === undefined ? "" : Math.round(findUpperBound(bucket)).toLocaleString("en-US");
}
