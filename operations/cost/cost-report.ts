import { type Unread } from "../aws/part-reader";

/** Minimum and maximum, which are the same if nothing depends on usage. */
export type CostRange = readonly [least: number, most: number];

/** One thing that costs money. */
export interface CostLine {
  /** For example `metrics` or `scheduled`. */
  readonly what: string;
  /** The amount in this unit; undefined if the function's memory, which it depends on, is unknown. */
  readonly count: CostRange | undefined;
  readonly unit: "" | "GB" | "GB-s" | "instances" | "pings" | "requests" | "runs";
  /** Per month, or per use; undefined if the function's memory, which the price depends on, is unknown. */
  readonly dollars: CostRange | undefined;
  /** Whether the cost is per use instead of per month; totals then do not include it. */
  readonly eachTime?: true;
}

/** Costs by purpose. */
export interface Costs {
  /** Monitoring: metrics, alarms, logs. */
  readonly monitoring: readonly CostLine[];
  /** Keeping it warm. */
  readonly warming: readonly CostLine[];
  /** Users' requests; empty unless measured. */
  readonly requests: readonly CostLine[];
  /** The same number of instances with provisioned concurrency instead of pings: always, and only in the peak. */
  readonly provisioned: readonly CostLine[];
}

/** The cost of one function: what one more function like it would add. */
export interface FunctionCost extends Costs {
  /** Its name in the environment's file. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
}

/** The cost of one environment. */
export interface EnvironmentCost {
  readonly environment: string;
  readonly region: string;
  /**
   * Undefined if only the environment's file was used; otherwise the measured time, in ISO 8601, and the cost of
   * reading.
   */
  readonly measured: { readonly from: string; readonly to: string; readonly readingDollars: number } | undefined;
  readonly functions: readonly FunctionCost[];
  /** Costs that occur once for all functions. */
  readonly shared: Costs;
  /** Excludes lines with an unknown price. */
  readonly totals: Readonly<Record<keyof Costs, CostRange>>;
  /** What is unknown. */
  readonly notes: readonly string[];
  /** What could not be read from AWS; values from the file are used instead. */
  readonly unread: readonly Unread[];
}

/** The kinds of cost, in display order. */
export const KINDS = ["monitoring", "warming", "requests", "provisioned"] as const satisfies readonly (keyof Costs)[];

/** No cost. */
export const NO_COSTS: Costs = { monitoring: [], warming: [], requests: [], provisioned: [] };

/** The same, regardless of usage. */
export function makeExactRange(value: number): CostRange {
  return [value, value];
}

/** Adds up the monthly costs; of the two ways of provisioned concurrency, the first counts. */
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
function sumRanges(ranges: readonly CostRange[]): CostRange {
  return ranges.reduce<CostRange>(([least, most], [low, high]) => [least + low, most + high], [0, 0]);
}
