import prices from "./prices.json";

/** Something with a monthly price, whether it is used or not. */
export interface PricedResource {
  /** The number of billed units; by default one per resource. */
  readonly what: string;
  /** Terraform's resource type; undefined for metrics, which exist once they are emitted. */
  readonly type: string | undefined;
  /** Per month. */
  readonly dollarsEach: number;
}

const { perMonth } = prices;

/** Everything that monitoring an environment is billed for, in display order. */
export const PRICED_RESOURCES = {
  metric: { what: "metrics", type: undefined, dollarsEach: perMonth.metric },
  // An alarm on a computed figure costs as much as one alarm on each of its metrics.
  watchedMetric: {
    what: "metrics watched by alarms",
    type: "aws_cloudwatch_metric_alarm",
    dollarsEach: perMonth.metricWatchedByAlarm,
  },
  compositeAlarm: {
    what: "composite alarms",
    type: "aws_cloudwatch_composite_alarm",
    dollarsEach: perMonth.compositeAlarm,
  },
  dashboard: { what: "dashboards", type: "aws_cloudwatch_dashboard", dollarsEach: perMonth.dashboard },
  key: { what: "encryption keys", type: "aws_kms_key", dollarsEach: perMonth.key },
} as const satisfies Readonly<Record<string, PricedResource>>;

/** One of {@link PRICED_RESOURCES}. */
export type PricedKind = keyof typeof PRICED_RESOURCES;

/** Where and when the prices were looked up. */
export const PRICE_SOURCE = `${prices.region} prices of ${prices.date}`;

/** Price of reading logs with a query, in dollars per gigabyte. */
export const DOLLARS_PER_GIGABYTE_QUERIED = prices.perGigabyte.queried;

/** As in "$1,234.50"; of a small amount the first two digits that say something: it is never called nothing. */
export function formatDollars(amount: number): string {
  if (amount > 0 && amount < 0.000001) return "less than $0.000001";
  if (amount > 0 && amount < 0.01) return `$${Number(amount.toPrecision(2))}`;
  return amount.toLocaleString("en-US", { style: "currency", currency: "USD" });
}
