import { ALARM_KEYS } from "../../environments/alarms";
import { formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { buildFunctionMetric } from "../../model/metrics";
import { listRolledOutFunctions } from "../../model/rollouts";
import { WARMER_PRICE } from "../../model/warmed-functions";
import { AwsAccess } from "../aws/access";
import { readAlarms, readStateChanges, type StateChange } from "../aws/alarms";
import { AwsFailure } from "../aws/failure";
import { Reader } from "../aws/part-reader";
import { readMetrics, requestSum } from "../aws/metrics";
import { type ReadingContext } from "../cli/progress";
import { OperationFailure } from "../cli/operation-failure";
import { buildWastedAttention, findWastingAlarm } from "./attention";
import { countReplayMetrics, readPast } from "./replay-data";
import { buildAlarmReports, suggestThreshold } from "./alarm-report";
import { mergeChanges } from "./earlier-reports";
import { listEnvironmentAlarms, type EnvironmentAlarm } from "../alarms/environment-alarms";
import { countBudgetMetrics, readBudgets } from "../budgets/read-budgets";
import { countEventMetrics, readEventFigures } from "./event-data";
import { type FunctionData, countMetricsRead, readFunctions } from "./function-data";
import { LONGEST_MUTE_DAYS, PLANNED_AHEAD_DAYS, selectMutes } from "../alarms/mutes";
import { selectNotes } from "../alarms/notes";
import { readAlarmRecords } from "../alarms/records";
import { REPORT_PARTS } from "./parts";
import { buildRolloutReports } from "./rollouts";
import { readRollouts } from "../rollouts/records";
import { type Period, findPeriodBefore } from "./period";
import { type AlarmReport } from "./report-schema";
import { type MeasuredFunction, listMeasuredFunctions } from "../../model/measured-function";
import { countMetricsWatched, readWatched, type Watching } from "./threshold-data";
import { priceInvocations } from "./warming-effect";
import { readWarmRequests } from "./warm-requests";

const DAY_SECONDS = 86_400;

/** Milliseconds from the record of a mute to its end, at most. */
const RECORDED_BEFORE = (PLANNED_AHEAD_DAYS + LONGEST_MUTE_DAYS) * DAY_SECONDS * 1000;

/** The warmer's own invocations and their duration. */
const WARMER_METRICS = 2;

/** The subject of a report. */
export interface ReportPlan {
  readonly environment: Environment;
  readonly period: Period;
  readonly subjects: readonly MeasuredFunction[];
  readonly alarms: readonly EnvironmentAlarm[];
  /** How alarms rang in times that CloudWatch may no longer have. */
  readonly earlierChanges: readonly StateChange[];
  /** Whether logs are read. */
  readonly readsLogs: boolean;
}

/** The data from AWS. */
export type Measurements = Awaited<ReturnType<typeof takeMeasurements>>;

/** What a report on an environment must read. */
export function planReport(
  environment: Environment,
  period: Period,
  { earlierChanges, readsLogs }: Pick<ReportPlan, "earlierChanges" | "readsLogs">,
): ReportPlan {
  const subjects = listMeasuredFunctions(environment);
  return {
    environment,
    period,
    subjects,
    alarms: listEnvironmentAlarms(environment, subjects),
    earlierChanges,
    readsLogs,
  };
}

/**
 * Maximum number of metrics that a report reads: those of alarms are read only if an alarm never or always rings, or of
 * the one that wastes most attention.
 */
export function countMostMetrics({ subjects, alarms }: ReportPlan): number {
  return (
    countMetricsRead(subjects) +
    countEventMetrics(subjects) +
    countBudgetMetrics(subjects.map(({ watched }) => watched)) +
    WARMER_METRICS +
    countMetricsWatched(alarms.flatMap(listWatching)) +
    Math.max(0, ...alarms.flatMap(listWatching).map(countReplayMetrics))
  );
}

/** Whether the environment keeps logs as long as a report looks back. */
export function keepsLogs({ logRetentionDays }: Environment, { days }: Period): boolean {
  return logRetentionDays >= days;
}

/**
 * Reads everything that a report needs from AWS. If a part cannot be read, it reports this and continues.
 *
 * @throws AwsFailure if nothing could be read
 * @throws OperationFailure if the environment is not deployed
 */
export async function takeMeasurements(plan: ReportPlan, { signal, wait, onStep }: ReadingContext) {
  const { environment, period, subjects, readsLogs } = plan;
  const { name, region } = environment;
  const aws = new AwsAccess(region, signal);
  const reader = new Reader(signal, onStep);

  const states = await reader.read(REPORT_PARTS.alarms, () => readAlarms(aws, `${name}-`));
  const missingAlarms = states ? plan.alarms.map((alarm) => alarm.name).filter((alarm) => !states.has(alarm)) : [];
  if (states && missingAlarms.length === plan.alarms.length) {
    throw new OperationFailure(`${name} is not deployed in ${region}: none of its alarms is there`);
  }
  const before = findPeriodBefore(period);
  // CloudWatch keeps the history for two weeks:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/cli/cli-mon-describe-alarm-history.html
  const rangeBefore = period.name === "week" ? before : undefined;
  const changes = await reader.read(REPORT_PARTS.history, () =>
    readStateChanges(aws, { from: (rangeBefore ?? period).from, to: period.to }),
  );
  const records = await reader.read(REPORT_PARTS.notes, () =>
    readAlarmRecords(aws, environment, period.from - RECORDED_BEFORE),
  );
  const notes = records && selectNotes(records);
  const mutes = selectMutes(records ?? []).filter(({ from, to }) => from < period.to && to > period.from);

  const longest = Math.max(
    0,
    ...listRolledOutFunctions(environment).map(({ plan: { maximumSeconds } }) => maximumSeconds),
  );
  const rollouts =
    longest > 0
      ? await reader.read(REPORT_PARTS.rollouts, () =>
          readRollouts(aws, environment, { from: period.from - longest * 1000, to: period.to }, wait),
        )
      : undefined;

  const { functions, metricsRead: ofFunctions } = await readFunctions(aws, subjects, period, reader);
  const eventMetrics = countEventMetrics(subjects);
  const events =
    eventMetrics > 0
      ? await reader.read(REPORT_PARTS.events, () => readEventFigures(aws, subjects, period))
      : undefined;
  const warmerDollars = await reader.read(REPORT_PARTS.warmer, () => readWarmerDollars(aws, environment, period));

  // Without both, an alarm that rang would look as if it had not.
  const alarms =
    states && changes
      ? buildAlarmReports({
          alarms: plan.alarms,
          states,
          changes: mergeChanges(plan.earlierChanges, changes),
          notes,
          mutes,
          range: period,
          ...(rangeBefore && { rangeBefore }),
        })
      : [];
  const told =
    alarms.length > 0
      ? await reader.read(REPORT_PARTS.thresholds, () => addThresholds(aws, plan, alarms, functions))
      : undefined;
  const { reports, read } = told ?? { reports: alarms, read: 0 };

  const watched = subjects.map((subject) => subject.watched);
  const budgets =
    countBudgetMetrics(watched) > 0
      ? await reader.read(REPORT_PARTS.budgets, () => readBudgets(aws, watched, period.to))
      : undefined;
  const wasting = findWastingAlarm(alarms, plan.alarms, (notes ?? []).length > 0);
  const replayed = wasting?.culprit?.watching;
  const past = replayed && (await reader.read(REPORT_PARTS.past, () => readPast(aws, replayed, period)));

  const logs = readsLogs
    ? await reader.read(REPORT_PARTS.logs, () => readWarmRequests(aws, subjects, period, wait))
    : undefined;
  if (!reader.hasRead) throw new AwsFailure(reader.reasons.join("; "));
  return {
    functions,
    /** Undefined if logs were not read. */
    logs,
    /** Those of the period; undefined if nothing is rolled out step by step, or they could not be read. */
    rollouts: rollouts && buildRolloutReports(rollouts.rollouts, subjects, period),
    /** What reading about rollouts cost. */
    rolloutsRead: { bytesScanned: rollouts?.bytesScanned ?? 0, dollars: rollouts?.dollars ?? 0 },
    /** Undefined without objectives, or if they could not be read. */
    budgets: budgets?.budgets,
    /** Empty if states or changes could not be read. */
    alarms: reports,
    /** Undefined if no alarm is known to waste any. */
    attention: wasting && buildWastedAttention(wasting, past),
    /** Whether notes could be read and there are none. */
    hasNoNotes: notes?.length === 0,
    /** Those of the period; empty if notes could not be read. */
    mutes,
    ringingNow: [...(states ?? [])].filter(([, { isRinging }]) => isRinging).map(([alarm]) => alarm),
    /** The expected alarms of the environment. */
    missingAlarms,
    /** Undefined if the warmer's figures could not be read. */
    warmerDollars,
    /** Undefined if there are none, or they could not be read. */
    events,
    metricsRead:
      ofFunctions +
      (events ? eventMetrics : 0) +
      (warmerDollars === undefined ? 0 : WARMER_METRICS) +
      (budgets?.metricsRead ?? 0) +
      read +
      (replayed && past ? countReplayMetrics(replayed) : 0),
    unread: reader.unread,
  };
}

async function readWarmerDollars(aws: AwsAccess, { name }: Environment, { from, to, days }: Period): Promise<number> {
  const warmer = { name: formatDeployedName(name, WARMER), deployedHere: true };
  const { runs, milliseconds } = await readMetrics(
    aws,
    {
      runs: requestSum(buildFunctionMetric("Invocations", warmer)),
      milliseconds: requestSum(buildFunctionMetric("Duration", warmer)),
    },
    { from, to, periodSeconds: days * DAY_SECONDS },
  );
  return priceInvocations(WARMER_PRICE, runs[0]?.value ?? 0, milliseconds[0]?.value ?? 0);
}

/** Adds suggestions for the thresholds of alarms that never or always rang; none for a function that nobody called. */
async function addThresholds(
  aws: AwsAccess,
  plan: ReportPlan,
  reports: readonly AlarmReport[],
  functions: readonly FunctionData[],
): Promise<{ reports: AlarmReport[]; read: number }> {
  const called = new Set(
    functions.flatMap(({ subject, now }) => ((now?.requests ?? 0) > 0 ? [subject.watched.id] : [])),
  );
  const asked = plan.alarms.flatMap((alarm) => {
    const report = reports.find(({ name }) => name === alarm.name);
    if (!report || report.behaviour === "sometimes") return [];
    if (report.behaviour === "never" && !called.has(report.function ?? "")) return [];
    return listWatching(alarm).map((watching) => ({ ...watching, name: alarm.name, behaviour: report.behaviour }));
  });
  const watched = await readWatched(aws, asked, plan.period);
  const thresholds = new Map(
    asked.flatMap(({ name, subject, key, behaviour }) => {
      const found = watched.find((one) => one.subject === subject && one.key === key);
      return found && behaviour !== "sometimes" ? [[name, suggestThreshold(found, behaviour)] as const] : [];
    }),
  );
  return {
    read: countMetricsWatched(asked),
    reports: reports.map((report) => {
      const threshold = thresholds.get(report.name);
      return threshold ? { ...report, threshold } : report;
    }),
  };
}

function listWatching({ watches }: EnvironmentAlarm): Watching[] {
  return ALARM_KEYS.filter((key) => key === watches?.key).flatMap((key) =>
    watches ? [{ subject: watches.subject, key }] : [],
  );
}
