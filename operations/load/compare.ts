import { numberText } from "../number-text";
import { FIGURE_KEYS, FIGURES, figureText, type FigureKey } from "./figure-table";
import { type Report } from "./report-schema";

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

function changeOf(figure: FigureKey, before: number | undefined, now: number | undefined): Change {
  const text = (value: number | undefined) => (value === undefined ? "-" : figureText(figure, value));
  const texts = { figure, before: text(before), now: text(now) };
  if (before === undefined || now === undefined || texts.before === texts.now) return { ...texts, change: "" };
  const difference = now - before;
  const sign = difference > 0 ? "+" : "-";
  const relative = before === 0 ? "" : ` (${sign}${numberText(Math.abs(difference / before) * 100, 0)} %)`;
  const { better } = FIGURES[figure];
  const isBetter = difference > 0 === (better === "higher");
  return {
    ...texts,
    change: `${sign}${figureText(figure, Math.abs(difference))}${FIGURES[figure].unit === "%" ? "" : relative}`,
    ...(better && { direction: isBetter ? "better" : "worse" }),
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
