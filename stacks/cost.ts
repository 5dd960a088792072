import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { TerraformResource } from "cdktf";
import { type Metric, type MetricName, METRICS, WARMING_METRICS } from "../performance/metrics";
import { type EnvironmentStack } from "./environment-stack";
import { PRICED_RESOURCES } from "./priced-resources";
import prices from "./prices.json";
import { warmedFunctions } from "./warming/warmed-functions";

/** One kind of thing that costs money. */
export interface CostItem {
  readonly what: string;
  readonly count: number;
  /** Of each, a month. */
  readonly dollarsEach: number;
}

/** What only functions emit that answer which records of a batch have failed. */
const OF_BATCHES: readonly MetricName[] = ["FailedRecords", "FailedRecordsShare"];

/**
 * What one function emits whatever its code does: not the metrics of batches, nor those with a value per failure
 * category or named operation.
 */
export const METRICS_PER_FUNCTION = Object.entries<Metric>(METRICS).filter(
  ([name, { dimension, total }]) => (!dimension || total) && !OF_BATCHES.some((one) => one === name),
).length;

/**
 * The most that monitoring an environment costs in a month, without what depends on traffic (log volume, queries,
 * notifications) or on a function's code (metrics of batches, failure categories and named operations). AWS's free tier
 * is not taken off.
 */
export function monthlyCost(stack: EnvironmentStack): CostItem[] {
  const resources = stack.node.findAll().filter((node) => TerraformResource.isTerraformResource(node));
  const howMany = (type: string) =>
    resources
      .filter(({ terraformResourceType }) => terraformResourceType === type)
      .reduce((total, resource) => total + paidAs(resource), 0);
  const { environment } = stack;
  const metrics =
    Object.keys(environment.functions).length * METRICS_PER_FUNCTION +
    howMany(CloudwatchLogMetricFilter.tfResourceType) +
    warmedFunctions(environment).length * Object.keys(WARMING_METRICS).length;
  return [
    { what: "metrics", count: metrics, dollarsEach: prices.perMonth.metric },
    ...PRICED_RESOURCES.map(({ what, type, dollarsEach }) => ({ what, count: howMany(type), dollarsEach })),
  ];
}

/** How many of its kind a resource is paid as. */
function paidAs(resource: TerraformResource): number {
  if (!(resource instanceof CloudwatchMetricAlarm)) return 1;
  const { metricQueryInput: queries } = resource;
  return Array.isArray(queries) ? queries.filter(({ metric }) => metric).length : 1;
}

/** As in "$12.30"; what is less than a cent is not called nothing. */
export function dollars(amount: number): string {
  return amount > 0 && amount < 0.01 ? "less than $0.01" : `$${amount.toFixed(2)}`;
}

/** Where and when the prices were looked up. */
export const PRICE_SOURCE = `${prices.region} prices of ${prices.date}`;

/** What reading logs with a query costs, in dollars per gigabyte. */
export const DOLLARS_PER_GIGABYTE_QUERIED = prices.perGigabyte.queried;
