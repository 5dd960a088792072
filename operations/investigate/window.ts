const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * How far back an investigation goes, in milliseconds. A week before its start, CloudWatch still has values by the
 * minute:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export const LONGEST = 7 * DAY;

/** Time before an alarm rang, to show what was normal. */
const BEFORE_ALARM = 15 * MINUTE;

/** A time range to investigate, in whole minutes, in milliseconds since 1970. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The time range of this length up to now. */
export function buildWindowUntil(now: number, duration: number): Window {
  const to = Math.ceil(now / MINUTE) * MINUTE;
  return { from: to - duration, to };
}

/** The time when an alarm rang, starting a while before, and at most a day. */
export function buildWindowAround(badSince: number, endedAt: number): Window {
  const from = Math.floor((badSince - BEFORE_ALARM) / MINUTE) * MINUTE;
  const to = Math.max(Math.ceil(endedAt / MINUTE) * MINUTE, from + 2 * BEFORE_ALARM);
  return { from, to: Math.min(to, from + DAY) };
}

/** The same hours this many days earlier; undefined if the two overlap. */
export function shiftDaysBack({ from, to }: Window, days: number): Window | undefined {
  const shift = days * DAY;
  return to - shift > from ? undefined : { from: from - shift, to: to - shift };
}
