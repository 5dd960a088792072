import { type Histogram } from "./contract";

/**
 * Values in buckets that grow by a tenth, so that a query of the log can fill them: CloudWatch Logs Insights knows
 * logarithms, but no histograms.
 */

const PER_E_FOLD = 10;

/** The bucket of a value that is not negative. In a query: `floor(10 * log(1 + value))`. */
export function findBucket(value: number): number {
  return Math.floor(PER_E_FOLD * Math.log(1 + value));
}

/** The greatest value of a bucket. */
export function findUpperBound(bucket: number): number {
  return Math.exp((bucket + 1) / PER_E_FOLD) - 1;
}

/** All values of several histograms. */
export function addHistograms(all: readonly Histogram[]): Histogram {
  const sum: Record<string, number> = {};
  for (const histogram of all) {
    for (const [bucket, count] of Object.entries(histogram)) sum[bucket] = (sum[bucket] ?? 0) + count;
  }
  return sum;
}

/** How many values there are, and how many of them are in buckets above a given one. */
export function countAbove(histogram: Histogram, bucket: number): { readonly all: number; readonly above: number } {
  let all = 0;
  let above = 0;
  for (const [key, count] of Object.entries(histogram)) {
    all += count;
    if (Number(key) > bucket) above += count;
  }
  return { all, above };
}

/** The bucket that a share of the values, from 0 to 1, does not exceed; undefined without values. */
export function findQuantileBucket(histogram: Histogram, share: number): number | undefined {
  const buckets = Object.entries(histogram)
    .map(([key, count]) => [Number(key), count] as const)
    .sort(([one], [other]) => one - other);
  const all = buckets.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bucket, count] of buckets) {
    seen += count;
    if (seen >= share * all) return bucket;
  }
  return undefined;
}
