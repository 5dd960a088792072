/**
 * The contract of every metric: the code that emits a metric and the code that draws or watches it take its name, unit
 * and dimensions from here.
 */

/**
 * A namespace may not begin with `AWS/`:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
 */
export const NAMESPACE = "Lambda/Performance";

/** The dimension of every metric: the function's name in AWS. */
export const FUNCTION_NAME = "FunctionName";

/** A second dimension that a metric may have. Each distinct value is billed as a separate metric. */
export type Dimension = "Category" | "Operation";

/** A metric's unit, and how it is published. */
export interface MetricDefinition {
  readonly unit: "Count" | "Milliseconds" | "Percent";
  /** Its second dimension: every value of the metric has one. */
  readonly dimension?: Dimension;
  /** Whether a metric with a second dimension is also published without it, as the sum. */
  readonly total?: boolean;
}

const count: MetricDefinition = { unit: "Count" };
const milliseconds: MetricDefinition = { unit: "Milliseconds" };
const percent: MetricDefinition = { unit: "Percent" };

/** Every metric that a monitored function emits. Warming pings emit none. */
export const METRICS = {
  /** 1 for the first real request of an execution environment that was started for it. */
  ColdStarts: count,
  /** Time in the handler, without initialization. */
  ExecutionTime: milliseconds,
  /** Of a streamed response: time in the handler until the first byte was written. */
  FirstByteTime: milliseconds,
  /** Peak memory of the execution environment so far, as a share of the function's memory. */
  MemoryUtilization: percent,
  /** 1 for a request that was answered. */
  Successes: count,
  /** 1 for a request that was answered with an HTTP status 4xx: the caller's fault, and not part of the error rate. */
  ClientErrors: count,
  /**
   * 1 for a request that threw, was not answered, was answered with an HTTP status 5xx, or failed with all records of
   * its batch.
   */
  Failures: { unit: "Count", dimension: "Category", total: true },
  /** 1 for a failure with an answer, such as an HTTP status 5xx, which Lambda itself does not see. */
  ServerErrors: count,
  /** Records of a batch that failed; one value per batch whose answer has `batchItemFailures`. */
  FailedRecords: count,
  /** The same as a share of the batch. */
  FailedRecordsShare: percent,
  /** Time in a named operation; one value per call. */
  OperationTime: { unit: "Milliseconds", dimension: "Operation" },
  /** Metric values that could not be delivered and are lost. */
  DroppedMetrics: count,
} satisfies Readonly<Record<string, MetricDefinition>>;

/**
 * What the platform itself reports for every invocation, including those that never returned and warming pings. Metric
 * filters on a function's logs turn it into metrics. They have no dimensions, because the reports do not contain the
 * function's name. https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export const PLATFORM_METRICS = {
  /** Time to initialize an execution environment; one value per cold start. */
  InitDuration: { unit: "Milliseconds" },
  /** Peak memory of the execution environment so far. */
  MaxMemoryUsed: { unit: "Megabytes" },
  /** The function's memory. */
  MemorySize: { unit: "Megabytes" },
  /** 1 for an invocation that the function's timeout ended. */
  Timeouts: { unit: "Count" },
} as const;

/** The name of a metric from the platform's reports. */
export type PlatformMetricName = keyof typeof PLATFORM_METRICS;

/**
 * What the warmer emits about every function that it keeps warm, once per round, with that function's name as the only
 * dimension. Separate from {@link METRICS}, which are in every monitored function's package.
 */
export const WARMING_METRICS = {
  /** Number of different instances that answered. */
  WarmedInstances: { unit: "Count" },
  /** Pings without a correct answer; 1 for a function that was not pinged for that reason. */
  WarmingFailures: { unit: "Count" },
  /** Instances that a ping had to start. */
  WarmingColdStarts: { unit: "Count" },
} as const;

/**
 * What the rollout controller emits about a function whose new version is getting traffic, with that function's name as
 * the only dimension.
 */
export const ROLLOUT_METRICS = {
  /** Share of requests that the new version gets. */
  RolloutShare: { unit: "Percent" },
  /** 1 when a new version lost its traffic again. */
  RollBacks: { unit: "Count" },
} as const;

/** The name of a metric from the rollout controller. */
export type RolloutMetricName = keyof typeof ROLLOUT_METRICS;

/** The name of a metric from the warmer. */
export type WarmingMetricName = keyof typeof WARMING_METRICS;

/** The namespace of a function's {@link PLATFORM_METRICS}, by its name in AWS. */
export function formatPlatformNamespace(functionName: string): string {
  return `${NAMESPACE}/${functionName}`;
}

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;

/** Maximum number of values in a datum: the embedded metric format takes no more in a line. */
export const MAX_VALUES = 100;

/** Values of one metric, all from one invocation. A metric with more than one value has a second dimension. */
export interface Datum {
  readonly name: MetricName;
  /** At most {@link MAX_VALUES}. */
  readonly values: readonly number[];
  /** The value of the metric's second dimension, if it has one. */
  readonly dimension?: string | undefined;
}

/** One value of a metric: 1 for a count. */
export function datum(name: MetricName, value = 1, dimension?: string): Datum {
  return { name, values: [value], dimension };
}

/** Where metrics go. No method is waited for, and errors are ignored, also those with which a promise rejects. */
export interface Publisher {
  /** An invocation begins: the instance is awake, so the publisher can send what has collected. */
  begin?(): unknown;
  /** An invocation has ended, with these metrics. `properties` are for searching in logs; they are not metrics. */
  publish(data: readonly Datum[], properties: Readonly<Record<string, unknown>>): unknown;
}
