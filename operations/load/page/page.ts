import { changesOf, comparisonSummary } from "../compare";
import { pageDocument } from "../../page/document";
import { type Cell, charts, keyValues, paragraph, section, table, targetTable, tiles } from "../../page/sections";
import { numberText } from "../../number-text";
import { FIGURE_KEYS, FIGURES, figureText, type FigureKey } from "../figure-table";
import { type Report } from "../report-schema";
import { stateText, verdictLine, warningsOf } from "../text";
import { isPassed, targetFigures } from "../verdict";
import { chartsOf, STEPS_HEADING } from "./charts";

/**
 * The figures at the top, of those that the run has. What targets are about is in the table of targets, and nowhere
 * else.
 */
const TILES: readonly FigureKey[] = [
  "requests",
  "requestsPerSecond",
  "coldStartPercentWithoutWarming",
  "coldStartPercentWithWarming",
  "heldRatePerSecond",
  "recoverySeconds",
  "maxMilliseconds",
  "maxInstances",
];

/** A page that shows a report, in one file that needs no other. */
export function pageOf(report: Report): string {
  const { settings, environment, startedAt, durationSeconds, scope } = report;
  const others = figureRows(report, otherFigures(report));
  const title = `${settings.profile}: ${environment.function} of ${environment.name}`;
  return pageDocument({
    title: `${title}, ${startedAt.slice(0, 10)}`,
    heading: `Load test ${title}`,
    subtitle: `${settings.address} · ${timeText(startedAt)} · ${numberText(durationSeconds, 0)} s`,
    content: [
      tiles(figureRows(report, TILES)),
      verdicts(report),
      charts(chartsOf(report)),
      comparison(report),
      phases(report),
      `<div class="columns stack">
${others.length > 0 ? keyValues(`More figures (${scope})`, others) : ""}
${keyValues("Settings", settingRows(report))}
</div>`,
    ],
  });
}

function verdicts(report: Report): string {
  const rows = report.verdicts.map((verdict) => ({ ...verdict, stateText: stateText(verdict.state) }));
  const content = [
    ...warningsOf(report).map((warning) => paragraph(warning)),
    paragraph(`Judged: ${report.scope}.`, "soft"),
    targetTable(rows),
  ];
  const style = isPassed(report.verdicts) ? "passed" : "failed";
  return section(verdictLine(report), content.join("\n"), { id: "verdicts", style });
}

function comparison(report: Report): string {
  if (!report.comparison) return "";
  const { startedAt, differences } = report.comparison;
  const rows = changesOf(report).map(({ figure, before, now, change, direction = "" }): Cell[] => [
    FIGURES[figure].label,
    { text: before, style: "number" },
    { text: now, style: "number" },
    { text: `${change}${direction === "" ? "" : ` · ${direction}`}`, style: `number ${direction}` },
  ]);
  const differ = differences.length > 0 ? paragraph(`Settings differ: ${differences.join("; ")}`) : "";
  const { text = "", style } = comparisonSummary(report) ?? {};
  return section(
    `Since ${timeText(startedAt)}: ${text}`,
    `${differ}${table(["figure", "then", "now", "change"], rows)}`,
    {
      id: "comparison",
      ...(style && { style }),
    },
  );
}

function phases(report: Report): string {
  const latency = (value: number | undefined) => ({
    text: value === undefined ? "-" : `${numberText(value)} ms`,
    style: "number",
  });
  const rows = report.phases.map((phase): Cell[] => {
    const warming = phase.warming
      ? [`warmed ${phase.warming.instances} of ${phase.warming.asked}`, ...phase.warming.failures]
      : [];
    return [
      phase.name,
      numberText(phase.requests),
      phase.coldStarts === undefined ? "?" : numberText(phase.coldStarts),
      numberText(phase.failed),
      latency(phase.p50Milliseconds),
      latency(phase.p99Milliseconds),
      { text: [...(phase.broken ? ["broken"] : []), ...warming].join(", "), style: "soft" },
    ];
  });
  return section(STEPS_HEADING, table(["step", "requests", "cold", "failed", "p50", "p99", "notes"], rows));
}

function timeText(at: string): string {
  return `${at.replace("T", " ").slice(0, 19)} UTC`;
}

function figureRows({ figures }: Report, keys: readonly FigureKey[]): [string, string][] {
  return keys.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, figureText(key, value)]];
  });
}

function otherFigures({ settings }: Report): FigureKey[] {
  const shown = new Set([...TILES, ...targetFigures(settings.target === "local")]);
  return FIGURE_KEYS.filter((key) => !shown.has(key));
}

function settingRows({ settings, environment, versions }: Report): [string, string][] {
  const { profile, path, ratePerSecond, seconds, idleSeconds } = settings;
  const optional = (label: string, value: number | undefined, unit: string): [string, string][] =>
    value === undefined ? [] : [[label, `${value}${unit}`]];
  return [
    ["profile", profile],
    ["path", path],
    ...optional("rate", ratePerSecond, "/s"),
    ...optional(profile === "stress" ? "each step" : "time", seconds, " s"),
    ...optional("idle", idleSeconds, " s"),
    ["environment", `${environment.name}, ${environment.region}`],
    ...Object.entries(environment.settings),
    ["Warmwatch", versions.warmwatch],
    ["Node.js", `${versions.node}, ${versions.platform}`],
  ];
}
