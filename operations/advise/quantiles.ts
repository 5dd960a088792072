import { type Distribution, makeEmpirical, interpolate } from "../../advisor/distribution";

/** The distribution of a quantity in one period. */
export interface PeriodQuantiles {
  /** Number of values. */
  readonly count: number;
  /** Shares from 0 to 1, with the value that this share does not exceed. */
  readonly quantiles: readonly (readonly [share: number, value: number])[];
}

/** The resolution of each period and of the result. */
const PARTS = 200;
const QUANTILES = 500;

/**
 * The distribution of a quantity over all periods, weighted by their numbers of values; undefined if nothing is known.
 */
export function mixPeriods(periods: readonly PeriodQuantiles[]): Distribution | undefined {
  const weighted = periods.flatMap(({ count, quantiles }) => {
    const sorted = quantiles.toSorted(([a], [b]) => a - b);
    if (count <= 0 || sorted.length === 0) return [];
    const parts = sorted.length === 1 ? 1 : PARTS;
    return Array.from({ length: parts }, (_, part) => ({
      value: findQuantile(sorted, (part + 0.5) / parts),
      weight: count / parts,
    }));
  });
  if (weighted.length === 0) return undefined;
  weighted.sort((a, b) => a.value - b.value);
  const total = weighted.reduce((sum, { weight }) => sum + weight, 0);
  const values: number[] = [];
  let below = 0;
  for (const { value, weight } of weighted) {
    below += weight;
    while (values.length < QUANTILES && (values.length + 0.5) / QUANTILES <= below / total) values.push(value);
  }
  return makeEmpirical(values);
}

function findQuantile(sorted: PeriodQuantiles["quantiles"], share: number): number {
  const index = sorted.findIndex(([known]) => known >= share);
  const above = sorted.at(index);
  const below = index > 0 ? sorted[index - 1] : undefined;
  // Outside the known range, the nearest known value.
  if (!below || !above || index < 0) return above?.[1] ?? 0;
  return interpolate([below[1], above[1]], (share - below[0]) / (above[0] - below[0]));
}
