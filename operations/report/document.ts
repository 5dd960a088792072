import { DOLLARS_PER_GIGABYTE_QUERIED, formatDollars, PRICE_SOURCE } from "../../model/priced-resources";
import { priceReading } from "../aws/metrics";
import {
  type Block,
  type Cell,
  buildSection,
  buildTable,
  buildTargetTable,
  type Document,
  type Tone,
} from "../document/document";
import { buildBudgetBlocks } from "../budgets/document";
import {
  formatMinutes,
  formatNumber,
  formatPercent,
  formatQuantity,
  formatTimes,
  formatUtc,
} from "../document/formats";
import { formatValue } from "../tfvars/put";
import { describeStatus } from "../rollouts/words";
import { formatFigure } from "../targets/figure-table";
import { isJudged, isReportPassed, listAllTargets } from "./build";
import { buildAlarmChart, buildFunctionCharts, buildRequestsChart } from "./charts";
import { isUnread, REPORT_PARTS } from "./parts";
import {
  type AlarmReport,
  type BetterAlarmSetting,
  type FunctionReport,
  type JudgedTarget,
  type MemorySize,
  type PerformanceReport,
  type WarmingEffect,
} from "./report-schema";

const MINUTE = 60_000;

const BYTES_PER_MEGABYTE = 1e6;

/** A page has at most 1.2 MB; a function's charts take some 80 KB of it. */
const MAX_CHARTED_FUNCTIONS = 6;

/** In a table's cell. */
const MAX_MUTED_NAMES = 3;

/** The expected cost of reading. */
export function describeCostBefore(metrics: number, readsLogs: boolean): string {
  const logs = readsLogs ? `, and logs $${DOLLARS_PER_GIGABYTE_QUERIED} for each gigabyte that is scanned` : "";
  return `Reading at most ${metrics} metrics costs ${formatDollars(priceReading(metrics))}${logs} (${PRICE_SOURCE}).`;
}

/** A report, for people to read. */
export function buildReportDocument(report: PerformanceReport): Document {
  const { environment, region, period, from, to, notes, unread = [], targets, kpis, functions } = report;
  const reasons = [...new Set(unread.map(({ why }) => why))].map((why) => {
    const parts = unread.filter((one) => one.why === why).map(({ what }) => what);
    return `Could not be read: ${parts.join(", ")}: ${why}`;
  });
  const called = functions.filter(isCalled);
  const charted = called
    .toSorted((one, other) => (other.figures.requests ?? 0) - (one.figures.requests ?? 0))
    .slice(0, MAX_CHARTED_FUNCTIONS);
  return {
    heading: `${environment}, the ${period} from ${formatUtc(from)} to ${formatUtc(to)} UTC`,
    subtitle: `Report on ${environment} in ${region}`,
    figures: listFirstFigures(report),
    conclusion: buildSection(
      formatVerdict(report),
      [...notes, ...reasons, buildSection(`Targets of ${environment}`, [buildTargetTable(targets.map(buildTarget))])],
      { id: "verdicts", tone: judgeReport(report) },
    ),
    blocks: [
      {
        kind: "charts",
        charts: [
          ...(isUnread(report, "series") ? [] : [buildRequestsChart(functions, report)]),
          ...buildAlarmChart(report.alarms, report),
        ],
      },
      ...buildBudgetSection(report),
      buildAlarmSection(report),
      ...buildAttentionSection(report),
      buildSection(
        "Is the monitoring good?",
        [buildTargetTable(kpis.map(({ kpi, goal, ...rest }) => ({ ...rest, target: kpi, limit: goal })))],
        { id: "kpis" },
      ),
      ...buildMuteSection(report),
      ...buildRolloutSection(report),
      ...buildEventSection(report),
      ...buildWarmingSection(report),
      ...buildMemorySection(report),
      ...buildSuggestions(report),
      ...called.flatMap((one) => buildFunctionSections(one, report, charted.includes(one))),
      describeReportCost(report),
    ],
  };
}

function listFirstFigures(report: PerformanceReport): [string, string][] {
  const { functions, alarms } = report;
  const requests = functions.reduce((total, { figures }) => total + (figures.requests ?? 0), 0);
  const messages = alarms.reduce((total, alarm) => total + (alarm.messages ?? 0), 0);
  return [
    ["requests", isJudged(report) ? formatFigure("requests", requests) : "-"],
    ["functions in use", isJudged(report) ? formatNumber(functions.filter(isCalled).length) : "-"],
    ["alarms sent", isUnread(report, "alarms", "history") ? "-" : formatNumber(messages)],
  ];
}

const VERDICTS = {
  good: "No target is missed",
  bad: "Not every target is met",
  unknown: "No target could be judged",
} as const satisfies Readonly<Record<Tone, string>>;

function judgeReport(report: PerformanceReport): Tone {
  if (!isReportPassed(report)) return "bad";
  return listAllTargets(report).some(({ state }) => state === "met") ? "good" : "unknown";
}

/** The verdict in one sentence. */
function formatVerdict(report: PerformanceReport): string {
  if (!isJudged(report)) return `No target could be judged: ${REPORT_PARTS.figures} could not be read.`;
  const all = report.functions.flatMap(({ targets }) => targets);
  const count = (wanted: JudgedTarget["state"]) => all.filter(({ state }) => state === wanted).length;
  const advised = count("advice");
  const counts = [
    `${count("met")} met`,
    `${count("missed")} missed`,
    ...(advised > 0 ? [`${advised} out of reach`] : []),
    `${count("not_measurable")} not measurable`,
  ].join(", ");
  return `${VERDICTS[judgeReport(report)]}: of the functions' targets ${counts}.`;
}

/** With its trend, as in "was 3 %, -1 %, better". */
function buildTarget({ before, change, direction, ...target }: JudgedTarget) {
  const trend = [`was ${before ?? ""}`, change, direction].filter((text) => text !== undefined).join(", ");
  return { ...target, ...(before !== undefined && { before: trend }) };
}

function buildBudgetSection({ budgets = [] }: PerformanceReport): Block[] {
  return budgets.length > 0 ? [buildSection("Error budgets", buildBudgetBlocks(budgets), { id: "budgets" })] : [];
}

function buildAlarmSection(report: PerformanceReport): Block {
  const heading = formatAlarmsHeading(report);
  if (isUnread(report, "alarms", "history")) return buildSection(heading, [], { id: "alarms-table" });
  const told = report.alarms.filter(
    ({ behaviour, threshold }) => behaviour !== "never" || threshold?.suggested !== undefined,
  );
  const rows = told.map((alarm) => [
    alarm.name,
    `${formatTimes(alarm.rings.length)}${alarm.ringsBefore === undefined ? "" : `, was ${alarm.ringsBefore}`}`,
    alarm.rings.length === 0 ? "-" : formatMinutes(alarm.ringingMinutes),
    formatMinutes(alarm.medianMinutesToOk),
    formatMinutes(alarm.worstMinutesToOk),
    formatShare(alarm),
    listRemarks(alarm).join("; "),
  ]);
  const table = buildTable(["alarm", "rang", "altogether", "median to OK", "worst", "with a note", "remarks"], rows);
  return buildSection(heading, [rows.length === 0 ? "No better threshold would make the quiet ones ring." : table], {
    id: "alarms-table",
  });
}

function buildAttentionSection({ attention, environment, period }: PerformanceReport): Block[] {
  if (!attention) return [];
  const command = `npm run ops -- report ${environment}${period === "week" ? "" : ` --period ${period}`} --write`;
  const { alarm, messages, noted, setting, note } = attention;
  const heading = `${alarm} wastes most attention: ${formatQuantity(messages, "message")}, ${noted} with a note`;
  return [
    buildSection(heading, [setting ? describeSetting(setting, command) : `No setting is suggested: ${note ?? ""}.`], {
      id: "attention",
    }),
  ];
}

function describeSetting(setting: BetterAlarmSetting, command: string): string {
  const { alarm, key, values, current, rings, ringsNow, laterMinutes, days } = setting;
  const late = laterMinutes === 0 ? "" : `, at most ${formatMinutes(laterMinutes)} later`;
  return [
    `With ${formatValue(key, values)} instead of ${formatValue(key, current)}, ${alarm} would have rung ${formatTimes(rings)} instead of ${formatTimes(ringsNow)} in ${formatNumber(days, 0)} days,`,
    `at every ring with a note${late}: ${command} sets it.`,
  ].join(" ");
}

function formatAlarmsHeading(report: PerformanceReport): string {
  if (isUnread(report, "alarms", "history")) return "How alarms rang could not be read.";
  const rang = report.alarms.filter(({ behaviour }) => behaviour !== "never").length;
  return rang === 0
    ? `No alarm rang in this ${report.period}.`
    : `Alarms that rang (${rang} of ${report.alarms.length})`;
}

/** How many messages of an alarm led to a note; "?" where notes could not be read. */
function formatShare({ messages, noted }: AlarmReport): string {
  if (messages === undefined || messages === 0) return "-";
  return noted === undefined ? "?" : `${noted} of ${messages} (${formatPercent((100 * noted) / messages)})`;
}

function listRemarks(alarm: AlarmReport): string[] {
  const notes = alarm.rings.flatMap((ring) => ring.notes ?? []);
  const muted = alarm.rings.filter((ring) => ring.muted === true).length;
  return [
    ...(alarm.isRinging ? ["rings now"] : []),
    ...(alarm.notifies ? [] : ["sends no messages itself"]),
    ...(muted > 0 ? [`muted ${formatTimes(muted)}`] : []),
    ...describeThreshold(alarm),
    ...(notes.length > 0 ? [`changed: ${notes.join("; ")}`] : []),
  ];
}

function describeThreshold({ threshold, behaviour }: AlarmReport): string[] {
  if (!threshold) return [];
  const { key, current, suggested, wouldHaveRung = 0, days, note } = threshold;
  const rang = behaviour === "never" ? "never rang" : "rang most of the time";
  return [
    suggested === undefined
      ? `${rang} at ${current}: ${note ?? ""}`
      : `${rang}: try ${key} = ${suggested} instead of ${current}, which would have rung ${formatTimes(wouldHaveRung)} in ${Math.round(days)} days`,
  ];
}

function buildMuteSection({ mutes = [] }: PerformanceReport): Block[] {
  const rows = mutes.map(({ from, to, alarms, why }) => [
    formatUtc(from),
    formatUtc(to),
    alarms.length <= MAX_MUTED_NAMES ? alarms.join(", ") : formatQuantity(alarms.length, "alarm"),
    why,
  ]);
  const table = buildTable(["from", "to", "alarms", "why"], rows);
  return rows.length === 0 ? [] : [buildSection("Muted", [table], { id: "mutes" })];
}

function buildRolloutSection({ rollouts = [] }: PerformanceReport): Block[] {
  const rows = rollouts.map(({ function: of, from, to, status, beganAt, endedAt, reason, findings }): Cell[] => {
    const minutes = endedAt === undefined ? undefined : (Date.parse(endedAt) - Date.parse(beganAt)) / MINUTE;
    const is = describeStatus(status);
    const how: Cell = status === "rolled_back" ? { text: is, tone: "bad" } : is;
    return [of, `${from} to ${to}`, formatUtc(beganAt), formatMinutes(minutes), how, [reason, ...findings].join("; ")];
  });
  const table = buildTable(["function", "version", "began", "took", "", "why"], rows);
  return rows.length === 0 ? [] : [buildSection("Rollouts", [table], { id: "rollouts" })];
}

function buildEventSection({ events = [] }: PerformanceReport): Block[] {
  const rows = events.map(({ function: of, source, what, unit, now, before, ringsAbove }) => {
    const format = (value: number | undefined) =>
      value === undefined ? "-" : `${formatNumber(value)}${unit === "" ? "" : ` ${unit}`}`;
    const isAbove = now !== undefined && ringsAbove !== undefined && now > ringsAbove;
    const value: Cell = isAbove ? { text: format(now), tone: "bad" } : format(now);
    return [of, source, what, value, format(before), format(ringsAbove)];
  });
  const table = buildTable(["function", "source", "figure", "value", "before", "alarm above"], rows);
  return rows.length === 0 ? [] : [buildSection("Events", [table], { id: "events" })];
}

function buildWarmingSection({ warming, functions }: PerformanceReport): Block[] {
  if (!warming) return [];
  const { dollars, warmerDollars } = warming;
  const cost =
    dollars === undefined || warmerDollars === undefined
      ? `cost unknown: ${REPORT_PARTS.warmer} could not be read`
      : `${formatDollars(dollars)} altogether, ${formatDollars(warmerDollars)} of it for the warmer itself`;
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
  const headings = ["function", "pings", "failed", "instances", "started by pings", "cost", "effect"];
  return [buildSection(`Warming, ${cost}`, [buildTable(headings, rows)], { id: "warming" })];
}

function describeInstances({ averageInstances, leastInstances }: WarmingEffect): string {
  if (averageInstances === undefined) return "-";
  return `${formatNumber(averageInstances)}${leastInstances === undefined ? "" : `, at least ${leastInstances}`}`;
}

function describeEffect({ comparison, comparisonNote }: WarmingEffect): string {
  if (!comparison) return comparisonNote ?? "";
  const { avoided, coldPercentWith, coldPercentWithout, unwarmedHours } = comparison;
  const hours = unwarmedHours === 1 ? "1 hour" : `${unwarmedHours} hours`;
  const rates = `${formatNumber(coldPercentWith, 2)} % cold with pings, ${formatNumber(coldPercentWithout, 2)} % in ${hours} without`;
  return avoided > 0
    ? `about ${formatNumber(avoided, 0)} cold starts avoided (${rates})`
    : `no cold start avoided (${rates})`;
}

function buildMemorySection({ functions }: PerformanceReport): Block[] {
  const rows = functions.flatMap(({ name, memory }) => {
    if (!memory) return [];
    const { sizeMb, averagePercent, peakPercent } = memory;
    const used = [averagePercent, peakPercent].map((percent) => formatPercent(percent));
    return [[name, `${sizeMb} MB`, ...used, describeMemory(memory)]];
  });
  const table = buildTable(["function", "size", "average", "peak", "advice"], rows);
  return rows.length === 0 ? [] : [buildSection("Memory", [table], { id: "memory" })];
}

function describeMemory(memory: MemorySize): string {
  const { suggestedMb, suggestedDollarsPerMonth = 0, dollarsPerMonth, sizeMb, note = "it is right" } = memory;
  if (suggestedMb === undefined) return note;
  const cpu =
    suggestedMb < sizeMb ? "if requests take no longer with less CPU" : "if requests are no faster with more CPU";
  return `try ${suggestedMb} MB: ${formatDollars(suggestedDollarsPerMonth)} a month instead of ${formatDollars(dollarsPerMonth)}, ${cpu}`;
}

function buildSuggestions({ suggestedTfvars: text, environment }: PerformanceReport): Block[] {
  if (text === undefined) return [];
  const heading = `Suggested for environments/${environment}.tfvars`;
  return [buildSection(heading, [{ kind: "code", label: "Suggested settings", text }], { id: "suggested" })];
}

function buildFunctionSections(one: FunctionReport, report: PerformanceReport, hasCharts: boolean): Block[] {
  const { name, responseSource, publishesMetrics, targets } = one;
  const ofLog = publishesMetrics ? "the function's log" : "the platform's reports in its log";
  const source = responseSource === "metrics" ? "Lambda's own metric" : ofLog;
  const reason = `Only the ${MAX_CHARTED_FUNCTIONS} functions with the most requests have charts.`;
  const charts = hasCharts ? buildFunctionCharts(one, report) : [{ title: `Charts of ${name}`, reason }];
  return [
    buildSection(`Targets of ${name} (response times by ${source})`, [buildTargetTable(targets.map(buildTarget))], {
      id: `function-${name}`,
    }),
    ...(isUnread(report, "series") ? [] : [{ kind: "charts", charts } as const]),
  ];
}

/** Whether anything is known about a function. */
function isCalled({ figures: { requests = 0 }, warming }: FunctionReport): boolean {
  return requests > 0 || (warming?.pings ?? 0) > 0;
}

function describeReportCost({ cost }: PerformanceReport): string {
  const { metricsRead, metricDollars, bytesScanned, logDollars } = cost;
  const logs =
    bytesScanned === 0
      ? ""
      : `, ${formatNumber(bytesScanned / BYTES_PER_MEGABYTE)} MB of logs ${formatDollars(logDollars)}`;
  return `This report cost: ${metricsRead} metrics ${formatDollars(metricDollars)}${logs}.`;
}
