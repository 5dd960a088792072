import { numberText } from "../number-text";

/** Every figure that a run may give: how it is called, its unit, and which direction is an improvement. */

/** One figure, for people to read. */
export interface FigureText {
  readonly label: string;
  readonly unit: "" | "%" | "ms" | "MB" | "MB/min" | "/s" | "s";
  /** Missing where neither is. */
  readonly better?: "lower" | "higher";
}

/** The keys, in the order in which tables have them. */
export const FIGURE_KEYS = [
  "requests",
  "requestsPerSecond",
  "coldStartPercent",
  "coldStartPercentWithoutWarming",
  "coldStartPercentWithWarming",
  "averageInitMilliseconds",
  "p50Milliseconds",
  "p90Milliseconds",
  "p99Milliseconds",
  "allP50Milliseconds",
  "allP90Milliseconds",
  "allP99Milliseconds",
  "coldP50Milliseconds",
  "maxMilliseconds",
  "errorPercent",
  "availabilityPercent",
  "averageMemoryPercent",
  "maxMemoryMb",
  "memoryDriftMbPerMinute",
  "maxInstances",
  "lateSendPercent",
  "heldRatePerSecond",
  "brokenRatePerSecond",
  "recoverySeconds",
] as const;

/** One of {@link FIGURE_KEYS}. */
export type FigureKey = (typeof FIGURE_KEYS)[number];

/** Each figure's text. */
export const FIGURES: Readonly<Record<FigureKey, FigureText>> = {
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
  averageMemoryPercent: { label: "memory, average", unit: "%" },
  maxMemoryMb: { label: "memory, most", unit: "MB", better: "lower" },
  memoryDriftMbPerMinute: { label: "memory drift", unit: "MB/min", better: "lower" },
  maxInstances: { label: "instances, most", unit: "", better: "lower" },
  lateSendPercent: { label: "sent late", unit: "%", better: "lower" },
  heldRatePerSecond: { label: "highest rate held", unit: "/s", better: "higher" },
  brokenRatePerSecond: { label: "rate that broke it", unit: "/s", better: "higher" },
  recoverySeconds: { label: "recovery", unit: "s", better: "lower" },
};

/** A figure with its unit, with as many digits as tell something. */
export function figureText(key: FigureKey, value: number): string {
  const { unit } = FIGURES[key];
  const digits = key === "availabilityPercent" ? 3 : unit === "%" ? 2 : 1;
  const text = Number.isInteger(value) ? String(value) : numberText(value, digits);
  return unit === "" ? text : unit === "/s" ? `${text}/s` : `${text} ${unit}`;
}
