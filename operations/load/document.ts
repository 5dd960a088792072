import {
  type Block,
  buildSection,
  buildTable,
  buildTargetTable,
  type Document,
  type Figure,
} from "../document/document";
import { formatNumber, formatUtc } from "../document/formats";
import { FIGURE_KEYS, type FigureKey, FIGURES, formatFigure } from "../targets/figure-table";
import { isVerdictPassed, listTargetFigures } from "../targets/verdict";
import { buildLoadCharts, STEPS_HEADING } from "./charts";
import { listFigureChanges, summarizeComparison } from "./compare";
import { RECOVERY_SECONDS } from "./profiles/stress";
import { type LoadReport } from "./report-schema";

/** What is seen first, of the figures that the run has; what targets are about is in the table of targets. */
const FIRST_FIGURES: readonly FigureKey[] = [
  "requests",
  "requestsPerSecond",
  "coldStartPercentWithoutWarming",
  "coldStartPercentWithWarming",
  "heldRatePerSecond",
  "recoverySeconds",
  "maxMilliseconds",
  "maxInstances",
];

/** A run's report, for people to read. */
export function buildLoadDocument(report: LoadReport): Document {
  const { settings, environment, startedAt, durationSeconds, scope, verdicts } = report;
  const shown = new Set([...FIRST_FIGURES, ...listTargetFigures(settings.target === "local")]);
  const others = listFigures(
    report,
    FIGURE_KEYS.filter((key) => !shown.has(key)),
  );
  return {
    heading: `Load test ${settings.profile}: ${environment.function} of ${environment.name}`,
    subtitle: `${settings.address} · ${formatUtc(startedAt)} UTC · ${formatNumber(durationSeconds, 0)} s`,
    figures: listFigures(report, FIRST_FIGURES),
    conclusion: buildSection(
      formatLoadVerdict(report),
      [...listWarnings(report), `Judged: ${scope}.`, buildTargetTable(verdicts)],
      { id: "verdicts", tone: isVerdictPassed(verdicts) ? "good" : "bad" },
    ),
    blocks: [
      { kind: "charts", charts: buildLoadCharts(report) },
      ...buildComparisonSection(report),
      buildSection(STEPS_HEADING, [buildStepTable(report)]),
      ...(others.length > 0 ? [buildSection(`More figures (${scope})`, [buildTable(["", ""], others)])] : []),
      buildSection("Settings", [buildTable(["", ""], listSettings(report))]),
    ],
  };
}

/** The verdict in one sentence, and the effect of warming if it was measured. */
export function formatLoadVerdict({ verdicts, figures }: LoadReport): string {
  const named = (wanted: string) => verdicts.filter(({ state }) => state === wanted);
  const missed = named("missed").map(({ target }) => target);
  const which = missed.length > 0 ? ` (${missed.join("; ")})` : "";
  const advised = named("advice").map(({ target }) => target);
  const counts = [
    `${named("met").length} met`,
    `${missed.length} missed${which}`,
    ...(advised.length > 0 ? [`${advised.length} out of reach (${advised.join("; ")})`] : []),
    `${named("not_measurable").length} not measurable here`,
  ].join(", ");
  const verdict =
    missed.length > 0
      ? "Not every target is met"
      : isVerdictPassed(verdicts)
        ? "Nothing is missed"
        : "Nothing could be measured";
  const { coldStartPercentWithoutWarming: without, coldStartPercentWithWarming: warmed } = figures;
  const effect =
    without === undefined || warmed === undefined
      ? ""
      : ` Warming: cold starts from ${formatFigure("coldStartPercent", without)} to ${formatFigure("coldStartPercent", warmed)}.`;
  return `${verdict}: ${counts}.${effect}`;
}

/** Caveats about the figures. */
function listWarnings({ figures, failures, breakReason, settings }: LoadReport): string[] {
  const { lateSendPercent, brokenRatePerSecond, heldRatePerSecond, recoverySeconds } = figures;
  const warnings: string[] = [];
  if ((lateSendPercent ?? 0) > 1) {
    warnings.push(
      `The rate could not be kept: ${formatNumber(lateSendPercent ?? 0)} % of the requests were sent late (the latencies include this) or not at all.`,
    );
  }
  if (settings.profile === "stress") {
    const held = heldRatePerSecond === undefined ? "No rate held" : `${heldRatePerSecond}/s held`;
    const broke =
      brokenRatePerSecond === undefined
        ? "nothing broke it"
        : `${brokenRatePerSecond}/s broke it (${breakReason ?? ""})`;
    const recovery =
      recoverySeconds === undefined
        ? `not recovered within ${RECOVERY_SECONDS} s`
        : `recovered after ${recoverySeconds} s`;
    const isTold = brokenRatePerSecond !== undefined && heldRatePerSecond !== undefined;
    warnings.push(`The knee: ${held}, ${broke}${isTold ? `; ${recovery}` : ""}.`);
  }
  const failed = Object.entries(failures).sort(([, one], [, other]) => other - one);
  if (failed.length > 0) {
    const most = failed.slice(0, 5).map(([failure, count]) => `${failure} x ${count}`);
    warnings.push(`Failures: ${most.join(", ")}${failed.length > 5 ? ", …" : ""}`);
  }
  return warnings;
}

function buildComparisonSection(report: LoadReport): Block[] {
  const summary = summarizeComparison(report);
  if (!report.comparison || !summary) return [];
  const { startedAt, differences } = report.comparison;
  const rows = listFigureChanges(report).map(({ figure, before, now, change, direction }) => [
    ...[FIGURES[figure].label, before, now, change],
    direction ? { text: direction, tone: direction === "better" ? ("good" as const) : ("bad" as const) } : "",
  ]);
  return [
    buildSection(
      `Since ${formatUtc(startedAt)} UTC: ${summary.text}`,
      [
        ...(differences.length > 0 ? [`Settings differ: ${differences.join("; ")}`] : []),
        buildTable(["figure", "then", "now", "change", ""], rows),
      ],
      { id: "comparison", tone: summary.tone },
    ),
  ];
}

function buildStepTable({ phases }: LoadReport): Block {
  const formatLatency = (value: number | undefined) => (value === undefined ? "-" : `${formatNumber(value)} ms`);
  const rows = phases.map(({ name, requests, coldStarts, failed, broken, warming, ...latencies }) => [
    name,
    formatNumber(requests),
    coldStarts === undefined ? "?" : formatNumber(coldStarts),
    formatNumber(failed),
    formatLatency(latencies.p50Milliseconds),
    formatLatency(latencies.p99Milliseconds),
    [
      ...(broken ? ["broken"] : []),
      ...(warming ? [`warmed ${warming.instances} of ${warming.asked}`, ...warming.failures] : []),
    ].join(", "),
  ]);
  return buildTable(["step", "requests", "cold starts", "failed", "p50", "p99", "notes"], rows);
}

function listFigures({ figures }: LoadReport, keys: readonly FigureKey[]): Figure[] {
  return keys.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, formatFigure(key, value)] as const];
  });
}

function listSettings({ settings, environment, versions }: LoadReport): Figure[] {
  const { profile, path, ratePerSecond, seconds, idleSeconds } = settings;
  const optional = (label: string, value: number | undefined, unit: string): Figure[] =>
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
