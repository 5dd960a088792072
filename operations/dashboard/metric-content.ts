import { type AnsweredSeries, type Point } from "../aws/metrics";
import { formatNumber } from "../document/formats";
import { type LinesContent, type NamedValue, type TableContent, type WidgetContent } from "./content";
import { type MetricProperties } from "./properties";
import { type WidgetQuestion } from "./questions";

/** A line that is shown, with its name. */
interface NamedSeries {
  readonly label: string;
  readonly isRight: boolean;
  readonly points: readonly Point[];
}

const SUMMARIES = {
  MIN: { heading: "Minimum", summarize: (values: readonly number[]) => Math.min(...values) },
  MAX: { heading: "Maximum", summarize: (values: readonly number[]) => Math.max(...values) },
  SUM: { heading: "Sum", summarize: sum },
  AVG: { heading: "Average", summarize: (values: readonly number[]) => sum(values) / values.length },
} as const;

/**
 * What a metric widget shows of an answer.
 *
 * @param limit of an alarm
 */
export function buildMetricContent(
  properties: MetricProperties,
  question: WidgetQuestion,
  answer: readonly AnsweredSeries[],
  limit?: { readonly at: number; readonly text: string },
): WidgetContent {
  const series = nameSeries(question, answer);
  switch (properties.view) {
    case "timeSeries":
      return buildLines(properties, question, series, limit);
    case "singleValue":
      return { kind: "numbers", numbers: series.map(takeNewest) };
    case "table":
      return buildSummaryTable(properties, series);
    case "gauge":
    case "bar":
    case "pie":
      return buildBars(properties, series);
    default:
      return { kind: "note", isBad: true, text: `CloudWatch has no view ${properties.view}` };
  }
}

/** The shown lines in the widget's order; where the dashboard gives no name, CloudWatch's. */
function nameSeries({ shown }: WidgetQuestion, answer: readonly AnsweredSeries[]): NamedSeries[] {
  return shown
    .filter(({ isVisible }) => isVisible)
    .flatMap(({ id, label, isRight, metric, expression = "" }): NamedSeries[] => {
      const found = answer.filter((series) => series.id === id);
      const fallback = metric?.metricName ?? expression;
      // A search that finds nothing has nothing to show.
      if (found.length === 0)
        return /\bSEARCH\b/.test(expression) ? [] : [{ label: label || fallback, isRight, points: [] }];
      return found.map((series) => ({
        label: (found.length === 1 && label !== "" ? label : series.label) || fallback,
        isRight,
        points: series.points,
      }));
    });
}

function buildLines(
  { yAxis, annotations, stacked }: MetricProperties,
  { from, to, until, periodSeconds }: WidgetQuestion,
  series: readonly NamedSeries[],
  limit?: { readonly at: number; readonly text: string },
): LinesContent {
  const step = periodSeconds * 1000;
  const length = Math.ceil((to - from) / step);
  const { min, max, label: unit = "" } = yAxis.left;
  const onRight = series.filter(({ isRight }) => isRight).map(({ label }) => label);
  const horizontal = annotations.horizontal.filter(({ visible }) => visible);
  const marks = annotations.vertical.filter(({ visible }) => visible);
  return {
    kind: "lines",
    ...{ from, periodSeconds, length, to: until, unit },
    lines: series.map(({ label, points }) => ({ label, values: spread(points, from, step, length) })),
    axis: { ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
    limits: [
      ...(limit ? [limit] : []),
      ...horizontal.map(({ value, label }) => ({
        at: value,
        text: [label, formatNumber(value, 2)].filter(Boolean).join(" "),
      })),
    ],
    marks: marks.map(({ value, label }) => ({ at: Date.parse(value), text: label })),
    ...(stacked && { isStacked: true }),
    ...(onRight.length > 0 && { remark: `CloudWatch draws ${onRight.join(", ")} by an axis of its own on the right.` }),
  };
}

/** One value per period; null where there is none. */
function spread(points: readonly Point[], from: number, step: number, length: number): (number | null)[] {
  const values = new Array<number | null>(length).fill(null);
  for (const { at, value } of points) {
    const index = Math.floor((at - from) / step);
    if (index >= 0 && index < length) values[index] = roundValue(value);
  }
  return values;
}

/** As many digits as can be seen. */
function roundValue(value: number): number {
  return Math.abs(value) >= 1 ? Number(value.toFixed(3)) : Number(value.toPrecision(4));
}

/** The figure of a whole time range, or the latest one. */
function takeNewest({ label, points }: NamedSeries): NamedValue {
  return { label, value: points.at(-1)?.value ?? null };
}

function buildSummaryTable({ table }: MetricProperties, series: readonly NamedSeries[]): TableContent {
  const columns = table.summaryColumns.length > 0 ? table.summaryColumns : (["AVG"] as const);
  return {
    kind: "table",
    headings: ["", ...columns.map((column) => SUMMARIES[column].heading)],
    rows: series.map(({ label, points }) => {
      const values = points.map(({ value }) => value);
      return [label, ...columns.map((column) => (values.length > 0 ? SUMMARIES[column].summarize(values) : null))];
    }),
  };
}

function buildBars({ view, yAxis }: MetricProperties, series: readonly NamedSeries[]): WidgetContent {
  const bars = series.map(takeNewest);
  const values = bars.flatMap(({ value }) => value ?? []);
  const { min = 0, max } = yAxis.left;
  if (view === "gauge") return { kind: "bars", bars, min, max: max ?? Math.max(...values, 1) };
  if (view === "bar") return { kind: "bars", bars, min: 0, max: Math.max(...values, 0) };
  return { kind: "bars", bars, min: 0, max: sum(values), remark: "CloudWatch draws these shares as a pie." };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
