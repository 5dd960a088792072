import { type TimeRange } from "../alarms/ringing";
import { type DashboardBody } from "./body";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DEFAULT_MILLISECONDS = 3 * 60 * MINUTE;

/** How long CloudWatch keeps figures, in milliseconds: https://aws.amazon.com/cloudwatch/faqs/ (retention). */
const LONGEST_KEPT = 455 * DAY;

/** How long points are at least, by how old the oldest is: https://aws.amazon.com/cloudwatch/faqs/ (retention). */
const KEPT = [
  { olderThanDays: 63, seconds: 3600 },
  { olderThanDays: 15, seconds: 300 },
  { olderThanDays: 0, seconds: 60 },
] as const;

const ROUND_PERIODS = [60, 300, 900, 3600, 6 * 3600, 86_400] as const;

/** More points than this cannot be told apart in a widget. */
const MOST_POINTS = 720;

const UNITS: Readonly<Record<string, number>> = {
  TM: MINUTE,
  TH: 60 * MINUTE,
  D: DAY,
  W: 7 * DAY,
  M: 30 * DAY,
};

/**
 * How long before its end a range begins, as in `-PT3H` or `-P30D`, in milliseconds, at most as long as CloudWatch
 * keeps figures; undefined for other texts.
 */
export function parseRelativeStart(text: string): number | undefined {
  const [, time = "", amount, unit = ""] = /^-P(T?)(\d+)([MHDW])$/.exec(text) ?? [];
  const each = UNITS[time + unit];
  return each === undefined ? undefined : Math.min(Number(amount) * each, LONGEST_KEPT);
}

/**
 * What a dashboard shows.
 *
 * @param asked its beginning and end, in milliseconds since 1970; without, what the dashboard itself says
 */
export function chooseTimeRange(
  { start = "", end = "" }: Pick<DashboardBody, "start" | "end">,
  asked: Partial<TimeRange>,
  now: number,
): TimeRange {
  const isAbsolute = !start.startsWith("-") && !Number.isNaN(Date.parse(start)) && !Number.isNaN(Date.parse(end));
  const usesOwn = isAbsolute && asked.from === undefined && asked.to === undefined;
  const to = usesOwn ? Date.parse(end) : (asked.to ?? now);
  const from = usesOwn
    ? Math.max(Date.parse(start), to - LONGEST_KEPT)
    : (asked.from ?? to - (parseRelativeStart(start) ?? DEFAULT_MILLISECONDS));
  return { from: floorTo(from, 60), to: floorTo(to, 60) };
}

/**
 * The period of a widget's points: as long as asked for, but not shorter than what CloudWatch keeps and than what can
 * be drawn.
 */
export function choosePeriodSeconds(askedSeconds: number, { from, to }: TimeRange, now: number): number {
  const least = KEPT.find(({ olderThanDays }) => now - from > olderThanDays * DAY)?.seconds ?? 60;
  const isFewEnough = (seconds: number) => (to - from) / 1000 / seconds <= MOST_POINTS;
  const whole = Math.ceil(Math.min(askedSeconds, LONGEST_KEPT / 1000) / least) * least;
  if (isFewEnough(whole)) return whole;
  return ROUND_PERIODS.find((seconds) => seconds >= whole && isFewEnough(seconds)) ?? 86_400;
}

/** The whole periods that a range begins and ends in, so that the first and the last point are whole. */
export function alignRange({ from, to }: TimeRange, periodSeconds: number): TimeRange {
  const begin = floorTo(from, periodSeconds);
  return { from: begin, to: Math.max(-floorTo(-to, periodSeconds), begin + periodSeconds * 1000) };
}

/** A single period that is as long as the range; its length is what CloudWatch takes for one so old. */
export function buildWholePeriod({ from, to }: TimeRange, now: number): TimeRange & { readonly periodSeconds: number } {
  const least = choosePeriodSeconds(60, { from, to: from + MINUTE }, now);
  const end = floorTo(to, least);
  const periodSeconds = Math.max(least, Math.ceil((end - from) / 1000 / least) * least);
  return { from: end - periodSeconds * 1000, to: end, periodSeconds };
}

function floorTo(at: number, seconds: number): number {
  return Math.floor(at / (seconds * 1000)) * seconds * 1000;
}
