import { ALARM_DEFAULTS, ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { TARGET_DEFAULTS } from "../../environments/targets";
import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { ALARMS, CAUSES, chooseAlarmRoute, findAlarmMeasure } from "../../model/alarms";
import { NO_EVENT_SOURCES } from "../../model/event-sources";
import { type Measure } from "../../model/metrics";
import { listObjectiveAlarms } from "../../model/objectives";
import prices from "../../model/prices.json";
import { type WatchedFunction } from "../../model/watched-function";
import { findAnomalies, LEARNED_MINUTES, type ReadWindow } from "./anomalies";
import { type ClassicMetricName, type LateMetrics, MEMORY_MB } from "./late-metrics";
import { DEFAULT_OBJECTIVES } from "./month";
import { findRinging } from "./ringing";
import { MONTH_MINUTES } from "./shapes";

/** Whom an alarm calls. */
export type Route = "page" | "notice";

/** Whether an alarm rings after each minute of a month: 1 if so; `known` has the same for others. */
export type FindRinging = (metrics: LateMetrics, known: (other: FindRinging) => Uint8Array) => Uint8Array;

/** An alarm of a policy. */
export interface PolicyAlarm {
  readonly name: string;
  readonly route: Route;
  readonly dollarsAMonth: number;
  readonly findRinging: FindRinging;
}

/** Alarms that a team may have for each of its functions. */
export interface Policy {
  readonly name: string;
  readonly alarms: readonly PolicyAlarm[];
  /** Minutes at the beginning of a month in which it only learns: neither alerts nor incidents count. */
  readonly learnsMinutes: number;
}

const NAME = "function";

/** A function that is deployed from here, with every setting as the project ships it. */
export const WATCHED: WatchedFunction = {
  id: NAME,
  name: NAME,
  deployedHere: true,
  publishesMetrics: true,
  streams: false,
  logFormat: "json",
  logGroup: NAME,
  memoryMb: MEMORY_MB,
  asynchronous: false,
  eventSources: NO_EVENT_SOURCES,
  isWarmed: false,
  isRolledOut: false,
  alarm: (key) => ALARM_DEFAULTS[key],
  targets: TARGET_DEFAULTS,
  objectives: DEFAULT_OBJECTIVES,
};

interface Timing {
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

function buildAlarm(
  { statistic, metrics, expression }: Measure,
  threshold: number,
  { periodSeconds: period, evaluationPeriods, datapointsToAlarm }: Timing,
): MetricAlarm {
  const timing = {
    comparison_operator: "GreaterThanThreshold",
    threshold,
    evaluation_periods: evaluationPeriods,
    datapoints_to_alarm: datapointsToAlarm,
    treat_missing_data: "notBreaching",
  };
  const queries = Object.entries(metrics).map(([id, { namespace, metricName, dimensions, statistic: own }]) => ({
    id,
    metric: { namespace, metric_name: metricName, dimensions, stat: own ?? statistic, period },
    return_data: expression === undefined,
  }));
  return {
    ...timing,
    metric_query: expression === undefined ? queries : [{ id: "result", expression, return_data: true }, ...queries],
  };
}

function watch(name: string, route: Route, alarm: MetricAlarm): PolicyAlarm {
  const metrics = (alarm.metric_query ?? []).filter(({ metric }) => metric).length;
  return {
    name,
    route,
    dollarsAMonth: metrics * prices.perMonth.metricWatchedByAlarm,
    findRinging: (source) => findRinging(alarm, source),
  };
}

/** The project's alarms with fixed thresholds, which every function of the kind has. */
const FIXED = ALARM_KEYS.flatMap((key) => {
  const measure = findAlarmMeasure(WATCHED, key);
  return measure ? [{ key, measure, settings: ALARM_DEFAULTS[key] }] : [];
});

const FIXED_ALARMS = FIXED.map(({ key, measure, settings }) => {
  const { route } = ALARMS[key];
  return {
    key,
    route,
    alarm: watch(
      `fixed: ${key}`,
      route === "urgent" ? "page" : "notice",
      buildAlarm(measure, settings.threshold, settings),
    ),
  };
});

const isConsequence = (key: AlarmKey) => ALARMS[key].route === "composite";
const isCause = (key: AlarmKey) => CAUSES.includes(key);

/** Rings for consequences while no cause rings, as the project's composite alarm does. */
const DEGRADED: PolicyAlarm = {
  name: "fixed: degraded (cold_starts or response_time, without a cause)",
  route: "notice",
  dollarsAMonth:
    prices.perMonth.compositeAlarm +
    FIXED_ALARMS.filter(({ key }) => isConsequence(key)).reduce((sum, { alarm }) => sum + alarm.dollarsAMonth, 0),
  findRinging(metrics, known) {
    const ringing = (wanted: (key: AlarmKey) => boolean) =>
      FIXED_ALARMS.filter(({ key }) => wanted(key)).map(({ alarm }) => known(alarm.findRinging));
    const consequences = ringing(isConsequence);
    const causes = ringing(isCause);
    return Uint8Array.from({ length: MONTH_MINUTES + 1 }, (_, minute) =>
      Number(consequences.some((states) => states[minute] === 1) && causes.every((states) => states[minute] === 0)),
    );
  },
};

const fixed: Policy = {
  name: "Fixed thresholds (A1 to A6)",
  alarms: [...FIXED_ALARMS.filter(({ route }) => route !== "composite").map(({ alarm }) => alarm), DEGRADED],
  learnsMinutes: 0,
};

type Metrics = Readonly<Record<string, string>>;

const address = (metricName: string) => ({ namespace: "AWS/Lambda", metricName, dimensions: { FunctionName: NAME } });

function buildClassicAlarm(
  name: string,
  metrics: Metrics,
  expression: string | undefined,
  threshold: number,
  [datapointsToAlarm, evaluationPeriods, periodSeconds]: readonly [number, number, number],
  statistic: Measure["statistic"] = "Sum",
): PolicyAlarm {
  const measure = {
    statistic,
    metrics: Object.fromEntries(Object.entries(metrics).map(([id, metric]) => [id, address(metric)])),
    ...(expression === undefined ? {} : { expression }),
  };
  const timing = { datapointsToAlarm, evaluationPeriods, periodSeconds };
  return watch(`classic: ${name}`, "page", buildAlarm(measure, threshold, timing));
}

// A percentile is above a value if more than the rest of the requests are: so a count tells it.
const overPercentile = (name: ClassicMetricName) => ({ over: name, requests: "Invocations" });

/**
 * Nine alarms that teams have. Errors, throttles, p90 and concurrency have the timing that AWS recommends, error rate
 * and p99 that of AWS's template for CDK. Datadog warns at 1 % errors and 1 % cold starts.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html#Lambda
 * https://github.com/aws/agent-toolkit-for-aws (core-skills/aws-observability/assets/cloudwatch/alarm-template.ts)
 * https://docs.datadoghq.com/serverless/guide/serverless_warnings/
 */
const classic: Policy = {
  name: "Classic set of nine",
  learnsMinutes: 0,
  alarms: [
    buildClassicAlarm("errors > 0", { value: "Errors" }, undefined, 0, [3, 3, 60]),
    buildClassicAlarm(
      "error rate > 1 %",
      { errors: "Errors", requests: "Invocations" },
      "100 * errors / requests",
      1,
      [2, 3, 60],
    ),
    buildClassicAlarm("throttles > 0", { value: "Throttles" }, undefined, 0, [5, 5, 60]),
    buildClassicAlarm("p90 > twice the usual", overPercentile("OverP90"), "100 * over / requests", 10, [5, 5, 60]),
    buildClassicAlarm("p99 > twice the usual", overPercentile("OverP99"), "100 * over / requests", 1, [2, 3, 60]),
    buildClassicAlarm("timeouts > 0", { value: "Timeouts" }, undefined, 0, [1, 1, 300]),
    buildClassicAlarm("concurrency > 90 %", { value: "ConcurrentExecutions" }, undefined, 0, [10, 10, 60], "Maximum"),
    buildClassicAlarm(
      "cold starts > 1 %",
      { cold: "ColdStarts", requests: "Invocations" },
      "100 * FILL(cold, 0) / requests",
      1,
      [1, 1, 300],
    ),
    buildClassicAlarm("memory > 90 %", { value: "MaxMemoryUsed" }, undefined, 90, [1, 1, 300], "Maximum"),
  ],
};

const buildAnomalyPolicy = (deviations: number): Policy => ({
  name: `Anomalies beyond ${deviations} standard deviations`,
  learnsMinutes: LEARNED_MINUTES,
  alarms: Object.entries(ANOMALIES).map(([name, read]) => ({
    name: `anomaly ${deviations} sd: ${name}`,
    route: "page",
    // The metric and both ends of the band:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Anomaly_Detection.html
    dollarsAMonth: 3 * prices.perMonth.metricWatchedByAlarm,
    findRinging: (metrics) => findAnomalies(read, deviations, metrics),
  })),
});

const MINUTE = 60_000;
const readOf =
  (metricName: string, statistic: string): ReadWindow =>
  (metrics, from, to) =>
    metrics.readStatistic({ ...address(metricName), name: metricName }, statistic, {
      from: from * MINUTE,
      to: to * MINUTE,
    });

const ANOMALIES: Readonly<Record<string, ReadWindow>> = {
  errors: readOf("Errors", "Sum"),
  throttles: readOf("Throttles", "Sum"),
  duration: readOf("Duration", "Average"),
  "cold starts": readOf("ColdStarts", "Sum"),
};

const OBJECTIVE_ALARMS = listObjectiveAlarms(WATCHED).map(({ key, route, watched, thresholdPercent, periodSeconds }) =>
  watch(
    `objectives: ${key}`,
    route === "urgent" ? "page" : "notice",
    buildAlarm(watched, thresholdPercent, { periodSeconds, evaluationPeriods: 1, datapointsToAlarm: 1 }),
  ),
);

/** The project's alarms on objectives alone. */
export const OBJECTIVES: Policy = { name: "Objectives", alarms: OBJECTIVE_ALARMS, learnsMinutes: 0 };

/** What is compared. */
export const POLICIES: readonly Policy[] = [fixed, classic, buildAnomalyPolicy(2), buildAnomalyPolicy(3), OBJECTIVES];

/** What a function has by default: alarms that an objective covers are notices. */
export const SHIPPED: Policy = {
  name: "Both, as shipped",
  alarms: [...fixed.alarms.map((alarm) => ({ ...alarm, route: findShippedRoute(alarm) })), ...OBJECTIVE_ALARMS],
  learnsMinutes: 0,
};

function findShippedRoute(alarm: PolicyAlarm): Route {
  const key = FIXED_ALARMS.find((one) => one.alarm === alarm)?.key;
  return key !== undefined && chooseAlarmRoute(key, WATCHED) === "urgent" ? "page" : "notice";
}
