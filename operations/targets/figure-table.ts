import { formatNumber } from "../document/formats";
import { type Targets } from "../../environments/targets";

/** Every figure that a run may have: its name, its unit, and which direction is an improvement. */

/** One figure in readable form. */
export interface FigureText {
  readonly label: string;
  readonly unit: "" | "%" | "ms" | "MB" | "MB/min" | "/s" | "s";
  /** Missing if neither direction is; with a target range, closer to it is better. */
  readonly better?: "lower" | "higher" | "in range";
}

const figures = {
  requests: { label: "requests", unit: "" },
  requestsPerSecond: { label: "requests a second", unit: "/s" },
  coldStartPercent: { label: "cold starts", unit: "%", better: "lower" },
  coldStartPercentWithoutWarming: { label: "cold starts without warming", unit: "%" },
  coldStartPercentWithWarming: { label: "cold starts with warming", unit: "%", better: "lower" },
  averageInitMilliseconds: { label: "init, average", unit: "ms", better: "lower" },
  p50Milliseconds: { label: "p50 without cold starts", unit: "ms", better: "lower" },
  p90Milliseconds: { label: "p90 without cold starts", unit: "ms", better: "lower" },
  p99Milliseconds: { label: "p99 without cold starts", unit: "ms", better: "lower" },
  allP50Milliseconds: { label: "p50 of all", unit: "ms", better: "lower" },
  allP90Milliseconds: { label: "p90 of all", unit: "ms", better: "lower" },
  allP99Milliseconds: { label: "p99 of all", unit: "ms", better: "lower" },
  coldP50Milliseconds: { label: "p50 of cold starts", unit: "ms", better: "lower" },
  maxMilliseconds: { label: "slowest", unit: "ms", better: "lower" },
  errorPercent: { label: "errors", unit: "%", better: "lower" },
  availabilityPercent: { label: "availability", unit: "%", better: "higher" },
  averageMemoryPercent: { label: "memory, average", unit: "%", better: "in range" },
  maxMemoryMb: { label: "memory, most", unit: "MB" },
  memoryDriftMbPerMinute: { label: "memory drift", unit: "MB/min", better: "lower" },
  maxInstances: { label: "instances, most", unit: "" },
  lateSendPercent: { label: "sent late", unit: "%", better: "lower" },
  heldRatePerSecond: { label: "highest rate held", unit: "/s", better: "higher" },
  brokenRatePerSecond: { label: "rate that broke it", unit: "/s", better: "higher" },
  recoverySeconds: { label: "recovery", unit: "s", better: "lower" },
} as const satisfies Readonly<Record<string, FigureText>>;

/** The name of a figure in JSON. */
export type FigureKey = keyof typeof figures;

/** Each figure's text. */
export const FIGURES: Readonly<Record<FigureKey, FigureText>> = figures;

/** The keys, in the order of tables. */
export const FIGURE_KEYS = Object.keys(FIGURES) as FigureKey[];

/** Numeric figures; unknown ones are missing. */
export type KnownFigures = Readonly<Partial<Record<FigureKey, number>>>;

/** A figure with its unit and significant digits; `none` for the latency of an answer that never came (null). */
export function formatFigure(key: FigureKey, value: number | null): string {
  if (value === null) return "none";
  const { unit } = FIGURES[key];
  const digits = key === "availabilityPercent" ? 3 : unit === "%" ? 2 : 1;
  const text = formatNumber(value, digits);
  return unit === "" ? text : unit === "/s" ? `${text}/s` : `${text} ${unit}`;
}

/**
 * The difference of two values of a figure, without a sign. Shares differ in percentage points, because percent would
 * be ambiguous.
 */
export function formatDifference(key: FigureKey, difference: number): string {
  return formatFigure(key, Math.abs(difference)).replace("%", "points");
}

/**
 * Whether a figure got better or worse; undefined if neither applies, or nothing has changed. No answer (null) is worse
 * than any value.
 */
export function findDirection(
  key: FigureKey,
  before: number | null,
  now: number | null,
  { memoryPercent }: Targets,
): "better" | "worse" | undefined {
  const { better } = FIGURES[key];
  if (better === undefined) return undefined;
  const badness = (value: number | null): number => {
    if (value === null) return Infinity;
    if (better === "in range") return Math.max(memoryPercent.from - value, value - memoryPercent.to, 0);
    return better === "lower" ? value : -value;
  };
  const [then, after] = [badness(before), badness(now)];
  return then === after ? undefined : after < then ? "better" : "worse";
}
