import {
  CloudWatchClient,
  type MetricDataQuery,
  paginateGetMetricData,
  paginateListMetrics,
} from "@aws-sdk/client-cloudwatch";
import prices from "../../model/prices.json";
import { type Measure, type MetricAddress } from "../../model/metrics";
import { type AwsAccess } from "./access";
import { AwsFailure } from "./failure";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

/** One metric with one statistic. */
export interface MetricRequest {
  readonly metric: MetricAddress;
  /** In CloudWatch's notation: `Sum`, `Average`, `p99`, `PR(:2000)`, … */
  readonly statistic: string;
}

/** The time range of metrics to read, in milliseconds since 1970. */
export interface MetricRange {
  readonly from: number;
  readonly to: number;
  /** Not shorter than the shortest that CloudWatch still keeps for this time. */
  readonly periodSeconds: number;
}

/** A value and when its period starts, in milliseconds since 1970. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** The total of a metric. */
export function requestSum(metric: MetricAddress): MetricRequest {
  return { metric, statistic: "Sum" };
}

/** The total of some values. */
export function sumPoints(points: readonly Point[] = []): number {
  return points.reduce((total, { value }) => total + value, 0);
}

/** Cost of reading this many metrics once, in dollars. */
export function priceReading(metrics: number): number {
  return metrics * prices.perMetricRead;
}

/**
 * Reads metrics in as few calls as AWS allows.
 *
 * @param requests by names of the caller's choice; what an alarm watches can also be read, even if it is computed
 * @returns the points of each request in chronological order; none if CloudWatch has no data
 * @throws AwsFailure
 */
export async function readMetrics<Name extends string>(
  aws: AwsAccess,
  requests: Readonly<Record<Name, MetricRequest | Measure>>,
  { from, to, periodSeconds }: MetricRange,
): Promise<Record<Name, Point[]>> {
  const names = Object.keys(requests) as Name[];
  const points = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Point[]>;
  const queries = names.map((name, index) => buildQueries(requests[name], `m${index}`, periodSeconds));
  const client = aws.client(CloudWatchClient);
  const range = { StartTime: new Date(from), EndTime: new Date(to), ScanBy: "TimestampAscending" as const };
  for (const some of splitIntoCalls(queries)) {
    const results = await aws.askAll(
      "cloudwatch:GetMetricData",
      `there are no metrics in ${aws.region}`,
      (options) => paginateGetMetricData({ client }, { ...range, MetricDataQueries: some }, options),
      ({ MetricDataResults }) => MetricDataResults,
    );
    for (const { Id = "", Timestamps = [], Values = [], StatusCode } of results) {
      if (StatusCode === "InternalError" || StatusCode === "Forbidden") {
        throw new AwsFailure(`CloudWatch in ${aws.region} did not return a metric: ${StatusCode}`);
      }
      const name = names[Number(Id.slice(1))];
      if (name === undefined) continue;
      for (const [index, time] of Timestamps.entries()) {
        const value = Values[index];
        if (value !== undefined) points[name].push({ at: time.getTime(), value });
      }
    }
  }
  return points;
}

/**
 * The dimensions of each metric of a namespace that had a value in the last two weeks.
 *
 * @param only of one metric, with these dimensions among others
 * @throws AwsFailure
 */
export async function listMetrics(
  aws: AwsAccess,
  namespace: string,
  only?: Pick<MetricAddress, "metricName" | "dimensions">,
): Promise<MetricAddress["dimensions"][]> {
  const input = {
    Namespace: namespace,
    ...(only && { MetricName: only.metricName, Dimensions: toDimensions(only.dimensions) }),
  };
  const metrics = await aws.askAll(
    "cloudwatch:ListMetrics",
    "there are no metrics",
    (options) => paginateListMetrics({ client: aws.client(CloudWatchClient) }, input, options),
    ({ Metrics }) => Metrics,
  );
  return metrics.map(({ Dimensions = [] }) =>
    Object.fromEntries(Dimensions.map(({ Name = "", Value = "" }) => [Name, Value])),
  );
}

/** As few calls as possible. The metrics of an expression must be in the same call. */
function splitIntoCalls(groups: readonly (readonly MetricDataQuery[])[]): MetricDataQuery[][] {
  const calls: MetricDataQuery[][] = [];
  for (const group of groups) {
    const last = calls.at(-1);
    if (last && last.length + group.length <= QUERIES_PER_CALL) last.push(...group);
    else calls.push([...group]);
  }
  return calls;
}

function buildQueries(request: MetricRequest | Measure, id: string, periodSeconds: number): MetricDataQuery[] {
  const { statistic } = request;
  if ("metric" in request) return [buildQuery(request.metric, statistic, id, periodSeconds)];
  const { metrics, expression } = request;
  const [first] = Object.values(metrics);
  if (expression === undefined) return first ? [buildQuery(first, statistic, id, periodSeconds)] : [];
  // Otherwise, several requests of one call would use the same names for their metrics.
  const names = new RegExp(`\\b(${Object.keys(metrics).join("|")})\\b`, "g");
  return [
    { Id: id, Expression: expression.replace(names, `${id}_$1`) },
    ...Object.entries(metrics).map(([name, metric]) => ({
      ...buildQuery(metric, metric.statistic ?? statistic, `${id}_${name}`, periodSeconds),
      ReturnData: false,
    })),
  ];
}

function buildQuery(
  { namespace, metricName, dimensions }: MetricAddress,
  statistic: string,
  id: string,
  periodSeconds: number,
): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: metricName, Dimensions: toDimensions(dimensions) },
      Period: periodSeconds,
      Stat: statistic,
    },
  };
}

function toDimensions(dimensions: MetricAddress["dimensions"]): { Name: string; Value: string }[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}
