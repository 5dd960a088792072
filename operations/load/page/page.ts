import { formatNumber } from "../../document/formats";
import { listFigureChanges, summarizeComparison } from "../compare";
import { renderDocument } from "../../page/document";
import {
  type Cell,
  renderCharts,
  renderKeyValues,
  renderParagraph,
  renderSection,
  renderTable,
  renderTargetTable,
  renderTiles,
} from "../../page/sections";
import { FIGURE_KEYS, FIGURES, formatFigure, type FigureKey } from "../../targets/figure-table";
import { type LoadReport } from "../report-schema";
import { formatTargetState, formatLoadVerdict, listWarnings } from "../text";
import { isVerdictPassed, listTargetFigures } from "../../targets/verdict";
import { buildLoadCharts, STEPS_HEADING } from "./charts";

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
export function renderLoadPage(report: LoadReport): string {
  const { settings, environment, startedAt, durationSeconds, scope } = report;
  const others = listFigureRows(report, listOtherFigures(report));
  const title = `${settings.profile}: ${environment.function} of ${environment.name}`;
  return renderDocument({
    title: `${title}, ${startedAt.slice(0, 10)}`,
    heading: `Load test ${title}`,
    subtitle: `${settings.address} · ${formatTime(startedAt)} · ${formatNumber(durationSeconds, 0)} s`,
    content: [
      renderTiles(listFigureRows(report, TILES)),
      renderVerdicts(report),
      renderCharts(buildLoadCharts(report)),
      renderComparison(report),
      renderPhases(report),
      `<div class="columns stack">
${others.length > 0 ? renderKeyValues(`More figures (${scope})`, others) : ""}
${renderKeyValues("Settings", listSettingRows(report))}
</div>`,
    ],
  });
}

function renderVerdicts(report: LoadReport): string {
  const rows = report.verdicts.map((verdict) => ({ ...verdict, stateText: formatTargetState(verdict.state) }));
  const content = [
    ...listWarnings(report).map((warning) => renderParagraph(warning)),
    renderParagraph(`Judged: ${report.scope}.`, "soft"),
    renderTargetTable(rows),
  ];
  const style = isVerdictPassed(report.verdicts) ? "passed" : "failed";
  return renderSection(formatLoadVerdict(report), content.join("\n"), { id: "verdicts", style });
}

function renderComparison(report: LoadReport): string {
  if (!report.comparison) return "";
  const { startedAt, differences } = report.comparison;
  const rows = listFigureChanges(report).map(({ figure, before, now, change, direction = "" }): Cell[] => [
    FIGURES[figure].label,
    { text: before, style: "number" },
    { text: now, style: "number" },
    { text: `${change}${direction === "" ? "" : ` · ${direction}`}`, style: `number ${direction}` },
  ]);
  const differ = differences.length > 0 ? renderParagraph(`Settings differ: ${differences.join("; ")}`) : "";
  const { text = "", style } = summarizeComparison(report) ?? {};
  return renderSection(
    `Since ${formatTime(startedAt)}: ${text}`,
    `${differ}${renderTable(["figure", "then", "now", "change"], rows)}`,
    {
      id: "comparison",
      ...(style && { style }),
    },
  );
}

function renderPhases(report: LoadReport): string {
  const latency = (value: number | undefined) => ({
    text: value === undefined ? "-" : `${formatNumber(value)} ms`,
    style: "number",
  });
  const rows = report.phases.map((phase): Cell[] => {
    const warming = phase.warming
      ? [`warmed ${phase.warming.instances} of ${phase.warming.asked}`, ...phase.warming.failures]
      : [];
    return [
      phase.name,
      formatNumber(phase.requests),
      phase.coldStarts === undefined ? "?" : formatNumber(phase.coldStarts),
      formatNumber(phase.failed),
      latency(phase.p50Milliseconds),
      latency(phase.p99Milliseconds),
      { text: [...(phase.broken ? ["broken"] : []), ...warming].join(", "), style: "soft" },
    ];
  });
  return renderSection(STEPS_HEADING, renderTable(["step", "requests", "cold", "failed", "p50", "p99", "notes"], rows));
}

function formatTime(at: string): string {
  return `${at.replace("T", " ").slice(0, 19)} UTC`;
}

function listFigureRows({ figures }: LoadReport, keys: readonly FigureKey[]): [string, string][] {
  return keys.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, formatFigure(key, value)]];
  });
}

function listOtherFigures({ settings }: LoadReport): FigureKey[] {
  const shown = new Set([...TILES, ...listTargetFigures(settings.target === "local")]);
  return FIGURE_KEYS.filter((key) => !shown.has(key));
}

function listSettingRows({ settings, environment, versions }: LoadReport): [string, string][] {
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
