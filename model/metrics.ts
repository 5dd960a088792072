import { type DurationStatistic } from "../environments/alarms";
import {
  FUNCTION_NAME,
  type MetricName,
  NAMESPACE,
  formatPlatformNamespace,
  type PlatformMetricName,
  type RolloutMetricName,
  type WarmingMetricName,
} from "../performance/metrics";
import { type WatchedFunction } from "./watched-function";

/** Where CloudWatch keeps one metric of one function. */
export interface MetricAddress {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A metric with a statistic of its own, if it differs from that of the figure. */
export interface MeasuredMetric extends MetricAddress {
  readonly statistic?: Statistic;
}

/** One figure: from one metric, or computed from several. */
export interface Measure {
  readonly statistic: Statistic;
  /** Metrics by their names in the expression. */
  readonly metrics: Readonly<Record<string, MeasuredMetric>>;
  /** Missing if the single metric is the figure itself. */
  readonly expression?: string;
}

/** A statistic that alarms use. */
export type Statistic = DurationStatistic | "SampleCount" | "Sum" | `PR(${number}:)`;

/** The parts of a function that its metrics' addresses need. */
export type MetricSubject = Pick<WatchedFunction, "name" | "deployedHere" | "publishesMetrics">;

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
export type LambdaMetricName =
  "AsyncEventsDropped" | "ConcurrentExecutions" | "Duration" | "Errors" | "Invocations" | "IteratorAge" | "Throttles";

/** A metric that the function itself emits. */
export function buildEmittedMetric(metricName: MetricName, { name }: Pick<MetricSubject, "name">): MetricAddress {
  return { namespace: NAMESPACE, metricName, dimensions: { [FUNCTION_NAME]: name } };
}

/** A metric from the platform's reports in the function's log. */
export function buildReportedMetric(
  metricName: PlatformMetricName,
  { name }: Pick<MetricSubject, "name">,
): MetricAddress {
  return { namespace: formatPlatformNamespace(name), metricName, dimensions: {} };
}

/** A metric that one of the project's own functions emits about a function that it keeps warm or rolls out. */
export function buildOwnMetric(
  metricName: WarmingMetricName | RolloutMetricName,
  { name }: Pick<MetricSubject, "name">,
): MetricAddress {
  return { namespace: NAMESPACE, metricName, dimensions: { [FUNCTION_NAME]: name } };
}

/** One of Lambda's own metrics, for the function as a whole. */
export function buildFunctionMetric(
  metricName: LambdaMetricName,
  { name }: Pick<MetricSubject, "name">,
): MetricAddress {
  return { namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: name } };
}

/** One of Lambda's own metrics, for what came through one alias. */
export function buildAliasMetric(
  metricName: LambdaMetricName,
  { name }: Pick<MetricSubject, "name">,
  alias: "live" | "warm",
): MetricAddress {
  return { namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: name, Resource: `${name}:${alias}` } };
}

/**
 * One of Lambda's own metrics, for traffic: if the function is deployed from here, warming pings use a separate alias.
 */
export function buildTrafficMetric(
  metricName: LambdaMetricName,
  subject: Pick<MetricSubject, "name" | "deployedHere">,
): MetricAddress {
  return subject.deployedHere
    ? buildAliasMetric(metricName, subject, "live")
    : buildFunctionMetric(metricName, subject);
}

/**
 * Cold starts of users' requests; every cold start, including those of pings, if the function does not publish them.
 */
export function findColdStarts(subject: Pick<MetricSubject, "name" | "publishesMetrics">): {
  readonly metric: MetricAddress;
  readonly statistic: "Sum" | "SampleCount";
} {
  return subject.publishesMetrics
    ? { metric: buildEmittedMetric("ColdStarts", subject), statistic: "Sum" }
    : { metric: buildReportedMetric("InitDuration", subject), statistic: "SampleCount" };
}

/**
 * A metric of a queue:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 */
export function buildQueueMetric(
  metricName: "ApproximateAgeOfOldestMessage" | "ApproximateNumberOfMessagesVisible",
  queue: string,
): MetricAddress {
  return { namespace: "AWS/SQS", metricName, dimensions: { QueueName: queue } };
}

/** The largest of several metrics, or their sum; undefined without any. A metric without data counts as 0. */
export function combineMetrics(
  how: "MAX" | "SUM",
  statistic: Statistic,
  metrics: readonly MetricAddress[],
): Measure | undefined {
  const [first, ...more] = metrics;
  if (!first) return undefined;
  if (more.length === 0) return buildMeasure(statistic, first);
  const named = metrics.map((metric, index) => [`m${index + 1}`, metric] as const);
  const filled = named.map(([id]) => `FILL(${id}, 0)`);
  return {
    statistic,
    metrics: Object.fromEntries(named),
    expression: `${how}([${filled.join(", ")}])`,
  };
}

/** A figure that is the metric itself. */
export function buildMeasure(statistic: Statistic, metric: MetricAddress): Measure {
  return { statistic, metrics: { value: metric } };
}

/**
 * Failed requests: those that Lambda counts, and those answered with an HTTP status 5xx, which only the function sees.
 */
export function measureFailures(subject: MetricSubject): Measure {
  const errors = buildTrafficMetric("Errors", subject);
  if (!subject.publishesMetrics) return buildMeasure("Sum", errors);
  return {
    statistic: "Sum",
    metrics: { errors, answered: buildEmittedMetric("ServerErrors", subject) },
    expression: "FILL(errors, 0) + FILL(answered, 0)",
  };
}

/** The same as a share of requests in percent; 0 in a period with fewer requests. */
export function measureFailureShare(subject: MetricSubject, minimumRequests: number): Measure {
  const { statistic, metrics, expression = "FILL(value, 0)" } = measureFailures(subject);
  return {
    statistic,
    metrics: { ...metrics, requests: buildTrafficMetric("Invocations", subject) },
    expression: `IF(requests >= ${minimumRequests}, 100 * (${expression}) / requests, 0)`,
  };
}

/** Peak memory as a share of the function's memory. */
export function measureMemoryShare(
  of: Pick<WatchedFunction, "name" | "memoryMb">,
): Pick<Measure, "metrics" | "expression"> {
  const used = buildReportedMetric("MaxMemoryUsed", of);
  return of.memoryMb === undefined
    ? { metrics: { used, size: buildReportedMetric("MemorySize", of) }, expression: "100 * used / size" }
    : { metrics: { used }, expression: `100 * used / ${of.memoryMb}` };
}
