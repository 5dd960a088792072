import { formatDollars } from "../../model/priced-resources";

const DAY_MILLISECONDS = 86_400_000;

/** Formats of an axis's values, by name. */
export const AXIS_FORMATS = {
  number: (value: number) => formatNumber(value),
  /** A number that may be close to a round one, as 99.95. */
  precise: (value: number) => formatNumber(value, Math.abs(value) < 1 ? 4 : 2),
  percent: (percent: number) => `${formatNumber(percent, 2)} %`,
  dollars: formatDollars,
  /** Milliseconds since a beginning. */
  elapsed: (milliseconds: number) => formatSeconds(milliseconds / 1000),
  /** Milliseconds since 1970: a day, or a time within one. */
  time: (at: number) => (at % DAY_MILLISECONDS === 0 ? formatDay(at) : formatClock(at)),
  /** Milliseconds since the day began. */
  clock: (milliseconds: number) => (milliseconds === DAY_MILLISECONDS ? "24:00" : formatClock(milliseconds)),
} as const;

/**
 * A number with at most this many decimals (none for large numbers), and commas between thousands. A number that is too
 * small for its decimals is not shown as 0 but as `< 0.1`.
 */
export function formatNumber(value: number, digits = 1): string {
  // + 0 avoids -0.
  const rounded = Number(value.toFixed(Math.abs(value) >= 1000 ? 0 : digits)) + 0;
  if (rounded === 0 && value !== 0) return `${value > 0 ? "< " : "> -"}${Number(`1e-${digits}`)}`;
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 20 });
}

/** As in "1 request" and "1,200 requests". */
export function formatQuantity(value: number, thing: string): string {
  const number = formatNumber(value, 0);
  return `${number} ${thing}${number === "1" ? "" : "s"}`;
}

/** As in "once" and "3 times". */
export function formatTimes(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

/** A percentage with as many digits as are significant. */
export function formatPercent(percent: number): string {
  return `${formatNumber(percent, percent < 1 ? 2 : 1)} %`;
}

/** A time as in "2026-11-23 17:00". */
export function formatUtc(at: number | string): string {
  return new Date(at).toISOString().replace("T", " ").slice(0, 16);
}

/** Minutes in readable form. */
export function formatMinutes(minutes: number | undefined): string {
  if (minutes === undefined) return "-";
  return minutes < 120 ? `${formatNumber(minutes)} min` : `${formatNumber(minutes / 60)} h`;
}

/** Seconds since the start, as in "90 s" and "2:05". */
export function formatSeconds(seconds: number): string {
  if (seconds < 120) return `${formatNumber(seconds)} s`;
  return `${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`;
}

function formatClock(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

function formatDay(at: number): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
}
