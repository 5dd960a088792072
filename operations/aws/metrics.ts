import {
  CloudWatchClient,
  type MetricDataQuery,
  type MetricDataResult,
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

/** Lines that are computed together, over a time range in milliseconds since 1970. */
export interface SeriesQuestion {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly QuestionLine[];
}

/** A metric with its statistic, or an expression over other lines of the same question. */
export interface QuestionLine {
  /** In expressions. */
  readonly id: string;
  /** Empty if CloudWatch is to find a name. */
  readonly label: string;
  readonly periodSeconds: number;
  /** Whether its values are wanted, not only those of expressions over it. */
  readonly isAnswered: boolean;
  readonly metric?: MetricAddress;
  readonly statistic?: string;
  readonly expression?: string;
}

/** The values of a line. An expression that searches for metrics has as many as it finds. */
export interface AnsweredSeries {
  readonly id: string;
  readonly label: string;
  readonly points: Point[];
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
  for (const some of splitIntoCalls(queries, (group) => group.length)) {
    for (const result of await ask(aws, some.flat(), { from, to })) {
      const name = names[Number((result.Id ?? "").slice(1))];
      if (name !== undefined) points[name].push(...listPoints(result));
    }
  }
  return points;
}

/**
 * Asks several questions in as few calls as AWS allows.
 *
 * @returns the answer to each question, in their order; a failure for all questions of a call that AWS did not answer
 */
export async function readSeries(
  aws: AwsAccess,
  questions: readonly SeriesQuestion[],
): Promise<(readonly AnsweredSeries[] | AwsFailure)[]> {
  const answers: (AnsweredSeries[] | AwsFailure)[] = questions.map(() => []);
  const numbered = questions.map((question, number) => ({ ...question, number }));
  const ranges = new Set(questions.map(({ from, to }) => `${from} ${to}`));
  for (const range of ranges) {
    const ofRange = numbered.filter(({ from, to }) => `${from} ${to}` === range);
    for (const some of splitIntoCalls(ofRange, ({ lines }) => lines.length)) {
      await answerTogether(aws, some, answers);
    }
  }
  return answers;
}

async function answerTogether(
  aws: AwsAccess,
  questions: readonly (SeriesQuestion & { readonly number: number })[],
  answers: (AnsweredSeries[] | AwsFailure)[],
): Promise<void> {
  const [first] = questions;
  if (!first) return;
  const queries = questions.flatMap(({ lines, number }) => lines.map((line) => buildLineQuery(line, lines, number)));
  try {
    for (const result of await ask(aws, queries, first)) {
      const [, number, id = ""] = /^q(\d+)_(.*)$/.exec(result.Id ?? "") ?? [];
      const answer = answers[Number(number)];
      if (!Array.isArray(answer)) continue;
      const label = result.Label ?? "";
      const points = listPoints(result);
      // A later page goes on with the same line.
      const known = answer.find((series) => series.id === id && series.label === label);
      if (known) known.points.push(...points);
      else answer.push({ id, label, points });
    }
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    for (const { number } of questions) answers[number] = error;
  }
}

/** Every question has names of its own, so that the same ids do not meet in one call. */
function buildLineQuery(line: QuestionLine, all: readonly QuestionLine[], number: number): MetricDataQuery {
  const { id, label, expression, metric, statistic = "Average", periodSeconds, isAnswered } = line;
  const shown = { ReturnData: isAnswered, ...(label !== "" && { Label: label }) };
  if (metric) return { ...buildQuery(metric, statistic, `q${number}_${id}`, periodSeconds), ...shown };
  const renamed = renameIds(
    expression ?? "",
    all.map((one) => one.id),
    `q${number}`,
  );
  return { Id: `q${number}_${id}`, Expression: renamed, Period: periodSeconds, ...shown };
}

/** Renames ids in an expression, but not within its texts. */
function renameIds(expression: string, ids: readonly string[], prefix: string): string {
  const parts = new RegExp(`'[^']*'|"[^"]*"|\\b(?:${ids.join("|")})\\b`, "g");
  return expression.replace(parts, (part) => (/^['"]/.test(part) ? part : `${prefix}_${part}`));
}

async function ask(
  aws: AwsAccess,
  queries: readonly MetricDataQuery[],
  { from, to }: Pick<MetricRange, "from" | "to">,
): Promise<MetricDataResult[]> {
  const client = aws.client(CloudWatchClient);
  const range = { StartTime: new Date(from), EndTime: new Date(to), ScanBy: "TimestampAscending" as const };
  const results = await aws.askAll(
    "cloudwatch:GetMetricData",
    `there are no metrics in ${aws.region}`,
    (options) => paginateGetMetricData({ client }, { ...range, MetricDataQueries: [...queries] }, options),
    ({ MetricDataResults }) => MetricDataResults,
  );
  const failed = results.find(({ StatusCode }) => StatusCode === "InternalError" || StatusCode === "Forbidden");
  if (failed) {
    throw new AwsFailure(`CloudWatch in ${aws.region} did not return a metric: ${failed.StatusCode ?? ""}`);
  }
  return results;
}

function listPoints({ Timestamps = [], Values = [] }: MetricDataResult): Point[] {
  return Timestamps.flatMap((time, index) => {
    const value = Values[index];
    return value === undefined ? [] : [{ at: time.getTime(), value }];
  });
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
function splitIntoCalls<Group>(groups: readonly Group[], countQueries: (group: Group) => number): Group[][] {
  const calls: Group[][] = [];
  let queries = 0;
  for (const group of groups) {
    const last = calls.at(-1);
    queries += countQueries(group);
    if (last && queries <= QUERIES_PER_CALL) last.push(group);
    else {
      calls.push([group]);
      queries = countQueries(group);
    }
  }
  return calls;
}

function buildQueries(request: MetricRequest | Measure, id: string, periodSeconds: number): MetricDataQuery[] {
  const { statistic } = request;
  if ("metric" in request) return [buildQuery(request.metric, statistic, id, periodSeconds)];
  const { metrics, expression } = request;
  const [first] = Object.values(metrics);
  if (expression === undefined) return first ? [buildQuery(first, statistic, id, periodSeconds)] : [];
  return [
    // Otherwise, several requests of one call would use the same names for their metrics.
    { Id: id, Expression: renameIds(expression, Object.keys(metrics), id) },
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
