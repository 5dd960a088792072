import { type AlarmKey } from "../environments/alarms";
import { type Targets } from "../environments/targets";
import {
  countRequests,
  describeObjective,
  listObjectives,
  nameObjectiveAlarm,
  OBJECTIVE_ALARM_KEYS,
  type ObjectiveAlarmKey,
} from "./objectives";
import {
  buildEmittedMetric,
  measureFailures,
  type MetricAddress,
  buildAliasMetric,
  buildFunctionMetric,
  buildTrafficMetric,
  buildReportedMetric,
  type MetricSubject,
  buildOwnMetric,
  findColdStarts,
} from "./metrics";
import { type WatchedFunction } from "./watched-function";

/** One line of a graph: a metric with its statistic, or an expression over metrics' ids. */
export interface GraphLine {
  readonly label: string;
  /** Missing for an expression. */
  readonly metric?: MetricAddress;
  readonly statistic?: string;
  readonly expression?: string;
  /** Its id in expressions. */
  readonly id?: string;
  /** Used only by expressions, not drawn. */
  readonly hidden?: boolean;
}

/** A line at a target value or a limit. */
export interface GraphTarget {
  readonly label: string;
  readonly value: number;
}

/** A widget of a dashboard. An alarm draws its metric and its threshold itself. */
export type Widget = AlarmGraph | Graph;

/** What one alarm watches, with its threshold. */
export interface AlarmGraph {
  readonly title: string;
  readonly alarm: AlarmKey | ObjectiveAlarmKey;
  /** What the title says besides, if the alarm watches the same for all functions. */
  readonly detail?: (watched: WatchedFunction) => string;
}

/** Lines over time. */
export interface Graph {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly GraphLine[];
  readonly targets?: readonly GraphTarget[];
  /** Limits of the axis, for graphs that do not start at 0. */
  readonly axis?: { readonly min: number; readonly max: number };
}

/** One figure for the whole time range. */
export interface BigNumber {
  readonly title: string;
  /** Counts back from now, whatever time range the viewer chooses. */
  readonly days?: number;
  readonly lines: readonly GraphLine[];
}

/** Widgets under a heading. */
export interface WidgetSection {
  readonly heading: string;
  readonly widgets: readonly Widget[];
}

/** The functions that a dashboard can show, with their targets. */
export type Targeted = Pick<WatchedFunction, "id" | "targets" | "objectives">;

/** A target's value, and what says to whom it applies; nothing if it applies to all. */
interface SharedTarget {
  readonly value: number;
  readonly of: string;
}

/** The values of a target, each once: a dashboard cannot draw only that of the function that its viewer chooses. */
function listValues(functions: readonly Targeted[], read: (targets: Targets) => number): SharedTarget[] {
  const ids = new Map<number, string[]>();
  for (const { id, targets } of functions) ids.set(read(targets), [...(ids.get(read(targets)) ?? []), id]);
  return [...ids].map(([value, [first = "", ...more]]) => ({
    value,
    of: ids.size === 1 ? "" : ` (${first}${more.length > 0 ? ` and ${more.length} more` : ""})`,
  }));
}

function buildTargetLines(
  label: string,
  functions: readonly Targeted[],
  read: (targets: Targets) => number,
): GraphTarget[] {
  return listValues(functions, read).map(({ value, of }) => ({ label: `${label}${of}`, value }));
}

/**
 * The first row of a dashboard, about one function. Without requests, CloudWatch shows no figure for a share.
 *
 * @param functions those that the dashboard can show
 */
export function buildNumbers(subject: MetricSubject, functions: readonly Targeted[]): BigNumber[] {
  return [
    {
      title: "Requests",
      lines: [{ label: "Requests", metric: buildTrafficMetric("Invocations", subject), statistic: "Sum" }],
    },
    { title: "Succeeded, %", lines: buildPercentOfRequests(subject, "Succeeded", "100 - 100 * failures / requests") },
    ...buildBudgets(subject, functions),
    { title: "p50, ms", lines: [{ label: "p50", metric: buildTrafficMetric("Duration", subject), statistic: "p50" }] },
    { title: "p99, ms", lines: [{ label: "p99", metric: buildTrafficMetric("Duration", subject), statistic: "p99" }] },
    { title: "Cold starts, % of requests", lines: buildColdShare(subject) },
  ];
}

/** What is left of error budgets: one number for all objectives over the same days. */
function buildBudgets(subject: MetricSubject, functions: readonly Targeted[]): BigNumber[] {
  const all = functions.flatMap(({ objectives }) =>
    listObjectives({ objectives }).map((one) => ({ ...one, objectives })),
  );
  return [...new Set(all.map(({ objective }) => objective.days))].map((days) => {
    const lines = new Map<string, GraphLine>();
    for (const { key, objective, objectives } of all.filter((one) => one.objective.days === days)) {
      const { metrics, bad, all } = countRequests(key, { ...subject, objectives });
      for (const [metricId, metric] of Object.entries(metrics)) {
        const { statistic = "Sum", ...address } = metric;
        lines.set(metricId, { ...makeHiddenLine(metricId, address), statistic });
      }
      const budget = Number(((100 - objective.targetPercent) / 100).toFixed(6));
      const expression = `100 - 100 * (${bad}) / ((${all}) * ${budget})`;
      lines.set(expression, { label: describeObjective(key, objectives), expression });
    }
    return { title: `Error budget left, % (${days} days)`, days, lines: [...lines.values()] };
  });
}

/**
 * Everything that a dashboard shows about one function over time.
 *
 * @param functions those that the dashboard can show
 */
export function buildSections(
  subject: MetricSubject & Pick<WatchedFunction, "streams" | "isRolledOut">,
  functions: readonly Targeted[],
): WidgetSection[] {
  const { deployedHere, publishesMetrics, streams, isRolledOut, name } = subject;
  const availability = buildTargetLines("Availability", functions, (targets) => targets.availabilityPercent);
  const successAxis = chooseSuccessAxis(availability);
  return [
    {
      heading: "Overview",
      widgets: [
        {
          title: "Requests and errors",
          unit: "Count",
          lines: [
            { label: "Requests", metric: buildTrafficMetric("Invocations", subject), statistic: "Sum" },
            { label: "Errors", metric: buildTrafficMetric("Errors", subject), statistic: "Sum" },
            ...(publishesMetrics
              ? [
                  { label: "Answered with 5xx", metric: buildEmittedMetric("ServerErrors", subject), statistic: "Sum" },
                  { label: "Answered with 4xx", metric: buildEmittedMetric("ClientErrors", subject), statistic: "Sum" },
                  { label: "Failed records", metric: buildEmittedMetric("FailedRecords", subject), statistic: "Sum" },
                ]
              : []),
          ],
        },
        {
          title: `Success rate (${successAxis.min} % and less at the bottom)`,
          unit: "Percent",
          lines: [
            ...buildPercentOfRequests(subject, "", "100 - 100 * failures / requests").map((line) =>
              line.hidden ? line : { ...line, id: "rate", hidden: true },
            ),
            // A line below the axis would not be drawn: in the worst case, the graph would look empty.
            { label: "Succeeded", expression: `IF(rate < ${successAxis.min}, ${successAxis.min}, rate)` },
          ],
          targets: availability,
          axis: successAxis,
        },
        buildDurations("Duration", subject, functions, ["p99", "p90", "p50", "Average"]),
        ...(streams
          ? [
              {
                title: "Time to the first byte of a streamed response",
                unit: "Milliseconds",
                lines: ["p99", "p90", "p50"].map((statistic) => ({
                  label: statistic,
                  metric: buildEmittedMetric("FirstByteTime", subject),
                  statistic,
                })),
              },
            ]
          : []),
        ...(deployedHere
          ? [
              {
                // Each version has its own line. Where one replaces another, there was a deployment or a rollback.
                title: "Requests by version: a new color is a deployment",
                unit: "Count",
                lines: [
                  {
                    label: "",
                    expression: `SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName="Invocations" Resource="${name}:live"', 'Sum')`,
                  },
                ],
              },
            ]
          : []),
      ],
    },
    {
      heading: "Error budgets: bad requests, %",
      widgets: OBJECTIVE_ALARM_KEYS.map((alarm) => ({ title: nameObjectiveAlarm(alarm), alarm })),
    },
    {
      heading: "Cold starts",
      widgets: [
        { title: "Cold starts", alarm: "cold_starts" },
        { title: "Initialization", alarm: "init_duration" },
        {
          title: "Time to initialize",
          unit: "Milliseconds",
          lines: ["Average", "p90", "Maximum"].map((statistic) => ({
            label: statistic,
            metric: buildReportedMetric("InitDuration", subject),
            statistic,
          })),
          targets: buildTargetLines("Average", functions, ({ initMilliseconds }) => initMilliseconds),
        },
        {
          title: "Requests that met a cold start",
          unit: "Percent",
          lines: buildColdShare(subject),
          targets: buildTargetLines("At most", functions, ({ coldStartPercent }) => coldStartPercent),
        },
      ],
    },
    {
      heading: "Resources",
      widgets: [
        { title: "Peak memory", alarm: "memory" },
        ...(publishesMetrics
          ? [
              {
                title: "Memory in use",
                unit: "Percent",
                lines: ["Average", "Maximum"].map((statistic) => ({
                  label: statistic,
                  metric: buildEmittedMetric("MemoryUtilization", subject),
                  statistic,
                })),
                targets: [
                  ...buildTargetLines("Pays off from", functions, ({ memoryPercent }) => memoryPercent.from),
                  ...buildTargetLines("At most on average", functions, ({ memoryPercent }) => memoryPercent.to),
                ],
              },
            ]
          : []),
        buildDurations("Duration without initialization", subject, functions, ["p99", "p90", "p50"]),
        {
          title: "Concurrent executions",
          unit: "Count",
          lines: [
            {
              label: "Of the function, pings too",
              metric: buildFunctionMetric("ConcurrentExecutions", subject),
              statistic: "Maximum",
            },
            makeHiddenLine("requests", buildTrafficMetric("Invocations", subject)),
            { ...makeHiddenLine("duration", buildTrafficMetric("Duration", subject)), statistic: "Average" },
            // Little's law. AWS has no such metric for an alias.
            { label: "Of traffic, on average", expression: "requests * duration / 1000 / PERIOD(requests)" },
          ],
        },
      ],
    },
    {
      heading: "Trends",
      widgets: [
        {
          title: "Response time",
          alarm: "response_time",
          detail: ({ alarm }) => `, ${(alarm("response_time").statistic ?? "Average").toLowerCase()}`,
        },
        {
          title: "Error rate",
          unit: "Percent",
          lines: buildPercentOfRequests(subject, "Failed", "100 * failures / requests"),
          targets: buildTargetLines("At most", functions, ({ errorPercent }) => errorPercent),
        },
        {
          title: "Failed requests",
          alarm: "errors",
          detail: ({ alarm }) => (alarm("errors").isShare === true ? ", %" : ""),
        },
        { title: "Refused requests", alarm: "throttles" },
        { title: "Timeouts", alarm: "timeouts" },
      ],
    },
    {
      heading: "Events",
      widgets: [
        { title: "Age of the oldest message", alarm: "queue_age" },
        { title: "Age of a stream's records", alarm: "iterator_age" },
        { title: "Events that did not reach the function", alarm: "failed_deliveries" },
        { title: "Messages and events that failed for good", alarm: "dead_letters" },
        { title: "Dropped events", alarm: "dropped_events" },
      ],
    },
    ...(isRolledOut
      ? [
          {
            heading: "Rollouts",
            widgets: [
              {
                title: "Requests that the new version gets, while it is judged",
                unit: "Percent",
                lines: [
                  { label: "Share", metric: buildOwnMetric("RolloutShare", subject), statistic: "Maximum" },
                  { label: "Went back", metric: buildOwnMetric("RollBacks", subject), statistic: "Sum" },
                ],
                axis: { min: 0, max: 100 },
              },
            ],
          },
        ]
      : []),
    ...(deployedHere
      ? [
          {
            heading: "Warming",
            widgets: [
              {
                title: "Pings",
                unit: "Count",
                lines: [
                  { label: "Pings", metric: buildAliasMetric("Invocations", subject, "warm"), statistic: "Sum" },
                  { label: "Failed", metric: buildAliasMetric("Errors", subject, "warm"), statistic: "Sum" },
                  { label: "Refused", metric: buildAliasMetric("Throttles", subject, "warm"), statistic: "Sum" },
                ],
              },
              { title: "Failed pings", alarm: "warming" as const },
              {
                title: "Instances kept warm",
                unit: "Count",
                lines: [
                  {
                    label: "Answered, at most",
                    metric: buildOwnMetric("WarmedInstances", subject),
                    statistic: "Maximum",
                  },
                  {
                    label: "Answered, at least",
                    metric: buildOwnMetric("WarmedInstances", subject),
                    statistic: "Minimum",
                  },
                  {
                    label: "Started for a ping",
                    metric: buildOwnMetric("WarmingColdStarts", subject),
                    statistic: "Sum",
                  },
                ],
              },
              {
                title: publishesMetrics ? "All cold starts, and those of users' requests" : "All cold starts",
                unit: "Count",
                lines: [
                  { label: "All", metric: buildReportedMetric("InitDuration", subject), statistic: "SampleCount" },
                  ...(publishesMetrics
                    ? [
                        {
                          label: "Of users' requests",
                          metric: buildEmittedMetric("ColdStarts", subject),
                          statistic: "Sum",
                        },
                      ]
                    : []),
                ],
              },
            ],
          },
        ]
      : []),
  ];
}

/** In percent. On an axis from 0, a target of 99.95 would not be readable; each target is in the upper half. */
function chooseSuccessAxis(targets: readonly GraphTarget[]): NonNullable<Graph["axis"]> {
  const least = Math.min(...targets.map(({ value }) => value));
  return { min: Math.max(0, Math.min(99, Math.floor(2 * least - 100))), max: 100 };
}

function buildDurations(
  title: string,
  subject: MetricSubject,
  functions: readonly Targeted[],
  statistics: readonly string[],
): Graph {
  return {
    title,
    unit: "Milliseconds",
    lines: statistics.map((statistic) => ({
      label: statistic,
      metric: buildTrafficMetric("Duration", subject),
      statistic,
    })),
    targets: (["p50", "p90", "p99"] as const).flatMap((percentile) =>
      buildTargetLines(percentile, functions, ({ responseMilliseconds }) => responseMilliseconds[percentile]),
    ),
  };
}

/** Requests with a cold start; every start for a function that does not publish them. */
function buildColdShare(subject: MetricSubject): GraphLine[] {
  const coldStarts = findColdStarts(subject);
  return [
    makeHiddenLine("requests", buildTrafficMetric("Invocations", subject)),
    { ...makeHiddenLine("starts", coldStarts.metric), statistic: coldStarts.statistic },
    { label: "Cold", expression: "100 * FILL(starts, 0) / requests" },
  ];
}

function buildPercentOfRequests(subject: MetricSubject, label: string, expression: string): GraphLine[] {
  return [...buildFailures(subject), { label, expression }];
}

/** `requests` and `failures`, for expressions. */
function buildFailures(subject: MetricSubject): GraphLine[] {
  const errors = measureFailures(subject);
  return [
    makeHiddenLine("requests", buildTrafficMetric("Invocations", subject)),
    ...Object.entries(errors.metrics).map(([id, metric]) => makeHiddenLine(id, metric)),
    { label: "", id: "failures", expression: errors.expression ?? "FILL(value, 0)", hidden: true },
  ];
}

function makeHiddenLine(id: string, metric: MetricAddress): GraphLine {
  return { label: id, id, metric, statistic: "Sum", hidden: true };
}
