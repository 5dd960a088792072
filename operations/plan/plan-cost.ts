import { WARMING_METRICS } from "../../performance/metrics";
import { METRICS_PER_FUNCTION } from "../../model/monitoring-cost";
import { formatDollars, PRICE_SOURCE, PRICED_RESOURCES, type PricedResource } from "../../model/priced-resources";
import prices from "../../model/prices.json";
import { countUsageReadings } from "../../model/usage-reading";
import { type Plan, type ResourceChange } from "./plan";
import { readChild, parseEmbeddedJson } from "./sensitivity";

const METRIC_ALARM = "aws_cloudwatch_metric_alarm";

type Side = (change: ResourceChange) => unknown;

/** What the figures include and leave out. */
export const COST_NOTE =
  `Costs are the maximum for alarms, dashboards, encryption keys, metrics and reading usage for conditional warming, at ${PRICE_SOURCE}, without AWS's free tier. ` +
  "They leave out what a plan does not show: metrics of batches, failure categories and named operations, pings, requests, logs, queries and notifications.";

/** A plan's effect on the monthly cost, in dollars, with its parts. */
export function priceMonthlyChange({ changes }: Plan) {
  // A resource that Terraform forgets stays in AWS.
  const afterwards: Side = ({ kind, before, after }) => (kind === "forget" ? before : after);
  const beforehand: Side = ({ before }) => before;
  const resources = Object.values<PricedResource>(PRICED_RESOURCES).map(({ type, what, dollarsEach }) => ({
    what,
    dollarsEach,
    before: countPriced(type, changes, beforehand),
    after: countPriced(type, changes, afterwards),
  }));
  const reading = {
    what: "metrics read for conditional warming",
    dollarsEach: prices.perMetricRead,
    before: countMetricsRead(changes, beforehand),
    after: countMetricsRead(changes, afterwards),
  };
  const items = [...resources, reading];
  const total = (side: "before" | "after") => items.reduce((sum, item) => sum + item[side] * item.dollarsEach, 0);
  return { before: total("before"), after: total("after"), items };
}

/** A plan's effect on the monthly cost, in one line. */
export function formatCostChange(plan: Plan): string {
  const { before, after, items } = priceMonthlyChange(plan);
  const moved = items.filter((item) => item.before !== item.after);
  if (moved.length === 0) return `Monthly cost: ${formatDollars(after)}, as before`;
  const list = moved.map((item) => `${item.what} ${item.before} -> ${item.after} x ${formatDollars(item.dollarsEach)}`);
  return `Monthly cost: ${formatDollars(before)} -> ${formatDollars(after)} (${list.join(", ")})`;
}

function countPriced(type: string | undefined, changes: readonly ResourceChange[], side: Side): number {
  if (type === undefined) return countMetrics(changes, side);
  return selectOfType(type, changes, side).reduce<number>(
    (total, attributes) => total + (type === METRIC_ALARM ? countWatched(attributes) : 1),
    0,
  );
}

function selectOfType(type: string, changes: readonly ResourceChange[], side: Side): unknown[] {
  return changes
    .filter((change) => change.type === type)
    .map(side)
    .filter((attributes) => attributes !== undefined);
}

/**
 * Metrics from logs, those that each function emits, and those that the warmer emits about each function that it pings.
 */
function countMetrics(changes: readonly ResourceChange[], side: Side): number {
  const live = selectOfType("aws_lambda_alias", changes, side).filter((alias) => readChild(alias, "name") === "live");
  const streaming = selectOfType("aws_lambda_function_url", changes, side).filter(
    (url) => readChild(url, "invoke_mode") === "RESPONSE_STREAM",
  );
  const gates = selectOfType("aws_lambda_invocation", changes, side).map((gate) => readChild(gate, "input"));
  const pinged = [...listScheduleInputs(changes, side), ...gates].flatMap(listWarmingTargets);
  return (
    selectOfType("aws_cloudwatch_log_metric_filter", changes, side).length +
    live.length * METRICS_PER_FUNCTION +
    streaming.length +
    new Set(pinged.map((target) => readChild(target, "functionName"))).size * Object.keys(WARMING_METRICS).length
  );
}

/** In a month, by the warmer, to follow the usage of each function. */
function countMetricsRead(changes: readonly ResourceChange[], side: Side): number {
  const minutes = new Map<unknown, number>();
  for (const target of listScheduleInputs(changes, side).flatMap(listWarmingTargets)) {
    const every = Number(readChild(readChild(target, "conditional"), "readEveryMinutes"));
    if (every > 0) minutes.set(readChild(target, "functionName"), every);
  }
  return [...minutes.values()].reduce((sum, every) => sum + Math.round(countUsageReadings(every)), 0);
}

function listScheduleInputs(changes: readonly ResourceChange[], side: Side): unknown[] {
  return selectOfType("aws_scheduler_schedule", changes, side).map((schedule) =>
    readChild(readChild(readChild(schedule, "target"), "0"), "input"),
  );
}

/** The functions that an input makes the warmer ping; none if it is not known yet. */
function listWarmingTargets(input: unknown): unknown[] {
  const targets: unknown = readChild(parseEmbeddedJson(input), "targets");
  return Array.isArray(targets) ? targets : [];
}

/** An alarm on a computed figure costs as much as one alarm on each of its metrics. */
function countWatched(alarm: unknown): number {
  const queries = readChild(alarm, "metric_query");
  if (!Array.isArray(queries) || queries.length === 0) return 1;
  return queries.filter((query) => {
    const metric = readChild(query, "metric");
    return Array.isArray(metric) && metric.length > 0;
  }).length;
}
