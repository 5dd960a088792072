import { type Random } from "./random";

/** How a quantity varies, in the unit of whoever names it. */
export type Distribution =
  | { readonly kind: "fixed"; readonly value: number }
  | { readonly kind: "uniform"; readonly least: number; readonly most: number }
  /**
   * Values that were seen, or quantiles at even distances; what lies between two neighbours is as likely as they are.
   */
  | { readonly kind: "empirical"; readonly values: readonly number[] };

/** A quantity that does not vary. */
export function makeFixed(value: number): Distribution {
  return { kind: "fixed", value };
}

/** Everything between two values is as likely. */
export function makeUniform(least: number, most: number): Distribution {
  return { kind: "uniform", least, most };
}

/** Values that were seen. */
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

/** The value below which a share of sorted values lies, from 0 to 1. */
export function interpolate(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const index = Math.floor(position);
  const below = sorted[index] ?? Number.NaN;
  const above = sorted[index + 1] ?? below;
  return below + (above - below) * (position - index);
}
