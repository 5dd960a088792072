import prices from "./prices.json";

/** A kind of resource that is paid for each month. */
export interface PricedResource {
  /** What is paid for, one for each resource where nothing else is said. */
  readonly what: string;
  /** As Terraform calls it. */
  readonly type: string;
  /** A month. */
  readonly dollarsEach: number;
}

const { perMonth } = prices;

/** The resources of an environment that are paid for whether they are used or not, besides those that make metrics. */
export const PRICED_RESOURCES: readonly PricedResource[] = [
  // An alarm that computes its figure costs as much as one on each of its metrics.
  {
    what: "metrics watched by alarms",
    type: "aws_cloudwatch_metric_alarm",
    dollarsEach: perMonth.metricWatchedByAlarm,
  },
  { what: "composite alarms", type: "aws_cloudwatch_composite_alarm", dollarsEach: perMonth.compositeAlarm },
  { what: "dashboards", type: "aws_cloudwatch_dashboard", dollarsEach: perMonth.dashboard },
  { what: "encryption keys", type: "aws_kms_key", dollarsEach: perMonth.key },
];
