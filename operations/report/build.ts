import { resolveTargets } from "../../environments/targets";
import { type Mute } from "../alarms/mutes";
import { priceReading } from "../aws/metrics";
import { computeKpis } from "./alarm-report";
import { buildChartPoints } from "./chart-points";
import { computeFigures, computeTotalFigures } from "./figures";
import { type FunctionData } from "./function-data";
import { type Measurements, type ReportPlan } from "./measurements";
import { suggestMemorySize } from "./memory-size";
import { isUnread } from "./parts";
import {
  type FunctionReport,
  type JudgedTarget,
  type MuteReport,
  type PerformanceReport,
  PERFORMANCE_SCHEMA_VERSION,
} from "./report-schema";
import { suggestTfvars } from "./suggested-tfvars";
import { judgeFunctionTargets, judgeEnvironmentTargets } from "./targets";
import { tellsAll } from "./warm-requests";
import { estimateWarmingEffect } from "./warming-effect";

/** For a sentence. */
const MOST_NAMES = 5;

/** So many that some of them should have led to a change. */
const MANY_MESSAGES = 5;

/** Builds a report from the data. */
export function buildReport(plan: ReportPlan, measurements: Measurements): PerformanceReport {
  const { environment, period } = plan;
  const functions = measurements.functions.map((data) => buildFunctionReport(data, plan, measurements));
  const scalars = (when: "now" | "before") => measurements.functions.map((data) => data[when]);
  const { metricsRead, logs, attention, rollouts = [], rolloutsRead } = measurements;
  const tfvars = suggestTfvars(functions, measurements.alarms, attention);
  return {
    schemaVersion: PERFORMANCE_SCHEMA_VERSION,
    environment: environment.name,
    region: environment.region,
    period: period.name,
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    targets: judgeEnvironmentTargets(
      resolveTargets(environment.targets),
      { now: computeTotalFigures(scalars("now")), before: computeTotalFigures(scalars("before")) },
      functions,
    ),
    functions,
    ...summarizeWarmingCost(functions, measurements),
    alarms: [...measurements.alarms],
    ...(attention && { attention }),
    ...(measurements.mutes.length > 0 && { mutes: measurements.mutes.map(buildMuteReport) }),
    ...(rollouts.length > 0 && { rollouts: [...rollouts] }),
    ...(measurements.events && { events: measurements.events }),
    kpis: computeKpis(measurements.alarms, measurements),
    ...(measurements.budgets && { budgets: measurements.budgets }),
    notes: listNotes(plan, measurements, functions),
    ...(measurements.unread.length > 0 && { unread: [...measurements.unread] }),
    ...(tfvars !== undefined && { suggestedTfvars: tfvars }),
    cost: {
      metricsRead,
      metricDollars: priceReading(metricsRead),
      bytesScanned: (logs?.bytesScanned ?? 0) + rolloutsRead.bytesScanned,
      logDollars: (logs?.dollars ?? 0) + rolloutsRead.dollars,
    },
  };
}

/** Whether the figures with targets could be read. */
export function isJudged(report: PerformanceReport): boolean {
  return !isUnread(report, "figures");
}

/**
 * Whether no target of the environment or of a function is missed, as far as known; false if figures could not be read.
 */
export function isReportPassed(report: PerformanceReport): boolean {
  return isJudged(report) && listAllTargets(report).every(({ state }) => state !== "missed");
}

/** The targets of the environment and of its functions. */
export function listAllTargets({ targets, functions }: PerformanceReport): JudgedTarget[] {
  return [targets, ...functions.map((one) => one.targets)].flat();
}

function buildFunctionReport(data: FunctionData, { period }: ReportPlan, { logs }: Measurements): FunctionReport {
  const { subject, now, before } = data;
  const { watched } = subject;
  const compared = { now: computeFigures(subject, now), before: computeFigures(subject, before) };
  const told = logs?.warmRequests.get(watched.id);
  const warm = told && now && tellsAll(told, now) ? told : undefined;
  const memory = suggestMemorySize(subject, now, period);
  const warming = estimateWarmingEffect(data);
  return {
    name: watched.id,
    deployedHere: watched.deployedHere,
    publishesMetrics: watched.publishesMetrics,
    responseSource: warm ? "logs" : "metrics",
    figures: {
      ...compared.now,
      ...(warm && { p50Milliseconds: warm.p50, p90Milliseconds: warm.p90, p99Milliseconds: warm.p99 }),
    },
    figuresBefore: compared.before,
    targetSettings: watched.targets,
    targets: judgeFunctionTargets(subject, now, compared, warm),
    ...(memory && { memory }),
    ...(warming && { warming }),
    series: buildChartPoints(data, period),
  };
}

function buildMuteReport({ from, to, alarms, why }: Mute): MuteReport {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), alarms: [...alarms], why };
}

function summarizeWarmingCost(
  functions: readonly FunctionReport[],
  { warmerDollars }: Measurements,
): Pick<PerformanceReport, "warming"> {
  const all = functions.flatMap(({ warming }) => warming ?? []);
  if (all.length === 0) return {};
  const total = (value: (one: (typeof all)[number]) => number) => all.reduce((sum, one) => sum + value(one), 0);
  return {
    warming: {
      pings: total(({ pings }) => pings),
      failures: total(({ failures }) => failures),
      ...(warmerDollars !== undefined && {
        warmerDollars,
        dollars: warmerDollars + total(({ dollars = 0 }) => dollars),
      }),
    },
  };
}

function listNotes(
  { environment, period, readsLogs }: ReportPlan,
  measurements: Measurements,
  functions: readonly FunctionReport[],
): string[] {
  const { missingAlarms, logs, functions: read, ringingNow, hasNoNotes } = measurements;
  const messages = measurements.alarms.reduce((total, alarm) => total + (alarm.messages ?? 0), 0);
  const partly = functions
    .filter(({ figures }) => figures.requests !== undefined)
    .filter(({ name, responseSource }) => responseSource === "metrics" && logs?.warmRequests.has(name) === true)
    .map(({ name }) => name);
  const uncalled = functions.filter(({ figures }) => figures.requests === 0).map(({ name }) => name);
  const first = read.every(({ before }) => before && (before.requests ?? 0) === 0);
  return [
    ...(uncalled.length === functions.length
      ? [`No data yet: nobody has called a function of ${environment.name} in this time.`]
      : uncalled.length > 0
        ? [`Not called in this time: ${formatFirst(uncalled)}.`]
        : []),
    ...(first ? [`There is no trend: CloudWatch has no requests for the ${period.days} days before.`] : []),
    ...(missingAlarms.length > 0 ? [`Missing, as if not deployed: ${formatFirst(missingAlarms)}.`] : []),
    ...(hasNoNotes && messages >= MANY_MESSAGES
      ? [`Nobody has noted a change (see the command note): nothing tells which of ${messages} messages were worth it.`]
      : []),
    ...(period.name === "week"
      ? []
      : ["CloudWatch keeps the history of alarms only for some weeks: older data comes from reports in this folder."]),
    ...(partly.length > 0
      ? [
          `Logs have only some requests of ${formatFirst(partly)}: response times cover all requests, without initialization.`,
        ]
      : []),
    ...(isUnread(measurements, "history") && ringingNow.length > 0 ? [`Rings now: ${formatFirst(ringingNow)}.`] : []),
    ...((readsLogs && logs) || isUnread(measurements, "figures")
      ? []
      : ["Logs were not read: response times cover all requests, without initialization."]),
  ];
}

function formatFirst(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
