import { type Targets } from "../../environments/targets";
import { toOneLine } from "../../performance/foreign-text";
import { formatNumber } from "../document/formats";
import {
  formatDifference,
  findDirection,
  FIGURE_KEYS,
  FIGURES,
  type FigureKey,
  formatFigure,
} from "../targets/figure-table";
import { type LoadReport } from "./report-schema";
import { listTargetFigures, judgeTargets } from "../targets/verdict";

/** One figure, before and now. */
export interface FigureChange {
  readonly figure: FigureKey;
  readonly before: string;
  readonly now: string;
  /** With its sign; empty if nothing has changed. */
  readonly change: string;
  /** Missing if no direction is an improvement, or nothing has changed. */
  readonly direction?: "better" | "worse";
}

type Comparison = NonNullable<LoadReport["comparison"]>;

/** What a report keeps from the report that it is compared with. */
export function buildComparison(baseline: LoadReport, settings: LoadReport): Comparison {
  return {
    startedAt: baseline.startedAt,
    differences: listDifferences(baseline, settings),
    figures: baseline.figures,
  };
}

/** The change of every figure that at least one of the runs has. */
export function listFigureChanges({ figures, comparison, targetSettings }: LoadReport): FigureChange[] {
  if (!comparison) return [];
  return FIGURE_KEYS.flatMap((figure) => {
    const before = comparison.figures[figure];
    const now = figures[figure];
    return before === undefined && now === undefined ? [] : [buildChange(figure, before, now, targetSettings)];
  });
}

/** The change of the targets' figures since then. */
export interface ComparisonSummary {
  /** Names the figures that are better, and those that are worse. */
  readonly text: string;
  /** Bad when a target is missed that was met; good when nothing is worse that misses its target. */
  readonly tone: "good" | "bad";
}

/** The conclusion of a comparison; undefined without one. */
export function summarizeComparison(report: LoadReport): ComparisonSummary | undefined {
  const { comparison, verdicts, settings, targetSettings: targets } = report;
  if (!comparison) return undefined;
  const tellsReports = settings.target === "local";
  const judged = new Set(listTargetFigures(tellsReports));
  const changes = listFigureChanges(report).filter(({ figure }) => judged.has(figure));
  const named = (wanted: FigureChange["direction"]) =>
    changes
      .filter(({ direction }) => direction === wanted)
      .map(({ figure, before, now }) => `${FIGURES[figure].label} ${before} -> ${now}`);
  const parts = [
    ["better", named("better")],
    ["worse", named("worse")],
  ] as const;
  const told = parts.filter(([, names]) => names.length > 0).map(([word, names]) => `${word}: ${names.join(", ")}`);
  const missed = (of: LoadReport["verdicts"]) =>
    of.filter(({ state }) => state === "missed").map(({ target }) => target);
  const before = missed(judgeTargets({ figures: comparison.figures, tellsReports, targets }));
  return {
    text: told.length > 0 ? told.join("; ") : "no figure with a target has changed",
    tone: missed(verdicts).some((target) => !before.includes(target)) ? "bad" : "good",
  };
}

type Value = number | null | undefined;

function buildChange(figure: FigureKey, before: Value, now: Value, targets: Targets): FigureChange {
  const text = (value: Value) => (value === undefined ? "-" : formatFigure(figure, value));
  const texts = { figure, before: text(before), now: text(now) };
  if (before === undefined || now === undefined || texts.before === texts.now) return { ...texts, change: "" };
  const direction = findDirection(figure, before, now, targets);
  const directed = direction && { direction };
  if (before === null || now === null) return { ...texts, change: "", ...directed };
  const difference = now - before;
  const sign = difference > 0 ? "+" : "-";
  const relative = before === 0 ? "" : ` (${sign}${formatNumber(Math.abs(difference / before) * 100, 0)} %)`;
  return {
    ...texts,
    change: `${sign}${formatDifference(figure, difference)}${FIGURES[figure].unit === "%" ? "" : relative}`,
    ...directed,
  };
}

/** Settings that differ, which may explain differences in figures. */
function listDifferences(before: LoadReport, now: LoadReport): string[] {
  const facts = ({ settings, environment, versions }: LoadReport): Record<string, string> => ({
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)])),
    environment: environment.name,
    function: environment.function,
    ...environment.settings,
    "Node.js": versions.node,
    computer: versions.platform,
  });
  const [old, current] = [facts(before), facts(now)];
  return [...new Set([...Object.keys(old), ...Object.keys(current)])]
    .filter((key) => old[key] !== current[key])
    .map((key) => toOneLine(`${key}: ${old[key] ?? "none"}, now ${current[key] ?? "none"}`));
}
