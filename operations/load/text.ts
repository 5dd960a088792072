import { changesOf, comparisonSummary } from "./compare";
import { numberText } from "../number-text";
import { textTable } from "../text-table";
import { FIGURE_KEYS, FIGURES, figureText } from "./figure-table";
import { RECOVERY_SECONDS } from "./profiles/stress";
import { type Report } from "./report-schema";
import { isPassed } from "./verdict";

const STATES = { met: "met", missed: "missed", not_measurable: "not measurable here" } as const;

/** Words for what came of a target. */
export function stateText(state: keyof typeof STATES): string {
  return STATES[state];
}

/** A run's report, for a terminal. */
export function reportLines(report: Report): string[] {
  const { scope, verdicts } = report;
  return [
    "",
    ...phaseLines(report),
    "",
    ...figureLines(report),
    ...warningsOf(report).flatMap((warning) => ["", warning]),
    ...comparisonLines(report),
    "",
    `Targets (${scope}):`,
    ...textTable(
      ["", "target", "limit", "measured", ""],
      verdicts.map(({ target, limit, measured, state, note = "" }) => [
        stateText(state),
        target,
        limit,
        measured,
        note,
      ]),
    ),
    "",
    verdictLine(report),
  ];
}

/** The verdict in one sentence, and what warming has brought where that was measured. */
export function verdictLine({ verdicts, figures }: Report): string {
  const named = (wanted: keyof typeof STATES) => verdicts.filter(({ state }) => state === wanted);
  const missed = named("missed").map(({ target }) => target);
  const which = missed.length > 0 ? ` (${missed.join("; ")})` : "";
  const counts = `${named("met").length} met, ${missed.length} missed${which}, ${named("not_measurable").length} not measurable here`;
  const verdict =
    missed.length > 0
      ? "Not every target is met"
      : isPassed(verdicts)
        ? "Nothing is missed"
        : "Nothing could be measured";
  const { coldStartPercentWithoutWarming: without, coldStartPercentWithWarming: warmed } = figures;
  const effect =
    without === undefined || warmed === undefined
      ? ""
      : ` Warming: cold starts from ${figureText("coldStartPercent", without)} to ${figureText("coldStartPercent", warmed)}.`;
  return `${verdict}: ${counts}.${effect}`;
}

/** What a reader has to know before believing the figures. */
export function warningsOf({ figures, failures, breakReason, settings }: Report): string[] {
  const { lateSendPercent, brokenRatePerSecond, heldRatePerSecond, recoverySeconds } = figures;
  const warnings: string[] = [];
  if ((lateSendPercent ?? 0) > 1) {
    warnings.push(
      `The rate could not be kept: ${numberText(lateSendPercent ?? 0)} % of the requests were sent late, which the latencies include, or not at all.`,
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

function phaseLines({ phases }: Report): string[] {
  const rows = phases.map((phase) => [
    phase.name,
    String(phase.requests),
    phase.coldStarts === undefined ? "?" : String(phase.coldStarts),
    String(phase.failed),
    phase.p50Milliseconds === undefined ? "-" : `${numberText(phase.p50Milliseconds)} ms`,
    phase.p99Milliseconds === undefined ? "-" : `${numberText(phase.p99Milliseconds)} ms`,
    [
      phase.broken ? "broken" : "",
      phase.warming ? `warmed ${phase.warming.instances} of ${phase.warming.asked}` : "",
      ...(phase.warming?.failures ?? []),
    ]
      .filter((note) => note !== "")
      .join(", "),
  ]);
  return textTable(["", "requests", "cold starts", "failed", "p50", "p99", ""], rows);
}

function figureLines({ figures, scope }: Report): string[] {
  const rows = FIGURE_KEYS.flatMap((key) => {
    const value = figures[key];
    return value === undefined ? [] : [[FIGURES[key].label, figureText(key, value)]];
  });
  return [`Figures (${scope}):`, ...textTable(["", ""], rows)];
}

function comparisonLines(report: Report): string[] {
  const { comparison } = report;
  if (!comparison) return [];
  const rows = changesOf(report).map(({ figure, before, now, change, direction = "" }) => [
    FIGURES[figure].label,
    before,
    now,
    change,
    direction,
  ]);
  return [
    "",
    `Since ${comparison.startedAt}: ${comparisonSummary(report)?.text ?? ""}`,
    ...textTable(["", "then", "now", "change", ""], rows),
    ...(comparison.differences.length > 0 ? [`Settings differ: ${comparison.differences.join("; ")}`] : []),
  ];
}
