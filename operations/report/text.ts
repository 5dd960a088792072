import { formatMinutes, formatNumber, formatUtc, formatTimes } from "../document/formats";
import { DOLLARS_PER_GIGABYTE_QUERIED, formatDollars, PRICE_SOURCE } from "../../model/priced-resources";
import { priceReading } from "../aws/metrics";
import { formatTable } from "../document/text";
import { isJudged, isReportPassed } from "./build";
import { isUnread, REPORT_PARTS } from "./parts";
import {
  type AlarmReport,
  type FunctionReport,
  type PerformanceReport,
  type JudgedTarget,
  type WarmingEffect,
} from "./report-schema";

const STATES = { met: "met", missed: "missed", not_measurable: "not measurable" } as const;

const BYTES_PER_MEGABYTE = 1e6;

/** Words for what came of a target. */
export function formatState(state: keyof typeof STATES): string {
  return STATES[state];
}

/** What reading is going to cost. */
export function describeCostBefore(metrics: number, readsLogs: boolean): string {
  const logs = readsLogs ? `, and logs $${DOLLARS_PER_GIGABYTE_QUERIED} for each gigabyte that is scanned` : "";
  return `Reading at most ${metrics} metrics costs ${formatDollars(priceReading(metrics))}${logs} (${PRICE_SOURCE}).`;
}

/** A report, for a terminal. */
export function formatReport(report: PerformanceReport): string[] {
  const { notes, targets, functions, kpis, suggestedTfvars } = report;
  return [
    "",
    formatHeading(report),
    ...notes,
    ...formatUnread(report),
    "",
    `Targets of ${report.environment}:`,
    ...formatTargets(targets),
    ...functions
      .filter(isCalled)
      .flatMap((one) => [
        "",
        `Targets of ${one.name} (response times by ${describeSource(one)}):`,
        ...formatTargets(one.targets),
      ]),
    ...formatWarming(report),
    ...formatMemory(functions),
    ...formatAlarms(report),
    "",
    "Is the monitoring good?",
    ...formatTable(
      ["", "", "goal", "measured", ""],
      kpis.map(({ kpi, goal, measured, state, note = "" }) => [formatState(state), kpi, goal, measured, note]),
    ),
    ...(suggestedTfvars === undefined
      ? []
      : ["", `Suggested for environments/${report.environment}.tfvars:`, "", ...suggestedTfvars.split("\n")]),
    "",
    describeReportCost(report),
    formatVerdict(report),
  ];
}

/** What AWS did not tell: a line for each reason. */
export function formatUnread({ unread = [] }: Pick<PerformanceReport, "unread">): string[] {
  return [...new Set(unread.map(({ why }) => why))].map((why) => {
    const parts = unread.filter((one) => one.why === why).map(({ what }) => what);
    return `Could not be read: ${parts.join(", ")}: ${why}`;
  });
}

/** Of what and when. */
export function formatHeading({ environment, period, from, to }: PerformanceReport): string {
  return `${environment}, the ${period} from ${formatUtc(Date.parse(from))} to ${formatUtc(Date.parse(to))} UTC`;
}

/** The verdict in one sentence. */
export function formatVerdict(report: PerformanceReport): string {
  if (!isJudged(report)) return `No target could be judged: ${REPORT_PARTS.figures} could not be read.`;
  const all = report.functions.flatMap(({ targets }) => targets);
  const count = (wanted: keyof typeof STATES) => all.filter(({ state }) => state === wanted).length;
  const counts = `${count("met")} met, ${count("missed")} missed, ${count("not_measurable")} not measurable`;
  return `${isReportPassed(report) ? "No target is missed" : "Not every target is met"}: of the functions' targets ${counts}.`;
}

/** What the report has cost. */
export function describeReportCost({ cost }: PerformanceReport): string {
  const { metricsRead, metricDollars, bytesScanned, logDollars } = cost;
  const logs =
    bytesScanned === 0
      ? ""
      : `, ${formatNumber(bytesScanned / BYTES_PER_MEGABYTE)} MB of logs ${formatDollars(logDollars)}`;
  return `This report has cost: ${metricsRead} metrics ${formatDollars(metricDollars)}${logs}.`;
}

/** Whether anything is known of a function. */
export function isCalled({ figures: { requests = 0 }, warming }: FunctionReport): boolean {
  return requests > 0 || (warming?.pings ?? 0) > 0;
}

/** Where response times come from, for people. */
export function describeSource({ responseSource, deployedHere }: FunctionReport): string {
  if (responseSource === "metrics") return "Lambda's own metric";
  return deployedHere ? "the function's log" : "the platform's reports in its log";
}

/** A trend as in "was 3 %, -1 %, better". */
export function describeTrend({ before, change, direction }: JudgedTarget): string {
  if (before === undefined) return "";
  return [`was ${before}`, change, direction].filter((text) => text !== undefined).join(", ");
}

/** What warming was worth, in words. */
export function describeEffect({ comparison, comparisonNote }: WarmingEffect): string {
  if (!comparison) return comparisonNote ?? "";
  const { avoided, coldPercentWith, coldPercentWithout, unwarmedHours } = comparison;
  const hours = unwarmedHours === 1 ? "1 hour" : `${unwarmedHours} hours`;
  const rates = `${formatNumber(coldPercentWith, 2)} % cold with pings, ${formatNumber(coldPercentWithout, 2)} % in ${hours} without`;
  return avoided > 0
    ? `about ${formatNumber(avoided, 0)} cold starts avoided (${rates})`
    : `no cold start avoided (${rates})`;
}

/** What is to be said of an alarm's threshold. */
export function describeThreshold({ threshold, behaviour }: AlarmReport): string {
  if (!threshold) return "";
  const { key, current, suggested, wouldHaveRung = 0, days, note } = threshold;
  const rang = behaviour === "never" ? "never rang" : "rang most of the time";
  return suggested === undefined
    ? `${rang} at ${current}: ${note ?? ""}`
    : `${rang}: try ${key} = ${suggested} instead of ${current}, which would have rung ${formatTimes(wouldHaveRung)} in ${Math.round(days)} days`;
}

function formatTargets(targets: readonly JudgedTarget[]): string[] {
  return formatTable(
    ["", "target", "limit", "measured", "before", ""],
    targets.map((target) => [
      formatState(target.state),
      target.target,
      target.limit,
      target.measured,
      describeTrend(target),
      target.note ?? "",
    ]),
  );
}

function formatWarming({ warming, functions }: PerformanceReport): string[] {
  if (!warming) return [];
  const rows = functions.flatMap(({ name, warming: effect }) =>
    effect
      ? [
          [
            name,
            formatNumber(effect.pings),
            formatNumber(effect.failures),
            describeInstances(effect),
            formatNumber(effect.startedForPings),
            effect.dollars === undefined ? "?" : formatDollars(effect.dollars),
            [describeEffect(effect), effect.costNote].filter((text) => text !== undefined).join("; "),
          ],
        ]
      : [],
  );
  return [
    "",
    `Warming, ${describeWarmingCost(warming)}:`,
    ...formatTable(["", "pings", "failed", "instances", "started by pings", "cost", ""], rows),
  ];
}

/** What warming has cost. */
export function describeWarmingCost({ dollars, warmerDollars }: NonNullable<PerformanceReport["warming"]>): string {
  if (dollars === undefined || warmerDollars === undefined)
    return `cost unknown: ${REPORT_PARTS.warmer} could not be read`;
  return `${formatDollars(dollars)} altogether, ${formatDollars(warmerDollars)} of it for the warmer itself`;
}

/** How many times an alarm rang and something was changed because of it; "?" where notes could not be read. */
export function formatChangedRings({ rings }: AlarmReport): string {
  return rings.some(({ notes }) => notes === undefined)
    ? "?"
    : String(rings.filter(({ notes = [] }) => notes.length > 0).length);
}

/** How many alarms rang, in a sentence's beginning. */
export function formatAlarmsHeading(report: PerformanceReport): string {
  if (isUnread(report, "alarms", "history")) return "How alarms rang could not be read";
  const rang = report.alarms.filter(({ behaviour }) => behaviour !== "never").length;
  return rang === 0 ? `No alarm rang in this ${report.period}` : `${rang} of ${report.alarms.length} alarms rang`;
}

/** Instances that answered, on average and at least. */
export function describeInstances({ averageInstances, leastInstances }: WarmingEffect): string {
  if (averageInstances === undefined) return "-";
  return `${formatNumber(averageInstances)}${leastInstances === undefined ? "" : `, at least ${leastInstances}`}`;
}

function formatMemory(functions: readonly FunctionReport[]): string[] {
  const rows = functions.flatMap(({ name, memory }) =>
    memory
      ? [
          [
            name,
            `${memory.sizeMb} MB`,
            `${formatNumber(memory.averagePercent)} %`,
            `${formatNumber(memory.peakPercent)} %`,
            describeMemory(memory),
          ],
        ]
      : [],
  );
  return rows.length === 0 ? [] : ["", "Memory:", ...formatTable(["", "size", "average", "peak", ""], rows)];
}

/** What is to be said of a function's memory. */
export function describeMemory(memory: NonNullable<FunctionReport["memory"]>): string {
  const { suggestedMb, suggestedDollarsPerMonth = 0, dollarsPerMonth, sizeMb, note = "it suits" } = memory;
  if (suggestedMb === undefined) return note;
  const cpu =
    suggestedMb < sizeMb ? "if requests take no longer with less CPU" : "if requests are no faster with more CPU";
  return `try ${suggestedMb} MB: ${formatDollars(suggestedDollarsPerMonth)} a month instead of ${formatDollars(dollarsPerMonth)}, ${cpu}`;
}

function formatAlarms(report: PerformanceReport): string[] {
  const { alarms } = report;
  const rang = alarms.filter(({ behaviour }) => behaviour !== "never");
  const quiet = alarms.filter(
    ({ behaviour, threshold }) => behaviour === "never" && threshold?.suggested !== undefined,
  );
  const rows = rang.map((alarm) => [
    alarm.name,
    `${formatTimes(alarm.rings.length)}${alarm.ringsBefore === undefined ? "" : `, was ${alarm.ringsBefore}`}`,
    formatMinutes(alarm.ringingMinutes),
    formatMinutes(alarm.medianMinutesToOk),
    formatMinutes(alarm.worstMinutesToOk),
    formatChangedRings(alarm),
    [alarm.isRinging ? "rings now" : "", alarm.notifies ? "" : "sends no messages itself"]
      .filter((text) => text !== "")
      .join("; "),
  ]);
  const advice = alarms.filter(({ behaviour, threshold }) => behaviour === "always" && threshold);
  return [
    "",
    rang.length === 0 ? `${formatAlarmsHeading(report)}.` : `Alarms that rang (${rang.length} of ${alarms.length}):`,
    ...(rang.length === 0
      ? []
      : formatTable(["", "rang", "altogether", "median to OK", "worst", "with a change", ""], rows)),
    ...[...advice, ...quiet].map((alarm) => `  ${alarm.name} ${describeThreshold(alarm)}`),
  ];
}
