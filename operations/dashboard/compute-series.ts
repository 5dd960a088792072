import { AlarmError, parseExpression } from "../../local/cloudwatch/alarm";
import { type LocalMetric, type MetricSource } from "../../local/cloudwatch/metric-data";
import { type AnsweredSeries, type Point, type QuestionLine, type SeriesQuestion } from "../aws/metrics";
import { type Unanswered } from "./source";

/** Finds the metrics that a search means. */
export type SearchMetrics = (search: MetricSearch) => readonly LocalMetric[];

/**
 * A search for metrics:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
 */
export interface MetricSearch {
  readonly namespace: string;
  /** The names of the dimensions that a metric has, and no others. */
  readonly dimensionNames: readonly string[];
  /** Of the metric's name, as `MetricName`, and of dimensions. */
  readonly values: Readonly<Record<string, string>>;
  readonly statistic: string;
}

type Values = ReadonlyMap<number, number>;

/** Computes a question's lines as CloudWatch would, from a source of metrics; or says what is wrong with it. */
export function computeSeries(
  question: SeriesQuestion,
  source: MetricSource,
  search: SearchMetrics,
): readonly AnsweredSeries[] | Unanswered {
  try {
    return question.lines
      .filter(({ isAnswered }) => isAnswered)
      .flatMap((line) => answer(line, question, source, search));
  } catch (error) {
    if (error instanceof AlarmError || error instanceof RangeError) return { why: error.message };
    throw error;
  }
}

function answer(
  line: QuestionLine,
  question: SeriesQuestion,
  source: MetricSource,
  search: SearchMetrics,
): AnsweredSeries[] {
  const { id, label, expression } = line;
  const wanted = expression === undefined ? undefined : parseSearch(expression);
  if (!wanted) return [{ id, label, points: toPoints(computeLine(line, question, source, [])) }];
  return search(wanted).map((metric) => ({
    id,
    label: Object.values(metric.dimensions).find((value) => /^\d+$/.test(value)) ?? metric.name,
    points: toPoints(readLine(metric, wanted.statistic, question, source, line.periodSeconds)),
  }));
}

function computeLine(
  line: QuestionLine,
  question: SeriesQuestion,
  source: MetricSource,
  within: readonly string[],
): Values {
  const { id, metric, expression, statistic = "Average", periodSeconds } = line;
  if (metric) {
    const { namespace, metricName: name, dimensions } = metric;
    return readLine({ namespace, name, dimensions }, statistic, question, source, periodSeconds);
  }
  if (within.includes(id)) throw new AlarmError(`the expression ${id} refers to itself`);
  const { ids, evaluate } = parseExpression(expression ?? "");
  const operands = new Map(
    [...ids].map((name) => {
      const operand = question.lines.find((one) => one.id === name);
      if (!operand) throw new AlarmError(`in ${expression ?? ""}: no line of the widget has the id ${name}`);
      return [name, computeLine(operand, question, source, [...within, id])] as const;
    }),
  );
  const values = new Map<number, number>();
  for (const at of listTimes(question, periodSeconds)) {
    const value = evaluate((name) => operands.get(name)?.get(at), periodSeconds);
    if (value !== undefined) values.set(at, value);
  }
  return values;
}

function readLine(
  metric: LocalMetric,
  statistic: string,
  question: SeriesQuestion,
  source: MetricSource,
  periodSeconds: number,
): Values {
  const values = new Map<number, number>();
  for (const at of listTimes(question, periodSeconds)) {
    const value = source.readStatistic(metric, statistic, { from: at, to: at + periodSeconds * 1000 });
    if (value !== undefined) values.set(at, value);
  }
  return values;
}

function listTimes({ from, to }: SeriesQuestion, periodSeconds: number): number[] {
  const step = periodSeconds * 1000;
  return Array.from({ length: Math.ceil((to - from) / step) }, (_, index) => from + index * step);
}

function toPoints(values: Values): Point[] {
  return [...values].map(([at, value]) => ({ at, value }));
}

/** As in `SEARCH('{Namespace,Dimension} MetricName="Invocations" Dimension="x"', 'Sum')`; undefined for others. */
function parseSearch(expression: string): MetricSearch | undefined {
  if (!/\bSEARCH\b/.test(expression)) return undefined;
  const [, schema = "", terms = "", statistic] =
    /^\s*SEARCH\(\s*'\{([^}]+)\}([^']*)'\s*,\s*'([^']+)'\s*(?:,\s*\d+\s*)?\)\s*$/.exec(expression) ?? [];
  const [namespace = "", ...dimensionNames] = schema.split(",").map((part) => part.trim().replaceAll('"', ""));
  const values = Object.fromEntries(
    [...terms.matchAll(/"?([\w/]+)"?\s*=\s*"([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const rest = terms.replaceAll(/"?[\w/]+"?\s*=\s*"[^"]*"|\bAND\b/g, "").trim();
  if (statistic === undefined || rest !== "") throw new AlarmError(`the search ${expression} is not understood here`);
  const unknown = Object.keys(values).find((name) => name !== "MetricName" && !dimensionNames.includes(name));
  if (unknown !== undefined)
    throw new AlarmError(`the search ${expression} asks for ${unknown}, which its metrics do not have`);
  return { namespace, dimensionNames, values, statistic };
}
