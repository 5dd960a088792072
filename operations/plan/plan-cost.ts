import { dollars, PRICE_SOURCE } from "../../stacks/cost";
import { PRICED_RESOURCES, type PricedResource } from "../../stacks/priced-resources";
import prices from "../../stacks/prices.json";
import { type Plan, type ResourceChange } from "./plan";
import { child } from "./sensitivity";

const METRIC_ALARM = "aws_cloudwatch_metric_alarm";

/** A metric filter makes one metric. */
const PRICED: readonly PricedResource[] = [
  ...PRICED_RESOURCES,
  { what: "metrics from logs", type: "aws_cloudwatch_log_metric_filter", dollarsEach: prices.perMonth.metric },
];

/** What the figures are, and what is not in them. */
export const COST_NOTE =
  `Costs are those of alarms, dashboards, encryption keys and metrics from logs, at ${PRICE_SOURCE}, without AWS's free tier. ` +
  "Not in them, because a plan does not tell: metrics that functions emit, warming, requests, logs, queries and notifications.";

interface CostItem {
  readonly what: string;
  readonly dollarsEach: number;
  readonly before: number;
  readonly after: number;
}

/** What a plan makes of the monthly cost, in dollars, and what that consists of. */
export function monthlyCost({ changes }: Plan): {
  readonly before: number;
  readonly after: number;
  readonly items: readonly CostItem[];
} {
  const items = PRICED.map((priced) => ({
    ...priced,
    before: countOf(priced, changes, ({ before }) => before),
    // What Terraform lets go of stays in AWS.
    after: countOf(priced, changes, ({ kind, before, after }) => (kind === "forget" ? before : after)),
  }));
  const total = (side: "before" | "after") => items.reduce((sum, item) => sum + item[side] * item.dollarsEach, 0);
  return { before: total("before"), after: total("after"), items };
}

/** What a plan makes of the monthly cost, on one line. */
export function costLine(plan: Plan): string {
  const { before, after, items } = monthlyCost(plan);
  const moved = items.filter((item) => item.before !== item.after);
  if (moved.length === 0) return `Monthly cost: ${dollars(after)}, as before`;
  const list = moved.map((item) => `${item.what} ${item.before} -> ${item.after} x ${dollars(item.dollarsEach)}`);
  return `Monthly cost: ${dollars(before)} -> ${dollars(after)} (${list.join(", ")})`;
}

function countOf(
  { type }: PricedResource,
  changes: readonly ResourceChange[],
  side: (change: ResourceChange) => unknown,
): number {
  return changes
    .filter((change) => change.type === type)
    .map(side)
    .filter((attributes) => attributes !== undefined)
    .reduce<number>((total, attributes) => total + (type === METRIC_ALARM ? metricsWatched(attributes) : 1), 0);
}

/** An alarm that computes its figure costs as much as one on each of its metrics. */
function metricsWatched(alarm: unknown): number {
  const queries = child(alarm, "metric_query");
  if (!Array.isArray(queries) || queries.length === 0) return 1;
  return queries.filter((query) => {
    const metric = child(query, "metric");
    return Array.isArray(metric) && metric.length > 0;
  }).length;
}
