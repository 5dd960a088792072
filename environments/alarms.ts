import type * as z from "zod";
import {
  defineFlag,
  omitUndefined,
  defineKeys,
  defineNumber,
  defineSection,
  defineText,
  defineWholeNumber,
} from "./fields";
import { type CrossFieldMistake } from "./cross-field-mistakes";

/**
 * When each alarm rings, as a tfvars file sets it: under `alarms` for a whole environment, or under a function for that
 * function only. model/alarms.ts has what an alarm watches and its text.
 */

/**
 * An alarm looks back at most one day, and with periods of an hour or more at most seven:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;
const LONGEST_DAYS = 7;

interface Timing {
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

/**
 * When an alarm rings: its metric was above the threshold in `datapointsToAlarm` of the last `evaluationPeriods`
 * periods.
 */
export interface AlarmSettings extends Timing {
  readonly enabled: boolean;
  /** In the unit of the alarm's metric, or a share in percent. */
  readonly threshold: number;
  /** How the durations of a period become one value; only for alarms on durations. */
  readonly statistic?: DurationStatistic;
  /** Whether the threshold is a share of requests in percent, not a count; only for alarms on failures. */
  readonly isShare?: boolean;
  /** With fewer requests in a period, a share does not count. */
  readonly minimumRequests?: number;
}

/**
 * A statistic by CloudWatch's name:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
 */
export type DurationStatistic = "Average" | "Maximum" | `p${number}`;

const ONCE_IN_5_MINUTES = { periodSeconds: 300, evaluationPeriods: 1, datapointsToAlarm: 1 };

/** Each alarm's settings unless a file overrides them. */
export const ALARM_DEFAULTS = {
  cold_starts: { enabled: true, threshold: 10, ...ONCE_IN_5_MINUTES },
  init_duration: {
    enabled: true,
    threshold: 2000,
    statistic: "Average",
    periodSeconds: 300,
    evaluationPeriods: 6,
    datapointsToAlarm: 2,
  },
  memory: { enabled: true, threshold: 85, periodSeconds: 300, evaluationPeriods: 3, datapointsToAlarm: 2 },
  response_time: {
    enabled: true,
    threshold: 5000,
    statistic: "Average",
    periodSeconds: 60,
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
  },
  // With fewer than 100 requests, a single failure is more than 1 % of them.
  errors: { enabled: true, threshold: 5, isShare: false, minimumRequests: 100, ...ONCE_IN_5_MINUTES },
  throttles: { enabled: true, threshold: 0, periodSeconds: 60, evaluationPeriods: 5, datapointsToAlarm: 2 },
  timeouts: { enabled: true, threshold: 0, ...ONCE_IN_5_MINUTES },
  dropped_events: { enabled: true, threshold: 0, ...ONCE_IN_5_MINUTES },
  queue_age: { enabled: true, threshold: 600, periodSeconds: 60, evaluationPeriods: 5, datapointsToAlarm: 3 },
  iterator_age: { enabled: true, threshold: 60_000, periodSeconds: 60, evaluationPeriods: 5, datapointsToAlarm: 3 },
  failed_deliveries: { enabled: true, threshold: 0, ...ONCE_IN_5_MINUTES },
  dead_letters: { enabled: true, threshold: 0, ...ONCE_IN_5_MINUTES },
  warming: { enabled: true, threshold: 0, periodSeconds: 300, evaluationPeriods: 3, datapointsToAlarm: 2 },
} satisfies Readonly<Record<string, AlarmSettings>>;

/** An alarm's key in the files. */
export type AlarmKey = keyof typeof ALARM_DEFAULTS;

/** Every alarm, in the order in which they are listed for readers. */
export const ALARM_KEYS = Object.keys(ALARM_DEFAULTS) as AlarmKey[];

/** Urgent alarms, which wake people: requests fail or are refused. */
export const URGENT_ALARMS = ["errors", "throttles", "timeouts"] as const satisfies readonly AlarmKey[];

const timing = {
  enabled: defineFlag().optional(),
  period_seconds: defineWholeNumber(60, LONGEST_DAYS * DAY_SECONDS)
    .multipleOf(60, { error: "a multiple of 60" })
    .optional(),
  evaluation_periods: defineWholeNumber(1, DAY_SECONDS / 60).optional(),
  datapoints_to_alarm: defineWholeNumber(1, DAY_SECONDS / 60).optional(),
};

const defineCount = () => defineSection({ threshold: defineWholeNumber(0, 1_000_000).optional(), ...timing });

const definePercent = () =>
  // The alarm rings above the threshold, and there is nothing above 100 %.
  defineSection({ threshold_percent: defineWholeNumber(1, 99).optional(), ...timing }).transform(
    ({ thresholdPercent: threshold, ...rest }) => ({ threshold, ...rest }),
  );

/** Failed requests: their number, or their share of all. */
const defineFailures = () =>
  defineSection({
    threshold: defineWholeNumber(0, 1_000_000).optional(),
    threshold_percent: defineNumber(0.1, 99).optional(),
    minimum_requests: defineWholeNumber(1, 1_000_000).optional(),
    ...timing,
  })
    .refine(({ threshold, thresholdPercent }) => threshold === undefined || thresholdPercent === undefined, {
      error: "either threshold or threshold_percent",
    })
    .transform(({ threshold, thresholdPercent, ...rest }) => ({
      ...rest,
      threshold: thresholdPercent ?? threshold,
      isShare: thresholdPercent === undefined && threshold === undefined ? undefined : thresholdPercent !== undefined,
    }));

const defineMilliseconds = (to: number) =>
  defineSection({ threshold_milliseconds: defineWholeNumber(1, to).optional(), ...timing }).transform(
    ({ thresholdMilliseconds: threshold, ...rest }) => ({ threshold, ...rest }),
  );

/** Durations of requests, of which a few may be slow while most are not. */
const defineDurations = (to: number) =>
  defineSection({
    threshold_milliseconds: defineWholeNumber(1, to).optional(),
    statistic: defineText("Average, Maximum or a percentile, as in p90", /^(Average|Maximum|p[1-9]\d?(\.\d{1,2})?)$/)
      .transform((text) => text as DurationStatistic)
      .optional(),
    ...timing,
  }).transform(({ thresholdMilliseconds: threshold, ...rest }) => ({ threshold, ...rest }));

const defineSeconds = (to: number) =>
  defineSection({ threshold_seconds: defineWholeNumber(1, to).optional(), ...timing }).transform(
    ({ thresholdSeconds: threshold, ...rest }) => ({ threshold, ...rest }),
  );

/** Settings that override {@link ALARM_DEFAULTS}. */
export const alarmOverrides = defineKeys({
  cold_starts: defineCount()
    .optional()
    .meta(documentSetting("cold_starts", "threshold", "Users' requests that had a cold start")),
  init_duration: defineDurations(10_000)
    .optional()
    .meta(
      documentSetting(
        "init_duration",
        "threshold_milliseconds",
        "Time to initialize; `statistic` is `Average`, `Maximum` or a percentile, as in `p90`",
      ),
    ),
  memory: definePercent()
    .optional()
    .meta(documentSetting("memory", "threshold_percent", "Peak memory as a share of the function's memory")),
  response_time: defineDurations(900_000)
    .optional()
    .meta(
      documentSetting(
        "response_time",
        "threshold_milliseconds",
        "Time of a request, without initialization; `statistic` as for `init_duration`",
      ),
    ),
  errors: defineFailures()
    .optional()
    .meta(
      documentSetting(
        "errors",
        "threshold",
        "Failed requests; urgent. Instead of `threshold`, `threshold_percent` (0.1 to 99) is their share of requests in a period of at least `minimum_requests` (100 by default)",
      ),
    ),
  throttles: defineCount()
    .optional()
    .meta(documentSetting("throttles", "threshold", "Requests refused for lack of concurrency; urgent")),
  timeouts: defineCount()
    .optional()
    .meta(documentSetting("timeouts", "threshold", "Requests that the timeout ended; urgent")),
  dropped_events: defineCount()
    .optional()
    .meta(
      documentSetting(
        "dropped_events",
        "threshold",
        "Events that Lambda dropped, for functions with `asynchronous = true`",
      ),
    ),
  queue_age: defineSeconds(1_209_600)
    .optional()
    .meta(documentSetting("queue_age", "threshold_seconds", "Time that the oldest message of a queue waits")),
  iterator_age: defineMilliseconds(604_800_000)
    .optional()
    .meta(
      documentSetting(
        "iterator_age",
        "threshold_milliseconds",
        "Age of a stream's records when the function gets them",
      ),
    ),
  failed_deliveries: defineCount()
    .optional()
    .meta(
      documentSetting(
        "failed_deliveries",
        "threshold",
        "Events of schedules and rules that did not reach the function",
      ),
    ),
  dead_letters: defineCount()
    .optional()
    .meta(documentSetting("dead_letters", "threshold", "Messages and events that failed for good, in their queues")),
  warming: defineCount()
    .optional()
    .meta(documentSetting("warming", "threshold", "Pings without a correct answer")),
});

/** The alarm settings of a file. */
export type AlarmOverrides = Readonly<z.output<typeof alarmOverrides>>;

/** One alarm's settings for one function: its own, otherwise the environment's, otherwise the default. */
export function resolveAlarmSettings(key: AlarmKey, environment: AlarmOverrides, own: AlarmOverrides): AlarmSettings {
  return { ...ALARM_DEFAULTS[key], ...omitUndefined(environment[key]), ...omitUndefined(own[key]) };
}

/** Finds mistakes in one function's alarms whose settings are each valid on their own. */
export function findAlarmMistakes(environment: AlarmOverrides, own: AlarmOverrides): CrossFieldMistake[] {
  return [...findTimingMistakes(environment, own), ...findFloorMistakes(environment, own)];
}

function findFloorMistakes(environment: AlarmOverrides, own: AlarmOverrides): CrossFieldMistake[] {
  const { minimumRequests } = own.errors ?? environment.errors ?? {};
  if (minimumRequests === undefined || resolveAlarmSettings("errors", environment, own).isShare === true) return [];
  const expected = "threshold_percent as well, without which it has no effect";
  return [{ path: ["errors", "minimum_requests"], expected, got: minimumRequests }];
}

function findTimingMistakes(environment: AlarmOverrides, own: AlarmOverrides): CrossFieldMistake[] {
  return ALARM_KEYS.flatMap((alarm): CrossFieldMistake[] => {
    const { periodSeconds, evaluationPeriods, datapointsToAlarm } = resolveAlarmSettings(alarm, environment, own);
    if (datapointsToAlarm > evaluationPeriods) {
      const expected = `at most evaluation_periods, which is ${evaluationPeriods}`;
      return [{ path: [alarm, "datapoints_to_alarm"], expected, got: datapointsToAlarm }];
    }
    const longest = periodSeconds < HOUR_SECONDS ? DAY_SECONDS : LONGEST_DAYS * DAY_SECONDS;
    if (periodSeconds * evaluationPeriods > longest) {
      const most = Math.floor(longest / periodSeconds);
      const expected = `at most ${longest} seconds together, ${most} periods of ${periodSeconds}`;
      return [{ path: [alarm, "evaluation_periods"], expected, got: evaluationPeriods }];
    }
    return [];
  });
}

function documentSetting(key: AlarmKey, thresholdKey: string, description: string) {
  const defaults: AlarmSettings = ALARM_DEFAULTS[key];
  const { threshold, statistic, periodSeconds, evaluationPeriods, datapointsToAlarm } = defaults;
  return {
    description,
    summary: {
      [thresholdKey]: threshold,
      ...omitUndefined({ statistic }),
      period_seconds: periodSeconds,
      evaluation_periods: evaluationPeriods,
      datapoints_to_alarm: datapointsToAlarm,
    },
  };
}
