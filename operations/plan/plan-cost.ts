import { dollars, PRICE_SOURCE } from "../../stacks/cost";
import prices from "../../stacks/prices.json";
import { type Plan, type ResourceChange } from "./plan";
import { child } from "./sensitivity";

const { perMonth } = prices;

interface Priced {
  readonly what: string;
  readonly type: string;
  readonly dollarsEach: number;
  /** How many are paid for one resource with these attributes; one unless said otherwise. */
  readonly count?: (attributes: unknown) => number;
}

const PRICED: readonly Priced[] = [
  {
    what: "metrics watched by alarms",
    type: "aws_cloudwatch_metric_alarm",
    dollarsEach: perMonth.metricWatchedByAlarm,
    count: metricsWatched,
  },
  { what: "composite alarms", type: "aws_cloudwatch_composite_alarm", dollarsEach: perMonth.compositeAlarm },
  { what: "dashboards", type: "aws_cloudwatch_dashboard", dollarsEach: perMonth.dashboard },
  { what: "encryption keys", type: "aws_kms_key", dollarsEach: perMonth.key },
  { what: "metrics from logs", type: "aws_cloudwatch_log_metric_filter", dollarsEach: perMonth.metric },
];

/** What the figures are, and what is not in them. */
export const COST_NOTE =
  `Costs are those of alarms, dashboards, encryption keys and metrics from logs, at ${PRICE_SOURCE}, without AWS's free tier. ` +
  "Not in them, because a plan does not tell: metrics that functions emit, warming, requests, logs, queries and notifications.";

/** What a plan makes of the monthly cost, on one line. */
export function costLine({ changes }: Plan): string {
  const items = PRICED.map((priced) => ({
    ...priced,
    before: countOf(priced, changes, ({ before }) => before),
    // What Terraform lets go of stays in AWS.
    after: countOf(priced, changes, ({ kind, before, after }) => (kind === "forget" ? before : after)),
  }));
  const total = (side: "before" | "after") => items.reduce((sum, item) => sum + item[side] * item.dollarsEach, 0);
  const [old, next] = [dollars(total("before")), dollars(total("after"))];
  const moved = items.filter(({ before, after }) => before !== after);
  if (moved.length === 0) return `Monthly cost: ${next}, as before`;
  const list = moved.map(
    ({ what, before, after, dollarsEach }) => `${what} ${before} -> ${after} x ${dollars(dollarsEach)}`,
  );
  return `Monthly cost: ${old} -> ${next} (${list.join(", ")})`;
}

function countOf(
  { type, count = () => 1 }: Priced,
  changes: readonly ResourceChange[],
  side: (change: ResourceChange) => unknown,
): number {
  return changes
    .filter((change) => change.type === type)
    .map(side)
    .filter((attributes) => attributes !== undefined)
    .reduce<number>((total, attributes) => total + count(attributes), 0);
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
