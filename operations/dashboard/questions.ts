import { type TimeRange } from "../alarms/ringing";
import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { type QuestionLine, type SeriesQuestion } from "../aws/metrics";
import { listWidgetLines, type MetricProperties, type WidgetLine } from "./properties";
import { alignRange, buildWholePeriod, choosePeriodSeconds, parseRelativeStart } from "./time-range";

/** What a metric widget asks, and what its answer has to have. */
export interface WidgetQuestion extends SeriesQuestion {
  readonly periodSeconds: number;
  /** Where the drawing ends: also within the last period. */
  readonly until: number;
  readonly shown: readonly WidgetLine[];
}

/** When a widget is drawn, in milliseconds since 1970. */
export interface DrawingTime extends TimeRange {
  readonly now: number;
  /** The period of all lines in place of their own, as a viewer of CloudWatch may choose it. */
  readonly periodSeconds?: number;
}

/** What a metric widget with lines of its own asks. */
export function askForLines(
  properties: MetricProperties,
  { now, periodSeconds: chosenSeconds, ...range }: DrawingTime,
): WidgetQuestion {
  const lines = listWidgetLines(properties);
  const before = parseRelativeStart(properties.start ?? "");
  const ownRange = before === undefined ? range : { from: range.to - before, to: range.to };
  if (properties.setPeriodToTimeRange && properties.view !== "timeSeries") {
    return ask(lines, buildWholePeriod(ownRange, now), ownRange.to);
  }
  const asked =
    chosenSeconds === undefined ? [properties.period, ...lines.map((line) => line.periodSeconds)] : [chosenSeconds];
  const periodSeconds = Math.max(...asked.map((seconds) => choosePeriodSeconds(seconds, ownRange, now)));
  return ask(lines, { ...alignRange(ownRange, periodSeconds), periodSeconds }, ownRange.to);
}

/** What a widget asks that shows an alarm: what the alarm watches, with its own period. */
export function askForAlarm(alarm: MetricAlarm, label: string, { now, ...range }: DrawingTime): WidgetQuestion {
  const lines = listAlarmLines(alarm, label);
  const periodSeconds = Math.max(...lines.map((line) => choosePeriodSeconds(line.periodSeconds, range, now)));
  return ask(lines, { ...alignRange(range, periodSeconds), periodSeconds }, range.to);
}

function ask(
  shown: readonly WidgetLine[],
  { from, to, periodSeconds }: TimeRange & { readonly periodSeconds: number },
  until: number,
): WidgetQuestion {
  const lines = shown.map(({ id, label, statistic, metric, expression, isVisible }): QuestionLine => ({
    ...{ id, label, periodSeconds, isAnswered: isVisible },
    ...(metric && { metric, statistic }),
    ...(expression !== undefined && { expression }),
  }));
  return { from, to, until, periodSeconds, lines, shown };
}

function listAlarmLines(alarm: MetricAlarm, label: string): WidgetLine[] {
  const { metric_query: queries = [], namespace = "", metric_name: metricName = "", dimensions = {} } = alarm;
  const common = { isRight: false, periodSeconds: alarm.period ?? 60, statistic: "Average" };
  if (queries.length === 0) {
    const statistic = alarm.statistic ?? alarm.extended_statistic ?? "Average";
    const metric = { namespace, metricName, dimensions };
    return [{ ...common, id: "watched", label, isVisible: true, statistic, metric }];
  }
  const periodSeconds = Math.max(...queries.map(({ metric }) => metric?.period ?? 0)) || 60;
  return queries.map(({ id, expression, return_data: isVisible = false, metric }) => ({
    ...{ ...common, id, isVisible, periodSeconds, label: isVisible ? label : "" },
    ...(expression !== undefined && { expression }),
    ...(metric && {
      statistic: metric.stat,
      metric: {
        namespace: metric.namespace ?? "",
        metricName: metric.metric_name,
        dimensions: metric.dimensions ?? {},
      },
    }),
  }));
}
