import { type LocalMetric, type MetricSource, type TimeWindow } from "./metric-data";

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html#alarm-states */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** A metric in a query of an alarm; `period` in seconds. */
export interface MetricOfQuery {
  readonly namespace?: string;
  readonly metric_name: string;
  readonly period: number;
  readonly stat: string;
  readonly dimensions?: Readonly<Record<string, string>>;
}

/** A metric, or an expression over other queries of the same alarm. */
export interface MetricQuery {
  readonly id: string;
  readonly expression?: string;
  readonly return_data?: boolean;
  readonly metric?: MetricOfQuery;
}

/**
 * The attributes of Terraform's `aws_cloudwatch_metric_alarm` that decide its state, as in synthesized JSON; `period`
 * in seconds, `threshold` in the metric's unit. Either `metric_query` or `namespace` and its related attributes define
 * what the alarm watches. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export interface MetricAlarm {
  readonly comparison_operator: string;
  readonly threshold?: number;
  readonly evaluation_periods: number;
  readonly datapoints_to_alarm?: number;
  readonly treat_missing_data?: string;
  readonly period?: number;
  readonly statistic?: string;
  readonly extended_statistic?: string;
  readonly namespace?: string;
  readonly metric_name?: string;
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly metric_query?: readonly MetricQuery[];
}

/** Thrown for an alarm that CloudWatch would refuse, or that uses a feature that is not supported here. */
export class AlarmError extends Error {}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * AWS documents that CloudWatch retrieves more data points than evaluation periods, but not how many. Its tables show
 * five for three: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export const EXTRA_DATA_POINTS = 2;

const COMPARISONS: ReadonlyMap<string, (value: number, threshold: number) => boolean> = new Map([
  ["GreaterThanThreshold", (value: number, threshold: number) => value > threshold],
  ["GreaterThanOrEqualToThreshold", (value: number, threshold: number) => value >= threshold],
  ["LessThanThreshold", (value: number, threshold: number) => value < threshold],
  ["LessThanOrEqualToThreshold", (value: number, threshold: number) => value <= threshold],
]);

/** Whether a data point breaches the threshold; undefined if it is missing. */
export type DataPoint = boolean | undefined;

/** How an alarm turns data points into a state; the names are those of `PutMetricAlarm`. */
export interface EvaluationSettings {
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
  readonly treatMissingData: "missing" | "ignore" | "breaching" | "notBreaching";
}

/**
 * The new state for the data points in the evaluation range, oldest first, of an alarm in the state `current`:
 *
 * - With at least as many data points as evaluation periods, the newest of them decide: ALARM if enough breach,
 *   otherwise OK.
 * - With fewer, the missing ones count as breaching or not breaching, if the alarm sets this.
 * - If it sets `missing` or `ignore`, the existing data points decide: ALARM if enough breach, otherwise OK if any
 *   does not breach. If all of them breach, `ignore` keeps the state; with `missing`, the state becomes ALARM once the
 *   oldest breaching one is as many periods old as data points are needed to alarm ("premature alarm state"), and is
 *   INSUFFICIENT_DATA before.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 *
 * For that last case (`- - - - X`), the page says only that there is no ALARM yet. An earlier edition's table shows
 * INSUFFICIENT_DATA.
 */
export function evaluateState(
  dataPoints: readonly DataPoint[],
  { evaluationPeriods, datapointsToAlarm, treatMissingData }: EvaluationSettings,
  current: AlarmState,
): AlarmState {
  const existing = dataPoints.filter((dataPoint) => dataPoint !== undefined);
  const lacking = Math.max(0, evaluationPeriods - existing.length);
  const breaching = existing.slice(-evaluationPeriods).filter(Boolean).length;
  const filled = treatMissingData === "breaching" ? lacking : 0;

  if (breaching + filled >= datapointsToAlarm) return "ALARM";
  if (lacking === 0 || existing.includes(false)) return "OK";
  if (treatMissingData === "breaching" || treatMissingData === "notBreaching") return "OK";
  if (treatMissingData === "ignore") return current;
  const oldest = dataPoints.indexOf(true);
  return oldest >= 0 && dataPoints.length - oldest >= datapointsToAlarm ? "ALARM" : "INSUFFICIENT_DATA";
}

/**
 * The state of an alarm after its evaluation at a time, in milliseconds since 1970. The newest data point is that of
 * the period that ends at this time, regardless of clock alignment: for an alarm with a period of five minutes that is
 * evaluated every minute, the windows overlap.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 */
export function evaluateAlarm(
  alarm: MetricAlarm,
  source: MetricSource,
  at: number,
  current: AlarmState = "INSUFFICIENT_DATA",
): AlarmState {
  return buildEvaluation(alarm).evaluate(source, at, current);
}

/** How an alarm is evaluated. */
export interface Evaluation {
  /** Milliseconds from one evaluation to the next. */
  readonly interval: number;
  /** The length of a data point in milliseconds. */
  readonly period: number;
  readonly settings: EvaluationSettings;
  /** The data point of a window of that length. */
  readonly readDataPoint: (source: MetricSource, window: TimeWindow) => DataPoint;
  readonly evaluate: (source: MetricSource, at: number, current: AlarmState) => AlarmState;
}

/** Reads an alarm once, for many evaluations. Throws an AlarmError for an alarm that is not supported. */
export function buildEvaluation(alarm: MetricAlarm): Evaluation {
  const breaches = COMPARISONS.get(alarm.comparison_operator);
  if (!breaches) throw new AlarmError(`${alarm.comparison_operator} is not a supported comparison`);
  const { threshold } = alarm;
  if (threshold === undefined) throw new AlarmError("the alarm has no threshold");
  const settings = readSettings(alarm);
  const { period, valueIn } = buildWatched(alarm);
  if (!Number.isInteger(period / MINUTE) || period < MINUTE) {
    throw new AlarmError(`a period of ${period / 1000} seconds is not a whole number of minutes`);
  }
  const readDataPoint: Evaluation["readDataPoint"] = (source, window) => {
    const value = valueIn(source, window);
    return value === undefined ? undefined : breaches(value, threshold);
  };
  return {
    interval: settings.evaluationPeriods * period > DAY ? HOUR : MINUTE,
    period,
    settings,
    readDataPoint,
    evaluate(source, at, current) {
      const dataPoints: DataPoint[] = [];
      for (let back = settings.evaluationPeriods + EXTRA_DATA_POINTS; back > 0; back--) {
        dataPoints.push(readDataPoint(source, { from: at - back * period, to: at - (back - 1) * period }));
      }
      return evaluateState(dataPoints, settings, current);
    },
  };
}

function readSettings(alarm: MetricAlarm): EvaluationSettings {
  const evaluationPeriods = alarm.evaluation_periods;
  const datapointsToAlarm = alarm.datapoints_to_alarm ?? evaluationPeriods;
  const treatMissingData = alarm.treat_missing_data ?? "missing";
  if (!(Number.isInteger(evaluationPeriods) && evaluationPeriods >= 1)) {
    throw new AlarmError(`an alarm cannot have ${evaluationPeriods} evaluation periods`);
  }
  if (!(Number.isInteger(datapointsToAlarm) && datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods)) {
    throw new AlarmError(`${datapointsToAlarm} of ${evaluationPeriods} data points cannot alarm`);
  }
  switch (treatMissingData) {
    case "missing":
    case "ignore":
    case "breaching":
    case "notBreaching":
      return { evaluationPeriods, datapointsToAlarm, treatMissingData };
    default:
      throw new AlarmError(`missing data cannot be treated as ${treatMissingData}`);
  }
}

type ReadWindow = (source: MetricSource, window: TimeWindow) => number | undefined;

/** The watched value: the length of a data point in milliseconds, and its value in a window of that length. */
interface Watched {
  readonly period: number;
  readonly valueIn: ReadWindow;
}

function buildWatched(alarm: MetricAlarm): Watched {
  const { metric_query: queries = [], namespace, metric_name: name, period, dimensions = {} } = alarm;
  if (queries.length > 0) return buildQueriesWatched(queries);
  const stat = alarm.statistic ?? alarm.extended_statistic;
  if (namespace === undefined || name === undefined || period === undefined || stat === undefined) {
    throw new AlarmError("the alarm has neither queries nor a namespace, a metric, a period and a statistic");
  }
  return { period: period * 1000, valueIn: buildMetricReader({ namespace, name, dimensions }, stat) };
}

function buildMetricReader(metric: LocalMetric, stat: string): ReadWindow {
  return (source, window) => source.readStatistic(metric, stat, window);
}

function buildQueriesWatched(queries: readonly MetricQuery[]): Watched {
  const byId = new Map(queries.map((query) => [query.id, query]));
  const known = new Map<string, ReadWindow>();
  const periods = new Set<number>();

  function buildQueryReader(id: string, within: readonly string[]): ReadWindow {
    const done = known.get(id);
    if (done) return done;
    const query = byId.get(id);
    if (!query) throw new AlarmError(`there is no query ${id}`);
    if (within.includes(id)) throw new AlarmError(`the query ${id} refers to itself`);
    const { expression, metric } = query;
    const valueIn = expression === undefined ? readMetric(id, metric) : readExpression(expression, [...within, id]);
    known.set(id, valueIn);
    return valueIn;
  }

  function readMetric(id: string, metric: MetricOfQuery | undefined): ReadWindow {
    if (metric?.namespace === undefined) throw new AlarmError(`the query ${id} has neither an expression nor a metric`);
    const { namespace, metric_name: name, dimensions = {}, stat, period } = metric;
    periods.add(period);
    return buildMetricReader({ namespace, name, dimensions }, stat);
  }

  function readExpression(text: string, within: readonly string[]): ReadWindow {
    const { ids, evaluate } = parseExpression(text);
    const operands = new Map([...ids].map((id) => [id, buildQueryReader(id, within)]));
    return (source, window) => evaluate((id) => operands.get(id)?.(source, window), (window.to - window.from) / 1000);
  }

  const [returned, ...others] = queries.filter((query) => query.return_data === true);
  if (!returned || others.length > 0) throw new AlarmError("exactly one query must return data");
  const valueIn = buildQueryReader(returned.id, []);
  const [period, ...otherPeriods] = periods;
  if (period === undefined || otherPeriods.length > 0) throw new AlarmError("all metrics must have the same period");
  return { period: period * 1000, valueIn };
}

/** The value of an id in the period for which an expression is evaluated; undefined if it is missing. */
export type ReadById = (id: string) => number | undefined;

/** A parsed metric math expression. */
export interface MathExpression {
  /** The metrics and expressions that it uses. */
  readonly ids: ReadonlySet<string>;
  /** Its value in one period, which is that many seconds long; undefined if it is missing. */
  readonly evaluate: (valueOf: ReadById, periodSeconds?: number) => number | undefined;
}

type Evaluate = MathExpression["evaluate"];

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
const MAX_EXPRESSION_CHARACTERS = 2048;
const MAX_NESTING = 100;

const OPERATORS: ReadonlyMap<string, (left: number, right: number) => number | undefined> = new Map([
  ["+", (left: number, right: number) => left + right],
  ["-", (left: number, right: number) => left - right],
  ["*", (left: number, right: number) => left * right],
  ["/", (left: number, right: number) => (right === 0 ? undefined : left / right)],
  ["==", (left: number, right: number) => Number(left === right)],
  ["!=", (left: number, right: number) => Number(left !== right)],
  ["<", (left: number, right: number) => Number(left < right)],
  [">", (left: number, right: number) => Number(left > right)],
  ["<=", (left: number, right: number) => Number(left <= right)],
  [">=", (left: number, right: number) => Number(left >= right)],
]);

/** Loosest first. */
const LEVELS = [
  ["==", "!=", "<", ">", "<=", ">="],
  ["+", "-"],
  ["*", "/"],
];

/**
 * Parses a metric math expression: numbers, ids, `+ - * /`, comparisons (1 if true, 0 if not), parentheses, `FILL(x,
 * filler)`, `MAX([x, y])`, `MIN([x, y])`, `SUM([x, y])`, `IF(condition, x, y)` or `IF(condition, x)`, and `PERIOD(id)`.
 * Throws an AlarmError for anything else.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * - A result that needs a missing value is missing; for IF, only the chosen branch counts. According to AWS's page,
 *   arithmetic and comparisons treat a missing value as 0 if another operand has a value, and so does IF for its second
 *   argument. If an expression has FILL around each metric that may be missing, both give the same result.
 * - FILL fills every period, even if the metric has no data at all.
 * - The result of a division by zero is missing, as in AWS.
 */
export function parseExpression(text: string): MathExpression {
  if (text.length > MAX_EXPRESSION_CHARACTERS) {
    throw new AlarmError(`an expression has more than ${MAX_EXPRESSION_CHARACTERS} characters`);
  }
  const tokens = splitExpression(text);
  const ids = new Set<string>();
  let position = 0;
  let nesting = 0;

  function take(...expected: readonly string[]): string | undefined {
    const token = tokens[position];
    if (token === undefined || !expected.includes(token)) return undefined;
    position++;
    return token;
  }

  function demand(expected: string): void {
    if (take(expected) === undefined) throw unexpected(expected);
  }

  function unexpected(expected: string): AlarmError {
    return new AlarmError(`in ${text}: expected ${expected}, found ${tokens[position] ?? "the end"}`);
  }

  function level(index: number): Evaluate {
    const operators = LEVELS[index];
    if (!operators) return operand();
    let left = level(index + 1);
    for (let operator = take(...operators); operator !== undefined; operator = take(...operators)) {
      left = combineOperands(operator, left, level(index + 1));
    }
    return left;
  }

  function whole(): Evaluate {
    if (++nesting > MAX_NESTING) throw new AlarmError(`an expression is nested more than ${MAX_NESTING} times`);
    const result = level(0);
    nesting--;
    return result;
  }

  function operand(): Evaluate {
    let negative = false;
    while (take("-") !== undefined) negative = !negative;
    const value = positive();
    return negative ? combineOperands("-", () => 0, value) : value;
  }

  function positive(): Evaluate {
    if (take("(") !== undefined) {
      const inner = whole();
      demand(")");
      return inner;
    }
    const token = tokens[position];
    if (token === undefined) throw unexpected("a value");
    position++;
    if (/^[\d.]/.test(token)) {
      const number = Number(token);
      return () => number;
    }
    if (/^[a-z]/.test(token)) {
      ids.add(token);
      return (valueOf) => valueOf(token);
    }
    switch (token) {
      case "FILL":
        return fill();
      case "IF":
        return condition();
      case "PERIOD":
        return periodOfId();
      case "MAX":
        return combineAll((values) => Math.max(...values));
      case "MIN":
        return combineAll((values) => Math.min(...values));
      case "SUM":
        return combineAll((values) => values.reduce((total, value) => total + value, 0));
      default:
        position--;
        throw unexpected("a value");
    }
  }

  function fill(): Evaluate {
    demand("(");
    const value = whole();
    demand(",");
    const filler = whole();
    demand(")");
    return (valueOf, periodSeconds) => value(valueOf, periodSeconds) ?? filler(valueOf, periodSeconds);
  }

  function periodOfId(): Evaluate {
    demand("(");
    const id = tokens[position] ?? "";
    if (!/^[a-z]/.test(id)) throw unexpected("an id");
    position++;
    ids.add(id);
    demand(")");
    return (_, periodSeconds) => periodSeconds;
  }

  function condition(): Evaluate {
    demand("(");
    const asked = whole();
    demand(",");
    const whenTrue = whole();
    const whenFalse = take(",") === undefined ? undefined : whole();
    demand(")");
    return (valueOf, periodSeconds) => {
      const answer = asked(valueOf, periodSeconds);
      return answer === undefined ? undefined : (answer === 0 ? whenFalse : whenTrue)?.(valueOf, periodSeconds);
    };
  }

  function combineAll(combine: (values: readonly number[]) => number): Evaluate {
    demand("(");
    demand("[");
    const members = [whole()];
    while (take(",") !== undefined) members.push(whole());
    demand("]");
    demand(")");
    return (valueOf, periodSeconds) => {
      const values = members.map((member) => member(valueOf, periodSeconds)).filter((value) => value !== undefined);
      return values.length === members.length ? combine(values) : undefined;
    };
  }

  const evaluate = whole();
  if (position < tokens.length) throw unexpected("the end");
  return { ids, evaluate };
}

function combineOperands(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  const calculate = OPERATORS.get(operator);
  return (valueOf, periodSeconds) => {
    const leftValue = left(valueOf, periodSeconds);
    const rightValue = right(valueOf, periodSeconds);
    return leftValue === undefined || rightValue === undefined ? undefined : calculate?.(leftValue, rightValue);
  };
}

function splitExpression(text: string): readonly string[] {
  const pattern = /\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+|\w+|[<>=!]=|[-+*/()[\],<>])\s*/uy;
  const tokens: string[] = [];
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const token = pattern.exec(text)?.[1];
    if (token === undefined)
      throw new AlarmError(`cannot read an expression from ${JSON.stringify(text.slice(start))}`);
    tokens.push(token);
  }
  return tokens;
}
