import { readingDollars } from "../aws/metric-data";
import { kpisOf } from "./alarm-report";
import { chartPoints } from "./chart-points";
import { figuresOf, figuresOfAll } from "./figures";
import { type FunctionData } from "./function-data";
import { type Measurements, type Plan } from "./measurements";
import { memorySizeOf } from "./memory-size";
import { isUnread } from "./parts";
import { type FunctionReport, type Report, SCHEMA_VERSION } from "./report-schema";
import { suggestedTfvars } from "./suggested-tfvars";
import { targetsOf, targetsOfAll } from "./targets";
import { tellsAll } from "./warm-requests";
import { warmingEffectOf } from "./warming-effect";

/** In a sentence. */
const MOST_NAMES = 5;

/** A report of what AWS has told. */
export function buildReport(plan: Plan, measurements: Measurements): Report {
  const { environment, period } = plan;
  const functions = measurements.functions.map((data) => functionReport(data, plan, measurements));
  const scalars = (when: "now" | "before") => measurements.functions.map((data) => data[when]);
  const tfvars = suggestedTfvars(functions, measurements.alarms);
  const { metricsRead, logs } = measurements;
  return {
    schemaVersion: SCHEMA_VERSION,
    environment: environment.name,
    region: environment.region,
    period: period.name,
    from: new Date(period.from).toISOString(),
    to: new Date(period.to).toISOString(),
    targets: targetsOfAll({ now: figuresOfAll(scalars("now")), before: figuresOfAll(scalars("before")) }, functions),
    functions,
    ...warmingOfAll(functions, measurements),
    alarms: [...measurements.alarms],
    kpis: kpisOf(measurements.alarms, measurements),
    notes: notesOf(plan, measurements, functions),
    ...(measurements.unread.length > 0 && { unread: [...measurements.unread] }),
    ...(tfvars !== undefined && { suggestedTfvars: tfvars }),
    cost: {
      metricsRead,
      metricDollars: readingDollars(metricsRead),
      bytesScanned: logs?.bytesScanned ?? 0,
      logDollars: logs?.dollars ?? 0,
    },
  };
}

/** Whether the figures that targets are about could be read. */
export function isJudged(report: Report): boolean {
  return !isUnread(report, "figures");
}

/**
 * Whether no target of the environment or of a function is missed, as far as is known: nothing is where no target could
 * be judged.
 */
export function isPassed(report: Report): boolean {
  const { targets, functions } = report;
  return (
    isJudged(report) &&
    [targets, ...functions.map((one) => one.targets)].flat().every(({ state }) => state !== "missed")
  );
}

function functionReport(data: FunctionData, { period }: Plan, { logs }: Measurements): FunctionReport {
  const { subject, now, before } = data;
  const { watched } = subject;
  const compared = { now: figuresOf(subject, now), before: figuresOf(subject, before) };
  const told = logs?.warmRequests.get(watched.id);
  const warm = told && now && tellsAll(told, now) ? told : undefined;
  const memory = memorySizeOf(subject, now, period);
  const warming = warmingEffectOf(data);
  return {
    name: watched.id,
    deployedHere: watched.deployedHere,
    responseSource: warm ? "logs" : "metrics",
    figures: {
      ...compared.now,
      ...(warm && { p50Milliseconds: warm.p50, p90Milliseconds: warm.p90, p99Milliseconds: warm.p99 }),
    },
    figuresBefore: compared.before,
    targets: targetsOf(subject, now, compared, warm),
    ...(memory && { memory }),
    ...(warming && { warming }),
    series: chartPoints(data, period),
  };
}

function warmingOfAll(functions: readonly FunctionReport[], { warmerDollars }: Measurements): Pick<Report, "warming"> {
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

function notesOf(
  { environment, period, readsLogs }: Plan,
  measurements: Measurements,
  functions: readonly FunctionReport[],
): string[] {
  const { missingAlarms, logs, functions: read, ringingNow } = measurements;
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
        ? [`Not called in this time: ${firstOf(uncalled)}.`]
        : []),
    ...(first ? [`There is no trend: CloudWatch has no requests of the ${period.days} days before.`] : []),
    ...(missingAlarms.length > 0 ? [`Not there, as if not deployed: ${firstOf(missingAlarms)}.`] : []),
    ...(period.name === "week"
      ? []
      : [
          "CloudWatch keeps the history of alarms for some weeks only: what is older is counted as far as reports in this folder tell it.",
        ]),
    ...(partly.length > 0
      ? [`Logs tell only some requests of ${firstOf(partly)}: response times are those of all, without initialization.`]
      : []),
    ...(isUnread(measurements, "history") && ringingNow.length > 0 ? [`Rings now: ${firstOf(ringingNow)}.`] : []),
    ...((readsLogs && logs) || isUnread(measurements, "figures")
      ? []
      : ["Logs were not read: response times are those of all requests, without initialization."]),
  ];
}

function firstOf(names: readonly string[]): string {
  const rest = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
