import { CloudwatchCompositeAlarm } from "@cdktf/provider-aws/lib/cloudwatch-composite-alarm";
import { CloudwatchDashboard } from "@cdktf/provider-aws/lib/cloudwatch-dashboard";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key";
import { METRICS, WARMING_METRICS } from "../performance/metrics";
import { type EnvironmentStack } from "./environment-stack";
import prices from "./prices.json";
import { warmedFunctions } from "./warming/warmed-functions";

/** One kind of thing that costs money. */
export interface CostItem {
  readonly what: string;
  readonly count: number;
  /** Of each, a month. */
  readonly dollarsEach: number;
}

/** What one function emits whatever its code does: not the metrics with a value per failure category or named operation. */
const EMITTED = Object.values(METRICS).filter((metric) => !("dimension" in metric) || "total" in metric).length;

/**
 * The most that monitoring an environment costs in a month, without what depends on traffic (log volume, queries, notifications) or on a
 * function's code (metrics of failure categories and named operations). AWS's free tier is not taken off.
 */
export function monthlyCost(stack: EnvironmentStack): CostItem[] {
  const nodes = stack.node.findAll();
  const howMany = (type: abstract new (...args: never[]) => object) =>
    nodes.filter((node) => node instanceof type).length;
  const alarmMetrics = nodes
    .filter((node) => node instanceof CloudwatchMetricAlarm)
    .reduce((total, alarm) => total + metricsWatched(alarm), 0);
  const { environment } = stack;
  const metrics =
    Object.keys(environment.functions).length * EMITTED +
    howMany(CloudwatchLogMetricFilter) +
    warmedFunctions(environment).length * Object.keys(WARMING_METRICS).length;

  const { perMonth } = prices;
  return [
    { what: "metrics", count: metrics, dollarsEach: perMonth.metric },
    // An alarm that computes its figure costs as much as one on each of its metrics.
    { what: "metrics watched by alarms", count: alarmMetrics, dollarsEach: perMonth.metricWatchedByAlarm },
    { what: "composite alarms", count: howMany(CloudwatchCompositeAlarm), dollarsEach: perMonth.compositeAlarm },
    { what: "dashboards", count: howMany(CloudwatchDashboard), dollarsEach: perMonth.dashboard },
    { what: "encryption keys", count: howMany(KmsKey), dollarsEach: perMonth.key },
  ];
}

function metricsWatched({ metricQueryInput }: CloudwatchMetricAlarm): number {
  return Array.isArray(metricQueryInput) ? metricQueryInput.filter(({ metric }) => metric).length : 1;
}

/** As in "$12.30"; what is less than a cent is not called nothing. */
export function dollars(amount: number): string {
  return amount > 0 && amount < 0.01 ? "less than $0.01" : `$${amount.toFixed(2)}`;
}

/** Where and when the prices were looked up. */
export const PRICE_SOURCE = `${prices.region} prices of ${prices.date}`;

/** What reading logs with a query costs, in dollars per gigabyte. */
export const DOLLARS_PER_GIGABYTE_QUERIED = prices.perGigabyte.queried;
