import prices from "./prices.json";

/** Something that is paid for each month, whether it is used or not. */
export interface PricedResource {
  /** What is paid for, one for each resource where nothing else is said. */
  readonly what: string;
  /** As Terraform calls it; undefined for metrics, which come to be by being emitted. */
  readonly type: string | undefined;
  /** A month. */
  readonly dollarsEach: number;
}

const { perMonth } = prices;

/** What monitoring an environment is paid for by, in the order in which it is told. */
export const PRICED_RESOURCES = {
  metric: { what: "metrics", type: undefined, dollarsEach: perMonth.metric },
  // An alarm that computes its figure costs as much as one on each of its metrics.
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

/** What reading logs with a query costs, in dollars per gigabyte. */
export const DOLLARS_PER_GIGABYTE_QUERIED = prices.perGigabyte.queried;

/** As in "$12.30"; what is less than a cent is not called nothing. */
export function formatDollars(amount: number): string {
  return amount > 0 && amount < 0.01 ? "less than $0.01" : `$${amount.toFixed(2)}`;
}
