import { type Random } from "./random";

/** The distribution of a quantity; the caller decides the unit. */
export type Distribution =
  | { readonly kind: "fixed"; readonly value: number }
  | { readonly kind: "uniform"; readonly least: number; readonly most: number }
  /** Observed values, or quantiles at regular intervals; values between two neighbors are equally likely. */
  | { readonly kind: "empirical"; readonly values: readonly number[] };

/** A constant quantity. */
export function makeFixed(value: number): Distribution {
  return { kind: "fixed", value };
}

/** All values between two limits are equally likely. */
export function makeUniform(least: number, most: number): Distribution {
  return { kind: "uniform", least, most };
}

/** Observed values. */
export function makeEmpirical(values: readonly number[]): Distribution {
  return { kind: "empirical", values };
}

/** Draws from a distribution. */
export function makeSampler(distribution: Distribution, random: Random): () => number {
  switch (distribution.kind) {
    case "fixed": {
      const { value } = distribution;
      return () => value;
    }
    case "uniform": {
      const { least, most } = distribution;
      return () => least + (most - least) * random();
    }
    case "empirical": {
      const sorted = Float64Array.from(distribution.values).sort();
      if (sorted.length === 0) throw new Error("An empirical distribution needs at least one value");
      return () => interpolate(sorted, random());
    }
  }
}

/** The value below which a share (0 to 1) of the sorted values lies. */
export function interpolate(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const below = sorted[index] ?? Number.NaN;
  const above = sorted[index + 1] ?? below;
  return below + (above - below) * (position - index);
}
