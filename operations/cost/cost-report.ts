import { type Unread } from "../aws/part-reader";

/** From the least to the most, which are the same where nothing depends on usage. */
export type CostRange = readonly [least: number, most: number];

/** One thing that costs money. */
export interface CostLine {
  /** As in `metrics` or `scheduled`. */
  readonly what: string;
  /** How many, of what the unit says; undefined where the function's memory, and with it this, is unknown. */
  readonly count: CostRange | undefined;
  readonly unit: "" | "GB" | "GB-s" | "instances" | "pings" | "requests" | "runs";
  /** A month, or each time; undefined where the function's memory, and with it the price, is unknown. */
  readonly dollars: CostRange | undefined;
  /** Whether it is paid each time instead of each month; it is in no total then. */
  readonly eachTime?: true;
}

/** What something costs, by what it is paid for. */
export interface Costs {
  /** Seeing how it goes: metrics, alarms, logs. */
  readonly monitoring: readonly CostLine[];
  /** Keeping it warm. */
  readonly warming: readonly CostLine[];
  /** What users ask of it; empty unless it was measured. */
  readonly requests: readonly CostLine[];
  /** As many instances by provisioned concurrency instead of pings: always, and in the peak only. */
  readonly provisioned: readonly CostLine[];
}

/** What one function costs: as much as one more like it would add. */
export interface FunctionCost extends Costs {
  /** As the environment's file calls it. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
}

/** What one environment costs. */
export interface EnvironmentCost {
  readonly environment: string;
  readonly region: string;
  /**
   * Undefined for what the environment's file says alone; else the time that was measured, in ISO 8601, and what
   * reading it cost.
   */
  readonly measured: { readonly from: string; readonly to: string; readonly readingDollars: number } | undefined;
  readonly functions: readonly FunctionCost[];
  /** What is there once for all of them. */
  readonly shared: Costs;
  /** Without lines whose price is unknown. */
  readonly totals: Readonly<Record<keyof Costs, CostRange>>;
  /** What could not be told. */
  readonly notes: readonly string[];
  /** What AWS did not tell: what the file says stands in its place. */
  readonly unread: readonly Unread[];
}

/** The kinds of cost, in the order in which they are told. */
export const KINDS = ["monitoring", "warming", "requests", "provisioned"] as const satisfies readonly (keyof Costs)[];

/** What costs nothing. */
export const NO_COSTS: Costs = { monitoring: [], warming: [], requests: [], provisioned: [] };

/** The same, whatever usage decides. */
export function makeExactRange(value: number): CostRange {
  return [value, value];
}

/** Adds up what is paid each month; of the two ways of provisioned concurrency, the first counts. */
export function sumCosts(all: readonly Costs[]): Readonly<Record<keyof Costs, CostRange>> {
  const total = (lines: readonly CostLine[]) =>
    sumRanges(lines.flatMap(({ eachTime, dollars }) => (eachTime || !dollars ? [] : [dollars])));
  return {
    monitoring: total(all.flatMap(({ monitoring }) => monitoring)),
    warming: total(all.flatMap(({ warming }) => warming)),
    requests: total(all.flatMap(({ requests }) => requests)),
    provisioned: total(all.flatMap(({ provisioned }) => provisioned.slice(0, 1))),
  };
}

/** The sum of ranges. */
export function sumRanges(ranges: readonly CostRange[]): CostRange {
  return ranges.reduce<CostRange>(([least, most], [low, high]) => [least + low, most + high], [0, 0]);
}
