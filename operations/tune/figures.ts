import { interpolate } from "../../advisor/distribution";
import { type MeasuredRequest, type TunedSize } from "./bench";
import { priceRequest } from "./budget";

/** A size with its requests. */
export interface MeasuredSize {
  readonly size: TunedSize;
  readonly requests: MeasuredRequest[];
  /** Why there are no requests, or no more. */
  note?: string;
}

/** What the requests of a size show. Failed requests are in none of its figures. */
export interface SizeFigures {
  readonly requests: number;
  readonly failures: number;
  /** Median, with the request that waited for it. */
  readonly coldMilliseconds?: number;
  /** Mean time to initialize. */
  readonly initMilliseconds?: number;
  /** Of requests without a start. */
  readonly warmMilliseconds?: Readonly<Record<"p50" | "p90" | "p95" | "p99", number>>;
  /** The most that any request needed. */
  readonly memoryUsedMb?: number;
  /** Of a typical request: the mean of the middle half, so that a single stray one does not decide. */
  readonly warmDollars?: number;
  readonly coldDollars?: number;
  /** Of a request in the function's traffic: some are cold. */
  readonly dollars?: number;
  /** How far that may be off, as a share of it: twice its standard error. */
  readonly uncertainty?: number;
}

/**
 * The figures of a size.
 *
 * @param coldShare of requests, from 0 to 1
 */
export function computeSizeFigures(
  { size, requests }: MeasuredSize,
  { coldShare, temporaryStorageMb }: { readonly coldShare: number; readonly temporaryStorageMb: number },
): SizeFigures {
  const succeeded = requests.filter(({ failure }) => !failure);
  const cold = succeeded.filter(({ initMilliseconds }) => initMilliseconds !== undefined);
  const warm = succeeded.filter(({ initMilliseconds }) => initMilliseconds === undefined);
  const failures = requests.length - succeeded.length;
  const durations = sort(warm.map(({ milliseconds }) => milliseconds));
  const [warmBilled, coldBilled] = [warm, cold].map((some) =>
    estimateTypical(some.map(({ billedMilliseconds }) => billedMilliseconds)),
  );
  const price = (milliseconds = 0) => priceRequest(size, milliseconds, temporaryStorageMb);
  const warmDollars = price(warmBilled?.value);
  const coldDollars = coldBilled ? price(coldBilled.value) : warmDollars;
  const dollars = (1 - coldShare) * warmDollars + coldShare * coldDollars;
  const errors = [
    (1 - coldShare) * warmDollars * (warmBilled?.error ?? 0),
    coldShare * coldDollars * (coldBilled?.error ?? 0),
  ];
  const waits = cold.map(({ initMilliseconds = 0, milliseconds }) => initMilliseconds + milliseconds);
  return {
    requests: requests.length,
    failures,
    ...(succeeded.length > 0 && { memoryUsedMb: Math.max(...succeeded.map(({ memoryUsedMb }) => memoryUsedMb)) }),
    ...(cold.length > 0 && {
      coldMilliseconds: interpolate(sort(waits), 0.5),
      initMilliseconds: cold.reduce((sum, { initMilliseconds = 0 }) => sum + initMilliseconds, 0) / cold.length,
      coldDollars,
    }),
    ...(warm.length > 0 && {
      warmMilliseconds: {
        p50: interpolate(durations, 0.5),
        p90: interpolate(durations, 0.9),
        p95: interpolate(durations, 0.95),
        p99: interpolate(durations, 0.99),
      },
      ...{ warmDollars, dollars, uncertainty: (2 * Math.hypot(...errors)) / dollars },
    }),
  };
}

/** The mean of the middle half, and its standard error as a share of it; undefined without values. */
function estimateTypical(values: readonly number[]): { readonly value: number; readonly error: number } | undefined {
  if (values.length === 0) return undefined;
  const sorted = sort(values);
  const cut = Math.floor(sorted.length / 4);
  const middle = sorted.slice(cut, sorted.length - cut);
  const value = middle.reduce((sum, one) => sum + one, 0) / middle.length;
  // In a normal distribution, the quartiles are 1.35 standard deviations apart.
  const deviation = (interpolate(sorted, 0.75) - interpolate(sorted, 0.25)) / 1.35;
  return { value, error: deviation / Math.sqrt(values.length) / Math.max(1, value) };
}

function sort(values: readonly number[]): number[] {
  return values.toSorted((one, other) => one - other);
}
