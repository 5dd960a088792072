import { ALARM_KEYS } from "../environments/alarms";
import { formatDefaultLogGroup, formatDeployedName, ROLLOUT_CONTROLLER, WARMER } from "../environments/names";
import { listPercents, resolveRollout, type RolloutSettings } from "../environments/rollout";
import { type Environment } from "../environments/schema";
import { ROLLOUT_METRICS } from "../performance/metrics";
import { type RolloutPlan, type RolloutSubject, type StartRequest } from "../rollout/contract";
import { findAlarmMeasure, nameAlarm } from "./alarms";
import { HOURS_PER_MONTH } from "./hours-per-month";
import { listObjectiveAlarms } from "./objectives";
import prices from "./prices.json";
import { buildGateRequest, listWarmedFunctions, priceFunctionTime } from "./warmed-functions";
import { listWatchedFunctions, type WatchedFunction } from "./watched-function";

/** The controller's own settings. It waits for answers most of the time, as long as Lambda lets it. */
export const CONTROLLER_SETTINGS = { memoryMb: 512, timeoutSeconds: 900, architecture: "arm64" } as const;

/** What continues rollouts that nobody drives. */
export const TICK_SCHEDULE = "rate(1 minute)";

/** A function whose new versions get traffic in steps. */
export interface RolledOutFunction {
  /** Its name in the environment's file. */
  readonly id: string;
  readonly subject: RolloutSubject;
  readonly plan: RolloutPlan;
}

/**
 * What a rollout itself may make ring: it starts instances. And what looks back for hours, and so may tell of what was
 * before it.
 */
const NOT_OF_VERSIONS: readonly string[] = [
  "cold_starts",
  "init_duration",
  "warming",
  "cold_starts_slow_burn",
  "availability_slow_burn",
  "latency_slow_burn",
];

/** The functions of an environment whose new versions get traffic in steps. */
export function listRolledOutFunctions(environment: Environment): RolledOutFunction[] {
  const watched = new Map(listWatchedFunctions(environment).map((one) => [one.id, one]));
  const warmed = new Map(listWarmedFunctions(environment).map((one) => [one.id, one]));
  return Object.entries(environment.functions).flatMap(([id, { rollout, memoryMb, timeoutSeconds }]) => {
    const monitored = watched.get(id);
    if (monitored?.isRolledOut !== true) return [];
    const settings = resolveRollout(environment.rollout, rollout);
    const functionName = formatDeployedName(environment.name, id);
    const pinged = warmed.get(id);
    return {
      id,
      plan: buildRolloutPlan(settings, pinged?.isGated === true),
      subject: {
        functionName,
        logGroup: formatDefaultLogGroup(functionName),
        publishesMetrics: monitored.publishesMetrics,
        memoryMb,
        timeoutSeconds,
        alarms: settings.judgedBy.includes("alarms") ? listJudgingAlarms(environment.name, monitored) : [],
        ...(pinged?.isGated === true && {
          warming: { warmer: formatDeployedName(environment.name, WARMER), request: buildGateRequest(pinged, "") },
        }),
      },
    };
  });
}

/**
 * How a function's versions are rolled out.
 *
 * @param isGated whether they get pings before they get traffic
 */
export function buildRolloutPlan(settings: RolloutSettings, isGated: boolean): RolloutPlan {
  const { everySeconds, bakeSeconds, maximumSeconds, judgedBy, tooFewRequests } = settings;
  return {
    percents: listPercents(settings),
    stepSeconds: everySeconds,
    ...{ bakeSeconds, maximumSeconds, tooFewRequests },
    judgedBy: judgedBy.filter((key) => key !== "pings" || isGated),
  };
}

function listJudgingAlarms(environment: string, watched: WatchedFunction): string[] {
  const keys = ALARM_KEYS.filter((key) => findAlarmMeasure(watched, key) !== undefined);
  return [...keys, ...listObjectiveAlarms(watched).map(({ key }) => key)]
    .filter((key) => !NOT_OF_VERSIONS.includes(key))
    .map((key) => nameAlarm(environment, watched, key));
}

/**
 * The request to the controller that moves traffic to a version.
 *
 * @param attempt changes when a version has gone back
 */
export function buildStartRequest(
  { subject, plan }: RolledOutFunction,
  version: string,
  attempt: string,
): StartRequest {
  return { action: "start", subject, plan, version, attempt };
}

/** The table of rollouts. */
export function nameRolloutsTable(environment: string): string {
  return `${formatDeployedName(environment, ROLLOUT_CONTROLLER)}-rollouts`;
}

/** Approximate duration of a run that finds nothing to do. */
const TICK_SECONDS = 0.15;

/** How the controller's time is priced. */
const PRICE = priceFunctionTime(CONTROLLER_SETTINGS.memoryMb, CONTROLLER_SETTINGS.architecture);

/** What looking every minute for rollouts that nobody drives costs in a month, in dollars. */
export const TICKS_DOLLARS_PER_MONTH = HOURS_PER_MONTH * 60 * (TICK_SECONDS * PRICE.perSecond + PRICE.perRequest);

/**
 * What one rollout of the planned length costs in dollars, without the queries, whose price depends on how much the
 * function logs. Metrics are billed by the hour: https://aws.amazon.com/cloudwatch/pricing/
 */
export function priceRollout({ percents, stepSeconds, bakeSeconds }: RolloutPlan): number {
  const seconds = (percents.length - 1) * stepSeconds + bakeSeconds;
  const metricHours = Math.ceil(seconds / 3600) * Object.keys(ROLLOUT_METRICS).length;
  return seconds * PRICE.perSecond + (metricHours * prices.perMonth.metric) / HOURS_PER_MONTH;
}
