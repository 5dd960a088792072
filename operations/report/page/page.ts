import { figureText } from "../../load/figure-table";
import { numberText } from "../../number-text";
import { pageDocument } from "../../page/document";
import {
  type Cell,
  charts,
  paragraph,
  scrolling,
  section,
  table,
  targetTable,
  type TargetRow,
  tiles,
} from "../../page/sections";
import { escapeText } from "../../page/escape-text";
import { isJudged, isPassed } from "../build";
import { minutesText } from "../minutes-text";
import { isUnread } from "../parts";
import { type AlarmReport, type FunctionReport, type Report, type Target } from "../report-schema";
import {
  alarmsHeading,
  costText,
  effectText,
  headingOf,
  instancesText,
  isCalled,
  memoryAdvice,
  money,
  sourceText,
  stateText,
  thresholdText,
  trendText,
  unreadLines,
  verdictLine,
  warmingCostText,
  withChangeText,
} from "../text";
import { alarmChart, allRequestsChart, functionCharts } from "./charts";

/** A page that shows a report, in one file that needs no other. */
export function pageOf(report: Report): string {
  const { environment, period, functions, region, to } = report;
  return pageDocument({
    title: `${environment}, ${period} to ${to.slice(0, 10)}`,
    heading: `Report on ${environment}`,
    subtitle: `${headingOf(report)} · ${region}`,
    content: [
      tiles(firstFigures(report)),
      verdicts(report),
      charts(
        [
          isUnread(report, "series") ? [] : allRequestsChart(functions, report),
          alarmChart(report.alarms, report) ?? [],
        ].flat(),
      ),
      alarms(report),
      monitoring(report),
      warming(report),
      memory(report),
      suggestions(report),
      ...functions.map((one) => functionSection(one, report)),
      paragraph(costText(report), "soft stack"),
    ],
  });
}

function firstFigures(report: Report): [string, string][] {
  const { functions, alarms } = report;
  const requests = functions.reduce((total, { figures }) => total + (figures.requests ?? 0), 0);
  const rings = alarms.reduce((total, alarm) => total + (alarm.notifies ? alarm.rings.length : 0), 0);
  return [
    ["requests", isJudged(report) ? figureText("requests", requests) : "-"],
    ["functions in use", isJudged(report) ? numberText(functions.filter(isCalled).length) : "-"],
    ["alarms sent", isUnread(report, "alarms", "history") ? "-" : numberText(rings)],
  ];
}

function verdicts(report: Report): string {
  const content = [
    ...[...report.notes, ...unreadLines(report)].map((note) => paragraph(note)),
    targetTable(report.targets.map(rowOf)),
  ];
  const style = isPassed(report) ? "passed" : "failed";
  return section(verdictLine(report), content.join("\n"), { id: "verdicts", style });
}

function rowOf(target: Target): TargetRow {
  const note = [trendText(target), target.note ?? ""].filter((text) => text !== "").join("; ");
  return { ...target, stateText: stateText(target.state), note };
}

function alarms(report: Report): string {
  const { alarms } = report;
  const rang = alarms.filter(({ behaviour }) => behaviour !== "never");
  const quiet = alarms.filter(
    ({ behaviour, threshold }) => behaviour === "never" && threshold?.suggested !== undefined,
  );
  const rows = [...rang, ...quiet].map((alarm): Cell[] => [
    alarm.name,
    number(`${alarm.rings.length}${alarm.ringsBefore === undefined ? "" : ` (was ${alarm.ringsBefore})`}`),
    number(alarm.rings.length === 0 ? "-" : minutesText(alarm.ringingMinutes)),
    number(minutesText(alarm.medianMinutesToOk)),
    number(minutesText(alarm.worstMinutesToOk)),
    number(withChangeText(alarm)),
    { text: remarksOf(alarm), style: "soft remark" },
  ]);
  if (isUnread(report, "alarms", "history")) return section(alarmsHeading(report), "", { id: "alarms-table" });
  const content =
    rows.length === 0
      ? paragraph("None of those that were quiet would ring at a better threshold.", "soft")
      : table(["alarm", "rang", "altogether", "median to OK", "worst", "with a change", "remarks"], rows);
  return section(alarmsHeading(report), content, { id: "alarms-table" });
}

function remarksOf(alarm: AlarmReport): string {
  const notes = alarm.rings.flatMap(({ notes = [] }) => notes);
  return [
    alarm.isRinging ? "rings now" : "",
    alarm.notifies ? "" : "sends no messages itself",
    thresholdText(alarm),
    notes.length > 0 ? `changed: ${notes.join("; ")}` : "",
  ]
    .filter((text) => text !== "")
    .join("; ");
}

function monitoring({ kpis }: Report): string {
  const rows = kpis.map(({ kpi, goal, note, ...rest }) => ({
    ...rest,
    target: kpi,
    limit: goal,
    stateText: stateText(rest.state),
    ...(note !== undefined && { note }),
  }));
  return section("Is the monitoring good?", targetTable(rows), { id: "kpis" });
}

function warming({ warming: all, functions }: Report): string {
  if (!all) return "";
  const rows = functions.flatMap(({ name, warming: effect }): Cell[][] =>
    effect
      ? [
          [
            name,
            number(numberText(effect.pings)),
            number(numberText(effect.failures)),
            number(instancesText(effect)),
            number(numberText(effect.startedForPings)),
            number(effect.dollars === undefined ? "?" : money(effect.dollars)),
            { text: effectText(effect), style: "soft remark" },
          ],
        ]
      : [],
  );
  const heading = `Warming: ${warmingCostText(all)}`;
  const headings = ["function", "pings", "failed", "instances", "started by pings", "cost", "effect"];
  return section(heading, table(headings, rows), { id: "warming" });
}

function memory({ functions }: Report): string {
  const rows = functions.flatMap(({ name, memory: used }): Cell[][] =>
    used
      ? [
          [
            name,
            number(`${used.sizeMb} MB`),
            number(`${numberText(used.peakPercent)} %`),
            { text: memoryAdvice(used), style: "soft remark" },
          ],
        ]
      : [],
  );
  return rows.length === 0
    ? ""
    : section("Memory", table(["function", "size", "peak", "advice"], rows), { id: "memory" });
}

function suggestions({ suggestedTfvars, environment }: Report): string {
  if (suggestedTfvars === undefined) return "";
  return section(
    `Suggested for environments/${environment}.tfvars`,
    scrolling(`<pre>${escapeText(suggestedTfvars)}</pre>`, "Suggested settings"),
    { id: "suggested" },
  );
}

function functionSection(one: FunctionReport, report: Report): string {
  if (!isCalled(one)) return "";
  // Of the only function in use, the environment's targets say the same.
  const own = one.targets.filter(
    ({ target, measured }) => !report.targets.some((other) => other.target === target && other.measured === measured),
  );
  const content = `${paragraph(`Response times by ${sourceText(one)}.`, "soft")}${targetTable(own.map(rowOf))}`;
  const heading = section(`Function ${one.name}`, content, { id: `function-${one.name}` });
  return isUnread(report, "series") ? heading : `${heading}\n${charts(functionCharts(one, report))}`;
}

function number(text: string): Cell {
  return { text, style: "number" };
}
