import { type AlarmKey, type AlarmSettings } from "../environments/alarms";
import {
  measureFailures,
  measureFailureShare,
  buildMeasure,
  type Measure,
  type MetricAddress,
  measureMemoryShare,
  buildTrafficMetric,
  buildReportedMetric,
  buildOwnMetric,
  findColdStarts,
} from "./metrics";
import { measureEvents } from "./event-figures";
import { listObjectives, OBJECTIVES, type ObjectiveAlarmKey } from "./objectives";
import { type QueryKey } from "./queries";
import { type WatchedFunction } from "./watched-function";

/**
 * How an alarm reaches people: at once, during the day, or through the composite alarm, which is quiet while a cause
 * rings.
 */
export type AlarmRoute = "urgent" | "notice" | "composite";

/** One alarm: what it watches, and its text. The environment's file sets when it rings. */
export interface Alarm {
  readonly route: AlarmRoute;
  /** Undefined if the function has no such metric. */
  readonly watched: (of: WatchedFunction) => Measure | undefined;
  /** What happened, after the function's name. */
  readonly happened: (settings: AlarmSettings) => string;
  readonly causes: string;
  readonly firstStep: string;
  /** The saved query with details. */
  readonly query: QueryKey;
}

/**
 * Every alarm. For all of them, missing data is not breaching: a count of zero is not published, and a function that
 * nobody calls is neither slow nor short of memory, so a quiet night never rings.
 */
export const ALARMS: Readonly<Record<AlarmKey, Alarm>> = {
  cold_starts: {
    route: "composite",
    watched: (of) => {
      const { metric, statistic } = findColdStarts(of);
      return buildMeasure(statistic, metric);
    },
    happened: ({ threshold, ...settings }) =>
      `more than ${threshold} cold starts of users' requests ${describeTiming(settings)}`,
    causes: "traffic above the instances kept warm; a deployment; warming that fails; crashes",
    firstStep: "compare them with deployments and warming on the dashboard",
    query: "cold-starts",
  },
  init_duration: {
    route: "notice",
    // A period has few cold starts, and one may be slow by chance. A slow average in two periods is not chance.
    watched: (of) => buildDurationMeasure("init_duration", buildReportedMetric("InitDuration", of), of),
    happened: ({ threshold, ...settings }) =>
      `initialization took longer than ${threshold} ms ${describeStatistic(settings)} ${describeTiming(settings)}`,
    causes: "a new or larger dependency; work at module level; slow warm-ups; too little memory, and thus CPU",
    firstStep: "compare the versions before and after the change",
    query: "cold-starts-by-version",
  },
  memory: {
    route: "notice",
    // An instance without memory fails its requests, no matter how much the others have. An average would hide it.
    watched: (of) => ({ statistic: "Maximum", ...measureMemoryShare(of) }),
    happened: ({ threshold, ...settings }) =>
      `an instance used more than ${threshold} % of its memory ${describeTiming(settings)}`,
    causes: "a leak; larger requests; an unbounded cache; too little memory for this work",
    firstStep: "check whether the peak grows with an instance's age (a leak) or with single requests",
    query: "memory-headroom",
  },
  response_time: {
    route: "composite",
    watched: (of) => buildDurationMeasure("response_time", buildTrafficMetric("Duration", of), of),
    happened: ({ threshold, ...settings }) =>
      `requests took longer than ${threshold} ms ${describeStatistic(settings)} ${describeTiming(settings)}`,
    causes: "a slow dependency; more work per request; too little CPU; contention",
    firstStep: "open the slowest requests' traces and see which operation takes the time",
    query: "slow-requests",
  },
  errors: {
    route: "urgent",
    watched: (of) => {
      const { isShare = false, minimumRequests = 0 } = of.alarm("errors");
      return isShare ? measureFailureShare(of, minimumRequests) : measureFailures(of);
    },
    happened: ({ threshold, isShare = false, minimumRequests = 0, ...settings }) =>
      isShare
        ? `more than ${threshold} % of at least ${minimumRequests} requests failed ${describeTiming(settings)}`
        : `more than ${threshold} failed requests ${describeTiming(settings)}`,
    causes: "the last deployment; a dependency that is down; an expired secret; unexpected input",
    firstStep:
      "check which category fails; if it began with a deployment, point alias live back to the previous version",
    query: "failures",
  },
  throttles: {
    route: "urgent",
    // Clients retry a single refusal, but refusals in a second minute are not chance.
    watched: (of) => buildMeasure("Sum", buildTrafficMetric("Throttles", of)),
    happened: ({ threshold, ...settings }) =>
      `more than ${threshold} requests were refused ${describeTiming(settings)}`,
    causes: "reserved concurrency too small; the account's limit reached; slow requests that occupy instances",
    firstStep: "compare concurrent executions with reserved_concurrency and the account's limit",
    query: "slow-requests",
  },
  timeouts: {
    route: "urgent",
    watched: (of) => buildMeasure("Sum", buildReportedMetric("Timeouts", of)),
    happened: ({ threshold, ...settings }) =>
      `more than ${threshold} requests reached the function's timeout ${describeTiming(settings)}`,
    causes: "a dependency that does not answer; no time limit on a call; timeout_seconds too small",
    firstStep: "open the traces of the requests that timed out: the last call in them is the one that hung",
    query: "failures",
  },
  dropped_events: {
    route: "notice",
    watched: (of) => measureEvents("dropped_events", of),
    happened: ({ threshold, ...settings }) =>
      `Lambda dropped more than ${threshold} asynchronous events ${describeTiming(settings)}`,
    causes: "every retry failed; events waited longer than their maximum age; throttling",
    firstStep:
      "find the failures; set a destination for events that the function cannot handle, and send the events again",
    query: "failures",
  },
  queue_age: {
    route: "notice",
    watched: (of) => measureEvents("queue_age", of),
    happened: ({ threshold, ...settings }) =>
      `the oldest message of a queue waited longer than ${threshold} s ${describeTiming(settings)}`,
    causes: "messages that fail again and again; more messages than the function's instances handle; a slow dependency",
    firstStep: "check whether messages fail or only wait; then raise maximum_concurrency or batch_size",
    query: "failures",
  },
  iterator_age: {
    route: "notice",
    watched: (of) => measureEvents("iterator_age", of),
    happened: ({ threshold, ...settings }) =>
      `records of a stream were older than ${threshold} ms ${describeTiming(settings)}`,
    causes: "a record that fails and blocks its shard; more records than the function handles; too few shards",
    firstStep: "check whether batches fail or are only slow; then raise parallelization_factor or batch_size",
    query: "failures",
  },
  failed_deliveries: {
    route: "notice",
    watched: (of) => measureEvents("failed_deliveries", of),
    happened: ({ threshold, ...settings }) =>
      `more than ${threshold} events of schedules or rules did not reach the function ${describeTiming(settings)}`,
    causes: "a permission that is missing; throttling of Lambda; a function that was deleted or changed by hand",
    firstStep: "read the event with its error in the function's queue of failed events",
    query: "failures",
  },
  dead_letters: {
    route: "notice",
    watched: (of) => measureEvents("dead_letters", of),
    happened: ({ threshold, ...settings }) =>
      `more than ${threshold} messages or events that failed for good waited ${describeTiming(settings)}`,
    causes: "input that the function cannot handle; a bug in the last version; a dependency that was down for long",
    firstStep: "read one message of the queue and find its failure in the log; fix the cause, then send them again",
    query: "failures",
  },
  warming: {
    route: "notice",
    // A single ping may fail due to a short network problem. Failures in two periods are not chance.
    watched: (of) => (of.isWarmed ? buildMeasure("Sum", buildOwnMetric("WarmingFailures", of)) : undefined),
    happened: ({ threshold, ...settings }) => `more than ${threshold} warming pings failed ${describeTiming(settings)}`,
    causes:
      "a version that does not start; a handler without monitor(); reserved concurrency used up; the warmer's permissions",
    firstStep: "read the failures in the warmer's log records",
    query: "warming-runs",
  },
};

/** How a function's alarm reaches people: with an objective that covers it, an urgent alarm is a notice. */
export function chooseAlarmRoute(key: AlarmKey, watched: Pick<WatchedFunction, "objectives">): AlarmRoute {
  const { route } = ALARMS[key];
  const isCovered = listObjectives(watched).some((objective) => OBJECTIVES[objective.key].covers.includes(key));
  return route === "urgent" && isCovered ? "notice" : route;
}

/**
 * If a function's requests fail, time out or are refused, these alarms are consequences. They are useful only while no
 * cause rings.
 */
export const CAUSES: readonly AlarmKey[] = ["errors", "timeouts", "throttles"];

/** An alarm's key as used in ids, names and links: `cold_starts` becomes `cold-starts`. */
export function hyphenate(key: string): string {
  return key.replaceAll("_", "-");
}

/** What an alarm of a function watches; undefined if it is switched off or there is nothing to watch. */
export function findAlarmMeasure(watched: WatchedFunction, key: AlarmKey): Measure | undefined {
  return watched.alarm(key).enabled ? ALARMS[key].watched(watched) : undefined;
}

/** An alarm's name, which must be unique in the account: CloudWatch would keep only the last of two. */
export function nameAlarm(
  environment: string,
  { name, deployedHere }: Pick<WatchedFunction, "name" | "deployedHere">,
  key: AlarmKey | ObjectiveAlarmKey | "degraded",
): string {
  // The name of a function that is deployed from here begins with the environment's name.
  return [...(deployedHere ? [] : [environment]), name, hyphenate(key)].join("-");
}

function buildDurationMeasure(key: AlarmKey, metric: MetricAddress, { alarm }: WatchedFunction): Measure {
  return buildMeasure(alarm(key).statistic ?? "Average", metric);
}

/** As in "on average", or "at p99". */
function describeStatistic({ statistic = "Average" }: Pick<AlarmSettings, "statistic">): string {
  if (statistic === "Average") return "on average";
  return statistic === "Maximum" ? "at worst" : `at ${statistic}`;
}

/** As in "in 5 minutes", or "in 3 of 5 minutes". */
function describeTiming({
  periodSeconds,
  evaluationPeriods,
  datapointsToAlarm,
}: Omit<AlarmSettings, "threshold">): string {
  const minutes = periodSeconds / 60;
  const period = minutes === 1 ? "minute" : `${minutes} minutes`;
  if (evaluationPeriods === 1) return `in ${minutes === 1 ? "a minute" : period}`;
  return minutes === 1
    ? `in ${datapointsToAlarm} of ${evaluationPeriods} minutes`
    : `in ${datapointsToAlarm} of ${evaluationPeriods} times ${period}`;
}
