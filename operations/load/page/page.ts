import { changesOf, comparisonSummary } from "../compare";
import { pageDocument } from "../../page/document";
import { type Cell, charts, keyValues, paragraph, section, table, targetTable, tiles } from "../../page/sections";
import { numberText } from "../../number-text";
import { FIGURE_KEYS, FIGURES, figureText, type FigureKey } from "../figure-table";
import { type Report } from "../report-schema";
import { stateText, verdictLine, warningsOf } from "../text";
import { isPassed } from "../verdict";
import { chartsOf } from "./charts";

/** The figures at the top: of each list the first one that the run has. */
const TILES: readonly (readonly FigureKey[])[] = [
  ["requests"],
  ["coldStartPercentWithoutWarming", "heldRatePerSecond"],
  ["coldStartPercentWithWarming", "coldStartPercent"],
  ["p50Milliseconds", "allP50Milliseconds"],
  ["p99Milliseconds", "allP99Milliseconds"],
  ["errorPercent"],
  ["recoverySeconds"],
];

/** A page that shows a report, in one file that needs no other. */
export function pageOf(report: Report): string {
  const { settings, environment, startedAt, durationSeconds, scope } = report;
  const title = `${settings.profile}: ${environment.function} of ${environment.name}`;
  return pageDocument({
    title: `${title}, ${startedAt.slice(0, 10)}`,
    heading: `Load test ${title}`,
    subtitle: `${settings.address} · ${timeText(startedAt)} · ${numberText(durationSeconds, 0)} s`,
    content: [
      tiles(firstFigures(report)),
      verdicts(report),
      charts(chartsOf(report)),
      comparison(report),
      phases(report),
      `<div class="columns stack">
${keyValues(`Figures (${scope})`, figureRows(report))}
${keyValues("Settings", settingRows(report))}
</div>`,
    ],
  });
}

function firstFigures({ figures }: Report): [string, string][] {
  return TILES.flatMap((keys) => {
    const known = keys.flatMap((key): [string, string][] => {
      const value = figures[key];
      return value === undefined ? [] : [[FIGURES[key].label, figureText(key, value)]];
    });
    return known.slice(0, 1);
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
      String(phase.requests),
      phase.coldStarts === undefined ? "?" : String(phase.coldStarts),
      String(phase.failed),
      latency(phase.p50Milliseconds),
      latency(phase.p99Milliseconds),
      { text: [...(phase.broken ? ["broken"] : []), ...warming].join(", "), style: "soft" },
    ];
  });
  return section("Step by step", table(["", "requests", "cold", "failed", "p50", "p99", ""], rows));
}

function timeText(at: string): string {
  return `${at.replace("T", " ").slice(0, 19)} UTC`;
}

function figureRows({ figures }: Report): [string, string][] {
  return FIGURE_KEYS.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, figureText(key, value)]];
  });
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
