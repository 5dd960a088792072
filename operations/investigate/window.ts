const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY };
const SHORTEST = 5 * MINUTE;

/**
 * How far back an investigation goes, in milliseconds. A week before its start, CloudWatch still has values by the
 * minute:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export const LONGEST = 7 * DAY;

/** What was normal before an alarm rang is worth seeing, too. */
const BEFORE_ALARM = 15 * MINUTE;

/** A time to investigate, of whole minutes, in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * How long `30m`, `1h` or `2d` are, in milliseconds; undefined for what is none of these, or not within 5 minutes to 7
 * days.
 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,5})([mhd])$/.exec(text) ?? [];
  const duration = Number(amount) * (UNITS[unit] ?? NaN);
  return duration >= SHORTEST && duration <= LONGEST ? duration : undefined;
}

/** The time of this length until now. */
export function buildWindowUntil(now: number, duration: number): Window {
  const to = Math.ceil(now / MINUTE) * MINUTE;
  return { from: to - duration, to };
}

/** The time in which an alarm rang, from a while before it, and at most a day. */
export function buildWindowAround(badSince: number, endedAt: number): Window {
  const from = Math.floor((badSince - BEFORE_ALARM) / MINUTE) * MINUTE;
  const to = Math.max(Math.ceil(endedAt / MINUTE) * MINUTE, from + 2 * BEFORE_ALARM);
  return { from, to: Math.min(to, from + DAY) };
}

/** The same hours so many days before; undefined where the two overlap. */
export function shiftDaysBack({ from, to }: Window, days: number): Window | undefined {
  const shift = days * DAY;
  return to - shift > from ? undefined : { from: from - shift, to: to - shift };
}
