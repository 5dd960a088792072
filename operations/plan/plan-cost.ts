import { WARMING_METRICS } from "../../performance/metrics";
import { METRICS_PER_FUNCTION } from "../../model/monitoring-cost";
import { formatDollars, PRICE_SOURCE, PRICED_RESOURCES, type PricedResource } from "../../model/priced-resources";
import { type Plan, type ResourceChange } from "./plan";
import { child, embeddedJson } from "./sensitivity";

const METRIC_ALARM = "aws_cloudwatch_metric_alarm";

type Side = (change: ResourceChange) => unknown;

/** What the figures are, and what is not in them. */
export const COST_NOTE =
  `Costs are the most that alarms, dashboards, encryption keys and metrics come to, at ${PRICE_SOURCE}, without AWS's free tier. ` +
  "Not in them, because a plan does not tell: metrics of batches, failure categories and named operations, warming, requests, logs, queries and notifications.";

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
  const sides: Readonly<Record<"before" | "after", Side>> = {
    before: ({ before }) => before,
    // What Terraform lets go of stays in AWS.
    after: ({ kind, before, after }) => (kind === "forget" ? before : after),
  };
  const items = Object.values<PricedResource>(PRICED_RESOURCES).map(({ type, what, dollarsEach }) => ({
    what,
    dollarsEach,
    before: countOf(type, changes, sides.before),
    after: countOf(type, changes, sides.after),
  }));
  const total = (side: "before" | "after") => items.reduce((sum, item) => sum + item[side] * item.dollarsEach, 0);
  return { before: total("before"), after: total("after"), items };
}

/** What a plan makes of the monthly cost, on one line. */
export function costLine(plan: Plan): string {
  const { before, after, items } = monthlyCost(plan);
  const moved = items.filter((item) => item.before !== item.after);
  if (moved.length === 0) return `Monthly cost: ${formatDollars(after)}, as before`;
  const list = moved.map((item) => `${item.what} ${item.before} -> ${item.after} x ${formatDollars(item.dollarsEach)}`);
  return `Monthly cost: ${formatDollars(before)} -> ${formatDollars(after)} (${list.join(", ")})`;
}

function countOf(type: string | undefined, changes: readonly ResourceChange[], side: Side): number {
  if (type === undefined) return metricsOn(changes, side);
  return ofType(type, changes, side).reduce<number>(
    (total, attributes) => total + (type === METRIC_ALARM ? metricsWatched(attributes) : 1),
    0,
  );
}

function ofType(type: string, changes: readonly ResourceChange[], side: Side): unknown[] {
  return changes
    .filter((change) => change.type === type)
    .map(side)
    .filter((attributes) => attributes !== undefined);
}

/** Those from logs, those that each function emits, and those that the warmer emits of each function that it pings. */
function metricsOn(changes: readonly ResourceChange[], side: Side): number {
  const live = ofType("aws_lambda_alias", changes, side).filter((alias) => child(alias, "name") === "live");
  const inputs = [
    ...ofType("aws_cloudwatch_event_target", changes, side),
    ...ofType("aws_lambda_invocation", changes, side),
  ];
  const pinged = inputs.flatMap((one) => functionsIn(child(one, "input")));
  return (
    ofType("aws_cloudwatch_log_metric_filter", changes, side).length +
    live.length * METRICS_PER_FUNCTION +
    new Set(pinged).size * Object.keys(WARMING_METRICS).length
  );
}

/** The functions that the warmer is asked to ping; none where the input is not known yet. */
function functionsIn(input: unknown): string[] {
  const targets = child(embeddedJson(input), "targets");
  return Array.isArray(targets) ? targets.map((target) => String(child(target, "functionName"))) : [];
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
