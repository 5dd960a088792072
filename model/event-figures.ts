import { type AlarmKey } from "../environments/alarms";
import {
  buildFunctionMetric,
  buildQueueMetric,
  buildTrafficMetric,
  combineMetrics,
  type Measure,
  type MetricAddress,
  type Statistic,
} from "./metrics";
import { type WatchedFunction } from "./watched-function";

/** One figure of one source of a function's events. */
export interface EventFigure {
  /** As in "queue dev-jobs-orders". */
  readonly source: string;
  /** What the metric counts or measures, as in "oldest message". */
  readonly what: string;
  readonly metric: MetricAddress;
}

/** Figures of one kind: an alarm watches them together, a report shows each. */
interface EventFigures {
  /** How an alarm combines them. */
  readonly together: "MAX" | "SUM";
  readonly statistic: Statistic;
  readonly unit: "" | "ms" | "s";
  readonly list: (of: WatchedFunction) => readonly EventFigure[];
}

/** An alarm about events. */
export type EventAlarmKey = Extract<
  AlarmKey,
  "queue_age" | "iterator_age" | "failed_deliveries" | "dead_letters" | "dropped_events"
>;

/** Everything that is known about events, by the alarm that watches it. */
export const EVENT_FIGURES: Readonly<Record<EventAlarmKey, EventFigures>> = {
  queue_age: {
    together: "MAX",
    statistic: "Maximum",
    unit: "s",
    list: ({ eventSources }) =>
      eventSources.queues.map((queue) => ({
        source: `queue ${queue}`,
        what: "oldest message",
        metric: buildQueueMetric("ApproximateAgeOfOldestMessage", queue),
      })),
  },
  iterator_age: {
    together: "MAX",
    statistic: "Maximum",
    unit: "ms",
    list: (of) =>
      of.eventSources.readsStream
        ? [{ source: "streams", what: "oldest record", metric: buildTrafficMetric("IteratorAge", of) }]
        : [],
  },
  failed_deliveries: {
    together: "SUM",
    statistic: "Sum",
    unit: "",
    list: ({ eventSources: { rules, scheduleGroup } }) => [
      // Only metrics of other buses than the default one name the bus:
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
      ...rules.map(({ name, bus }) => ({
        source: `rule ${name}`,
        what: "failed invocations",
        metric: {
          namespace: "AWS/Events",
          metricName: "FailedInvocations",
          dimensions: { ...(bus !== undefined && { EventBusName: bus }), RuleName: name },
        },
      })),
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/monitoring-cloudwatch.html
      ...(scheduleGroup === undefined
        ? []
        : [
            { metricName: "TargetErrorCount", what: "failed invocations" },
            { metricName: "InvocationDroppedCount", what: "dropped invocations" },
          ].map(({ metricName, what }) => ({
            source: "schedules",
            what,
            metric: { namespace: "AWS/Scheduler", metricName, dimensions: { ScheduleGroup: scheduleGroup } },
          }))),
    ],
  },
  dead_letters: {
    together: "SUM",
    statistic: "Maximum",
    unit: "",
    list: ({ eventSources }) =>
      eventSources.deadLetters.map((queue) => ({
        source: `queue ${queue}`,
        what: "failed for good",
        metric: buildQueueMetric("ApproximateNumberOfMessagesVisible", queue),
      })),
  },
  dropped_events: {
    together: "SUM",
    statistic: "Sum",
    unit: "",
    // The metric covers the function as a whole: pings are never asynchronous.
    list: (of) =>
      of.asynchronous
        ? [
            {
              source: "asynchronous events",
              what: "dropped events",
              metric: buildFunctionMetric("AsyncEventsDropped", of),
            },
          ]
        : [],
  },
};

/** What an alarm about events watches; undefined without such events. */
export function measureEvents(key: EventAlarmKey, of: WatchedFunction): Measure | undefined {
  const { together, statistic, list } = EVENT_FIGURES[key];
  return combineMetrics(
    together,
    statistic,
    list(of).map(({ metric }) => metric),
  );
}
