import { formatDollars } from "../../../model/priced-resources";
import { formatMinutes, formatNumber } from "../../document/formats";
import { formatFigure } from "../../targets/figure-table";
import { renderDocument } from "../../page/document";
import {
  type Cell,
  renderCharts,
  renderParagraph,
  renderScrolling,
  renderSection,
  renderTable,
  renderTargetTable,
  type TargetRow,
  renderTiles,
} from "../../page/sections";
import { escapeText } from "../../page/escape-text";
import { isJudged, isReportPassed } from "../build";
import { isUnread } from "../parts";
import { type AlarmReport, type FunctionReport, type PerformanceReport, type JudgedTarget } from "../report-schema";
import {
  formatAlarmsHeading,
  describeReportCost,
  describeEffect,
  formatHeading,
  describeInstances,
  isCalled,
  describeMemory,
  describeSource,
  formatState,
  describeThreshold,
  describeTrend,
  formatUnread,
  formatVerdict,
  describeWarmingCost,
  formatChangedRings,
} from "../text";
import { buildAlarmChart, buildRequestsChart, buildFunctionCharts } from "./charts";

/** A page that shows a report, in one file that needs no other. */
export function renderReportPage(report: PerformanceReport): string {
  const { environment, period, functions, region, to } = report;
  return renderDocument({
    title: `${environment}, ${period} to ${to.slice(0, 10)}`,
    heading: `Report on ${environment}`,
    subtitle: `${formatHeading(report)} · ${region}`,
    content: [
      renderTiles(listFirstFigures(report)),
      renderVerdicts(report),
      renderCharts(
        [
          isUnread(report, "series") ? [] : buildRequestsChart(functions, report),
          buildAlarmChart(report.alarms, report) ?? [],
        ].flat(),
      ),
      renderAlarms(report),
      renderMonitoring(report),
      renderWarming(report),
      renderMemory(report),
      renderSuggestions(report),
      ...functions.map((one) => renderFunction(one, report)),
      renderParagraph(describeReportCost(report), "soft stack"),
    ],
  });
}

function listFirstFigures(report: PerformanceReport): [string, string][] {
  const { functions, alarms } = report;
  const requests = functions.reduce((total, { figures }) => total + (figures.requests ?? 0), 0);
  const rings = alarms.reduce((total, alarm) => total + (alarm.notifies ? alarm.rings.length : 0), 0);
  return [
    ["requests", isJudged(report) ? formatFigure("requests", requests) : "-"],
    ["functions in use", isJudged(report) ? formatNumber(functions.filter(isCalled).length) : "-"],
    ["alarms sent", isUnread(report, "alarms", "history") ? "-" : formatNumber(rings)],
  ];
}

function renderVerdicts(report: PerformanceReport): string {
  const content = [
    ...[...report.notes, ...formatUnread(report)].map((note) => renderParagraph(note)),
    renderTargetTable(report.targets.map(buildRow)),
  ];
  const style = isReportPassed(report) ? "passed" : "failed";
  return renderSection(formatVerdict(report), content.join("\n"), { id: "verdicts", style });
}

function buildRow(target: JudgedTarget): TargetRow {
  const note = [describeTrend(target), target.note ?? ""].filter((text) => text !== "").join("; ");
  return { ...target, stateText: formatState(target.state), note };
}

function renderAlarms(report: PerformanceReport): string {
  const { alarms } = report;
  const rang = alarms.filter(({ behaviour }) => behaviour !== "never");
  const quiet = alarms.filter(
    ({ behaviour, threshold }) => behaviour === "never" && threshold?.suggested !== undefined,
  );
  const rows = [...rang, ...quiet].map((alarm): Cell[] => [
    alarm.name,
    makeNumberCell(`${alarm.rings.length}${alarm.ringsBefore === undefined ? "" : ` (was ${alarm.ringsBefore})`}`),
    makeNumberCell(alarm.rings.length === 0 ? "-" : formatMinutes(alarm.ringingMinutes)),
    makeNumberCell(formatMinutes(alarm.medianMinutesToOk)),
    makeNumberCell(formatMinutes(alarm.worstMinutesToOk)),
    makeNumberCell(formatChangedRings(alarm)),
    { text: formatRemarks(alarm), style: "soft remark" },
  ]);
  if (isUnread(report, "alarms", "history"))
    return renderSection(formatAlarmsHeading(report), "", { id: "alarms-table" });
  const content =
    rows.length === 0
      ? renderParagraph("None of those that were quiet would ring at a better threshold.", "soft")
      : renderTable(["alarm", "rang", "altogether", "median to OK", "worst", "with a change", "remarks"], rows);
  return renderSection(formatAlarmsHeading(report), content, { id: "alarms-table" });
}

function formatRemarks(alarm: AlarmReport): string {
  const notes = alarm.rings.flatMap(({ notes = [] }) => notes);
  return [
    alarm.isRinging ? "rings now" : "",
    alarm.notifies ? "" : "sends no messages itself",
    describeThreshold(alarm),
    notes.length > 0 ? `changed: ${notes.join("; ")}` : "",
  ]
    .filter((text) => text !== "")
    .join("; ");
}

function renderMonitoring({ kpis }: PerformanceReport): string {
  const rows = kpis.map(({ kpi, goal, note, ...rest }) => ({
    ...rest,
    target: kpi,
    limit: goal,
    stateText: formatState(rest.state),
    ...(note !== undefined && { note }),
  }));
  return renderSection("Is the monitoring good?", renderTargetTable(rows), { id: "kpis" });
}

function renderWarming({ warming: all, functions }: PerformanceReport): string {
  if (!all) return "";
  const rows = functions.flatMap(({ name, warming: effect }): Cell[][] =>
    effect
      ? [
          [
            name,
            makeNumberCell(formatNumber(effect.pings)),
            makeNumberCell(formatNumber(effect.failures)),
            makeNumberCell(describeInstances(effect)),
            makeNumberCell(formatNumber(effect.startedForPings)),
            makeNumberCell(effect.dollars === undefined ? "?" : formatDollars(effect.dollars)),
            { text: describeEffect(effect), style: "soft remark" },
          ],
        ]
      : [],
  );
  const heading = `Warming: ${describeWarmingCost(all)}`;
  const headings = ["function", "pings", "failed", "instances", "started by pings", "cost", "effect"];
  return renderSection(heading, renderTable(headings, rows), { id: "warming" });
}

function renderMemory({ functions }: PerformanceReport): string {
  const rows = functions.flatMap(({ name, memory: used }): Cell[][] =>
    used
      ? [
          [
            name,
            makeNumberCell(`${used.sizeMb} MB`),
            makeNumberCell(`${formatNumber(used.peakPercent)} %`),
            { text: describeMemory(used), style: "soft remark" },
          ],
        ]
      : [],
  );
  return rows.length === 0
    ? ""
    : renderSection("Memory", renderTable(["function", "size", "peak", "advice"], rows), { id: "memory" });
}

function renderSuggestions({ suggestedTfvars, environment }: PerformanceReport): string {
  if (suggestedTfvars === undefined) return "";
  return renderSection(
    `Suggested for environments/${environment}.tfvars`,
    renderScrolling(`<pre>${escapeText(suggestedTfvars)}</pre>`, "Suggested settings"),
    { id: "suggested" },
  );
}

function renderFunction(one: FunctionReport, report: PerformanceReport): string {
  if (!isCalled(one)) return "";
  // Of the only function in use, the environment's targets say the same.
  const own = one.targets.filter(
    ({ target, measured }) => !report.targets.some((other) => other.target === target && other.measured === measured),
  );
  const content = `${renderParagraph(`Response times by ${describeSource(one)}.`, "soft")}${renderTargetTable(own.map(buildRow))}`;
  const heading = renderSection(`Function ${one.name}`, content, { id: `function-${one.name}` });
  return isUnread(report, "series") ? heading : `${heading}\n${renderCharts(buildFunctionCharts(one, report))}`;
}

function makeNumberCell(text: string): Cell {
  return { text, style: "number" };
}
