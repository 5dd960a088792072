import { numberText } from "../number-text";
import { differenceText, directionOf, FIGURE_KEYS, FIGURES, type FigureKey, figureText } from "./figure-table";
import { type Report } from "./report-schema";
import { targetFigures, verdictsOf } from "./verdict";

/** One figure then and now. */
export interface Change {
  readonly figure: FigureKey;
  readonly before: string;
  readonly now: string;
  /** With its sign; empty when nothing has changed. */
  readonly change: string;
  /** Missing where no direction is an improvement, or nothing has changed. */
  readonly direction?: "better" | "worse";
}

type Comparison = NonNullable<Report["comparison"]>;

/** What a report keeps of the one that it is compared with. */
export function comparisonWith(baseline: Report, settings: Report): Comparison {
  return {
    startedAt: baseline.startedAt,
    differences: differencesBetween(baseline, settings),
    figures: baseline.figures,
  };
}

/** How every figure has changed that at least one of both runs has. */
export function changesOf({ figures, comparison }: Report): Change[] {
  if (!comparison) return [];
  return FIGURE_KEYS.flatMap((figure) => {
    const before = comparison.figures[figure];
    const now = figures[figure];
    return before === undefined && now === undefined ? [] : [changeOf(figure, before, now)];
  });
}

/** What has become of the targets' figures since then. */
export interface ComparisonSummary {
  /** Names the figures that are better, and those that are worse. */
  readonly text: string;
  /** Failed when a target is missed that was met; passed when nothing is worse that misses its target. */
  readonly style: "passed" | "failed";
}

/** What a comparison comes to; undefined without one. */
export function comparisonSummary(report: Report): ComparisonSummary | undefined {
  const { comparison, figures, settings } = report;
  if (!comparison) return undefined;
  const tellsReports = settings.target === "local";
  const judged = new Set(targetFigures(tellsReports));
  const changes = changesOf(report).filter(({ figure }) => judged.has(figure));
  const named = (wanted: Change["direction"]) =>
    changes
      .filter(({ direction }) => direction === wanted)
      .map(({ figure, before, now }) => `${FIGURES[figure].label} ${before} -> ${now}`);
  const parts = [
    ["better", named("better")],
    ["worse", named("worse")],
  ] as const;
  const told = parts.filter(([, names]) => names.length > 0).map(([word, names]) => `${word}: ${names.join(", ")}`);
  const missed = (of: Report["figures"]) =>
    verdictsOf({ figures: of, tellsReports }).filter(({ state }) => state === "missed");
  const before = new Set(missed(comparison.figures).map(({ target }) => target));
  return {
    text: told.length > 0 ? told.join("; ") : "no figure with a target has changed",
    style: missed(figures).some(({ target }) => !before.has(target)) ? "failed" : "passed",
  };
}

type Value = number | null | undefined;

function changeOf(figure: FigureKey, before: Value, now: Value): Change {
  const text = (value: Value) => (value === undefined ? "-" : figureText(figure, value));
  const texts = { figure, before: text(before), now: text(now) };
  if (before === undefined || now === undefined || texts.before === texts.now) return { ...texts, change: "" };
  const direction = directionOf(figure, before, now);
  const directed = direction && { direction };
  if (before === null || now === null) return { ...texts, change: "", ...directed };
  const difference = now - before;
  const sign = difference > 0 ? "+" : "-";
  const relative = before === 0 ? "" : ` (${sign}${numberText(Math.abs(difference / before) * 100, 0)} %)`;
  return {
    ...texts,
    change: `${sign}${differenceText(figure, difference)}${FIGURES[figure].unit === "%" ? "" : relative}`,
    ...directed,
  };
}

/** Settings that differ, so that figures may differ because of them. */
function differencesBetween(before: Report, now: Report): string[] {
  const facts = ({ settings, environment, versions }: Report): Record<string, string> => ({
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
    .map((key) => `${key}: ${old[key] ?? "none"}, now ${current[key] ?? "none"}`);
}
