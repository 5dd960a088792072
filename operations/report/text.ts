import { DOLLARS_PER_GIGABYTE_QUERIED, PRICE_SOURCE } from "../../model/priced-resources";
import { readingDollars } from "../aws/metric-data";
import { numberText } from "../number-text";
import { textTable } from "../text-table";
import { isJudged, isPassed } from "./build";
import { minutesText } from "./minutes-text";
import { isUnread, PARTS } from "./parts";
import { utc } from "../time-text";
import { type AlarmReport, type FunctionReport, type Report, type Target, type WarmingEffect } from "./report-schema";
import { times } from "./suggested-tfvars";

const STATES = { met: "met", missed: "missed", not_measurable: "not measurable" } as const;

const BYTES_PER_MEGABYTE = 1e6;

/** Words for what came of a target. */
export function stateText(state: keyof typeof STATES): string {
  return STATES[state];
}

/** What reading is going to cost. */
export function costBefore(metrics: number, readsLogs: boolean): string {
  const logs = readsLogs ? `, and logs $${DOLLARS_PER_GIGABYTE_QUERIED} for each gigabyte that is scanned` : "";
  return `Reading at most ${metrics} metrics costs ${money(readingDollars(metrics))}${logs} (${PRICE_SOURCE}).`;
}

/** A report, for a terminal. */
export function reportLines(report: Report): string[] {
  const { notes, targets, functions, kpis, suggestedTfvars } = report;
  return [
    "",
    headingOf(report),
    ...notes,
    ...unreadLines(report),
    "",
    `Targets of ${report.environment}:`,
    ...targetLines(targets),
    ...functions
      .filter(isCalled)
      .flatMap((one) => [
        "",
        `Targets of ${one.name} (response times by ${sourceText(one)}):`,
        ...targetLines(one.targets),
      ]),
    ...warmingLines(report),
    ...memoryLines(functions),
    ...alarmLines(report),
    "",
    "Is the monitoring good?",
    ...textTable(
      ["", "", "goal", "measured", ""],
      kpis.map(({ kpi, goal, measured, state, note = "" }) => [stateText(state), kpi, goal, measured, note]),
    ),
    ...(suggestedTfvars === undefined
      ? []
      : ["", `Suggested for environments/${report.environment}.tfvars:`, "", ...suggestedTfvars.split("\n")]),
    "",
    costText(report),
    verdictLine(report),
  ];
}

/** What AWS did not tell: a line for each reason. */
export function unreadLines({ unread = [] }: Pick<Report, "unread">): string[] {
  return [...new Set(unread.map(({ why }) => why))].map((why) => {
    const parts = unread.filter((one) => one.why === why).map(({ what }) => what);
    return `Could not be read: ${parts.join(", ")}: ${why}`;
  });
}

/** Of what and when. */
export function headingOf({ environment, period, from, to }: Report): string {
  return `${environment}, the ${period} from ${utc(Date.parse(from))} to ${utc(Date.parse(to))} UTC`;
}

/** The verdict in one sentence. */
export function verdictLine(report: Report): string {
  if (!isJudged(report)) return `No target could be judged: ${PARTS.figures} could not be read.`;
  const all = report.functions.flatMap(({ targets }) => targets);
  const count = (wanted: keyof typeof STATES) => all.filter(({ state }) => state === wanted).length;
  const counts = `${count("met")} met, ${count("missed")} missed, ${count("not_measurable")} not measurable`;
  return `${isPassed(report) ? "No target is missed" : "Not every target is met"}: of the functions' targets ${counts}.`;
}

/** What the report has cost. */
export function costText({ cost }: Report): string {
  const { metricsRead, metricDollars, bytesScanned, logDollars } = cost;
  const logs =
    bytesScanned === 0 ? "" : `, ${numberText(bytesScanned / BYTES_PER_MEGABYTE)} MB of logs ${money(logDollars)}`;
  return `This report has cost: ${metricsRead} metrics ${money(metricDollars)}${logs}.`;
}

/** Whether anything is known of a function. */
export function isCalled({ figures: { requests = 0 }, warming }: FunctionReport): boolean {
  return requests > 0 || (warming?.pings ?? 0) > 0;
}

/** Where response times come from, for people. */
export function sourceText({ responseSource, deployedHere }: FunctionReport): string {
  if (responseSource === "metrics") return "Lambda's own metric";
  return deployedHere ? "the function's log" : "the platform's reports in its log";
}

/** A trend as in "was 3 %, -1 %, better". */
export function trendText({ before, change, direction }: Target): string {
  if (before === undefined) return "";
  return [`was ${before}`, change, direction].filter((text) => text !== undefined).join(", ");
}

/** What warming was worth, in words. */
export function effectText({ comparison, comparisonNote }: WarmingEffect): string {
  if (!comparison) return comparisonNote ?? "";
  const { avoided, coldPercentWith, coldPercentWithout, unwarmedHours } = comparison;
  const hours = unwarmedHours === 1 ? "1 hour" : `${unwarmedHours} hours`;
  const rates = `${numberText(coldPercentWith, 2)} % cold with pings, ${numberText(coldPercentWithout, 2)} % in ${hours} without`;
  return avoided > 0
    ? `about ${numberText(avoided, 0)} cold starts avoided (${rates})`
    : `no cold start avoided (${rates})`;
}

/** An amount of money that may be very small. */
export function money(amount: number): string {
  return amount > 0 && amount < 0.1 ? `$${Number(amount.toPrecision(2))}` : `$${amount.toFixed(2)}`;
}

/** What is to be said of an alarm's threshold. */
export function thresholdText({ threshold, behaviour }: AlarmReport): string {
  if (!threshold) return "";
  const { key, current, suggested, wouldHaveRung = 0, days, note } = threshold;
  const rang = behaviour === "never" ? "never rang" : "rang most of the time";
  return suggested === undefined
    ? `${rang} at ${current}: ${note ?? ""}`
    : `${rang}: try ${key} = ${suggested} instead of ${current}, which would have rung ${times(wouldHaveRung)} in ${Math.round(days)} days`;
}

function targetLines(targets: readonly Target[]): string[] {
  return textTable(
    ["", "target", "limit", "measured", "before", ""],
    targets.map((target) => [
      stateText(target.state),
      target.target,
      target.limit,
      target.measured,
      trendText(target),
      target.note ?? "",
    ]),
  );
}

function warmingLines({ warming, functions }: Report): string[] {
  if (!warming) return [];
  const rows = functions.flatMap(({ name, warming: effect }) =>
    effect
      ? [
          [
            name,
            numberText(effect.pings),
            numberText(effect.failures),
            instancesText(effect),
            numberText(effect.startedForPings),
            effect.dollars === undefined ? "?" : money(effect.dollars),
            [effectText(effect), effect.costNote].filter((text) => text !== undefined).join("; "),
          ],
        ]
      : [],
  );
  return [
    "",
    `Warming, ${warmingCostText(warming)}:`,
    ...textTable(["", "pings", "failed", "instances", "started by pings", "cost", ""], rows),
  ];
}

/** What warming has cost. */
export function warmingCostText({ dollars, warmerDollars }: NonNullable<Report["warming"]>): string {
  if (dollars === undefined || warmerDollars === undefined) return `cost unknown: ${PARTS.warmer} could not be read`;
  return `${money(dollars)} altogether, ${money(warmerDollars)} of it for the warmer itself`;
}

/** How many times an alarm rang and something was changed because of it; "?" where notes could not be read. */
export function withChangeText({ rings }: AlarmReport): string {
  return rings.some(({ notes }) => notes === undefined)
    ? "?"
    : String(rings.filter(({ notes = [] }) => notes.length > 0).length);
}

/** How many alarms rang, in a sentence's beginning. */
export function alarmsHeading(report: Report): string {
  if (isUnread(report, "alarms", "history")) return "How alarms rang could not be read";
  const rang = report.alarms.filter(({ behaviour }) => behaviour !== "never").length;
  return rang === 0 ? `No alarm rang in this ${report.period}` : `${rang} of ${report.alarms.length} alarms rang`;
}

/** Instances that answered, on average and at least. */
export function instancesText({ averageInstances, leastInstances }: WarmingEffect): string {
  if (averageInstances === undefined) return "-";
  return `${numberText(averageInstances)}${leastInstances === undefined ? "" : `, at least ${leastInstances}`}`;
}

function memoryLines(functions: readonly FunctionReport[]): string[] {
  const rows = functions.flatMap(({ name, memory }) =>
    memory
      ? [
          [
            name,
            `${memory.sizeMb} MB`,
            `${numberText(memory.averagePercent)} %`,
            `${numberText(memory.peakPercent)} %`,
            memoryAdvice(memory),
          ],
        ]
      : [],
  );
  return rows.length === 0 ? [] : ["", "Memory:", ...textTable(["", "size", "average", "peak", ""], rows)];
}

/** What is to be said of a function's memory. */
export function memoryAdvice(memory: NonNullable<FunctionReport["memory"]>): string {
  const { suggestedMb, suggestedDollarsPerMonth = 0, dollarsPerMonth, sizeMb, note = "it suits" } = memory;
  if (suggestedMb === undefined) return note;
  const cpu =
    suggestedMb < sizeMb ? "if requests take no longer with less CPU" : "if requests are no faster with more CPU";
  return `try ${suggestedMb} MB: ${money(suggestedDollarsPerMonth)} a month instead of ${money(dollarsPerMonth)}, ${cpu}`;
}

function alarmLines(report: Report): string[] {
  const { alarms } = report;
  const rang = alarms.filter(({ behaviour }) => behaviour !== "never");
  const quiet = alarms.filter(
    ({ behaviour, threshold }) => behaviour === "never" && threshold?.suggested !== undefined,
  );
  const rows = rang.map((alarm) => [
    alarm.name,
    `${times(alarm.rings.length)}${alarm.ringsBefore === undefined ? "" : `, was ${alarm.ringsBefore}`}`,
    minutesText(alarm.ringingMinutes),
    minutesText(alarm.medianMinutesToOk),
    minutesText(alarm.worstMinutesToOk),
    withChangeText(alarm),
    [alarm.isRinging ? "rings now" : "", alarm.notifies ? "" : "sends no messages itself"]
      .filter((text) => text !== "")
      .join("; "),
  ]);
  const advice = alarms.filter(({ behaviour, threshold }) => behaviour === "always" && threshold);
  return [
    "",
    rang.length === 0 ? `${alarmsHeading(report)}.` : `Alarms that rang (${rang.length} of ${alarms.length}):`,
    ...(rang.length === 0
      ? []
      : textTable(["", "rang", "altogether", "median to OK", "worst", "with a change", ""], rows)),
    ...[...advice, ...quiet].map((alarm) => `  ${alarm.name} ${thresholdText(alarm)}`),
  ];
}
