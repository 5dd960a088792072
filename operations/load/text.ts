import { formatNumber } from "../document/formats";
import { formatTable } from "../document/text";
import { listFigureChanges, summarizeComparison } from "./compare";
import { FIGURE_KEYS, FIGURES, formatFigure } from "../targets/figure-table";
import { RECOVERY_SECONDS } from "./profiles/stress";
import { type LoadReport } from "./report-schema";
import { isVerdictPassed } from "../targets/verdict";

const STATES = { met: "met", missed: "missed", not_measurable: "not measurable here" } as const;

/** Words for what came of a target. */
export function formatTargetState(state: keyof typeof STATES): string {
  return STATES[state];
}

/** A run's report, for a terminal. */
export function formatLoadReport(report: LoadReport): string[] {
  const { scope, verdicts } = report;
  return [
    "",
    ...formatPhases(report),
    "",
    ...formatFigures(report),
    ...listWarnings(report).flatMap((warning) => ["", warning]),
    ...formatComparison(report),
    "",
    `Targets (${scope}):`,
    ...formatTable(
      ["", "target", "limit", "measured", ""],
      verdicts.map(({ target, limit, measured, state, note = "" }) => [
        formatTargetState(state),
        target,
        limit,
        measured,
        note,
      ]),
    ),
    "",
    formatLoadVerdict(report),
  ];
}

/** The verdict in one sentence, and what warming has brought where that was measured. */
export function formatLoadVerdict({ verdicts, figures }: LoadReport): string {
  const named = (wanted: keyof typeof STATES) => verdicts.filter(({ state }) => state === wanted);
  const missed = named("missed").map(({ target }) => target);
  const which = missed.length > 0 ? ` (${missed.join("; ")})` : "";
  const counts = `${named("met").length} met, ${missed.length} missed${which}, ${named("not_measurable").length} not measurable here`;
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

/** What a reader has to know before believing the figures. */
export function listWarnings({ figures, failures, breakReason, settings }: LoadReport): string[] {
  const { lateSendPercent, brokenRatePerSecond, heldRatePerSecond, recoverySeconds } = figures;
  const warnings: string[] = [];
  if ((lateSendPercent ?? 0) > 1) {
    warnings.push(
      `The rate could not be kept: ${formatNumber(lateSendPercent ?? 0)} % of the requests were sent late, which the latencies include, or not at all.`,
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

function formatPhases({ phases }: LoadReport): string[] {
  const rows = phases.map((phase) => [
    phase.name,
    String(phase.requests),
    phase.coldStarts === undefined ? "?" : String(phase.coldStarts),
    String(phase.failed),
    phase.p50Milliseconds === undefined ? "-" : `${formatNumber(phase.p50Milliseconds)} ms`,
    phase.p99Milliseconds === undefined ? "-" : `${formatNumber(phase.p99Milliseconds)} ms`,
    [
      phase.broken ? "broken" : "",
      phase.warming ? `warmed ${phase.warming.instances} of ${phase.warming.asked}` : "",
      ...(phase.warming?.failures ?? []),
    ]
      .filter((note) => note !== "")
      .join(", "),
  ]);
  return formatTable(["", "requests", "cold starts", "failed", "p50", "p99", ""], rows);
}

function formatFigures({ figures, scope }: LoadReport): string[] {
  const rows = FIGURE_KEYS.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, formatFigure(key, value)]];
  });
  return [`Figures (${scope}):`, ...formatTable(["", ""], rows)];
}

function formatComparison(report: LoadReport): string[] {
  const { comparison } = report;
  if (!comparison) return [];
  const rows = listFigureChanges(report).map(({ figure, before, now, change, direction = "" }) => [
    FIGURES[figure].label,
    before,
    now,
    change,
    direction,
  ]);
  return [
    "",
    `Since ${comparison.startedAt}: ${summarizeComparison(report)?.text ?? ""}`,
    ...formatTable(["", "then", "now", "change", ""], rows),
    ...(comparison.differences.length > 0 ? [`Settings differ: ${comparison.differences.join("; ")}`] : []),
  ];
}
