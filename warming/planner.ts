import { findRhythm } from "./rhythm";

/** Plans how many instances a function is going to need, from its usage. Times are in milliseconds since 1970, UTC. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Usage that is likely to recur: within a number of minutes, that many instances were busy for a total number of
 * minutes. A single burst is remembered briefly, and one that recurs often for hours.
 */
const HABITS = [
  { withinMinutes: 60, usedMinutes: 10 },
  { withinMinutes: 300, usedMinutes: 30 },
];

/** What was needed within this time may be needed again. */
const LATEST_MINUTES = 10;

/** A function in use may need one instance more than before. This is cheap if it needs few. */
const RECENT_MINUTES = 60;
const SPARE_UP_TO = 5;

/**
 * A share of what was busy in each of these minutes is also busy when pings arrive. Pings go to other instances, so
 * fewer are needed.
 */
const STEADY_MINUTES = 20;
const STEADY_SHARE = 0.7;

/** Metrics of later minutes may not be there yet. */
const LATEST_METRIC_MINUTES = 15;

/** Up to this many are also pinged between two beats of a rhythm. */
const OFF_BEAT = 1;

/** Assumed need if fewer than those recent minutes are known. */
const UNKNOWN_NEED = 2;

const NEXT_ROUND_MINUTES = 5;

/** A week has every weekday once. With fewer days, a weekend would look like the end of all usage. */
const EARLIER_DAYS = 7;

/** A single earlier weekday could have been a holiday. After more than a month, the function's usage has changed. */
const SAME_WEEKDAYS = { least: 2, most: 4 };

/** The two highest of seven days do not count: a one-off burst should not recur every day. */
const EARLIER_QUANTILE = 0.75;

/** How many instances were busy at once in one period. */
export interface UsagePeriod {
  readonly startsAt: number;
  /** The period's peak; a fraction counts as a whole instance. */
  readonly concurrency: number;
}

/** A function's usage. */
export interface ConcurrencyUsage {
  /** In any order. A missing period counts as unused; the time before the first one is unknown. */
  readonly history: readonly UsagePeriod[];
  /** The length of every period of the history. */
  readonly periodMinutes: number;
  /** The last hours, by the minute. */
  readonly minutes?: readonly UsagePeriod[];
  readonly now: number;
}

/** For how many hours data by the minute is useful. */
export const MINUTES_KEPT_HOURS = 4;

/** The input of a plan. */
export interface PlanningInput extends ConcurrencyUsage {
  /** How long the plan must be good: until the next one, plus the life of an idle instance. */
  readonly horizonMinutes: number;
  readonly bounds: { readonly minimum: number; readonly maximum: number };
  /** Time until the next plan; 5 minutes if missing. */
  readonly nextRoundMinutes?: number;
}

/** How many instances to ping. */
export interface InstancePlan {
  readonly concurrency: number;
  /** Readable explanation. */
  readonly reason: string;
}

/**
 * Plans the concurrency to be ready for, from recent usage and from this hour on earlier days. Undefined without any
 * history.
 */
export function planConcurrency(input: PlanningInput): InstancePlan | undefined {
  const { history, periodMinutes, now, horizonMinutes, bounds } = input;
  if (history.length === 0) return undefined;
  const known = now - history.reduce((first, { startsAt }) => Math.min(first, startsAt), now);
  /** The peaks at this hour at a distance of that many days, latest first. */
  const peaksEvery = (days: number, most: number) =>
    Array.from({ length: Math.min(most, Math.floor(known / DAY / days)) }, (_, index) => {
      const sameTime = now - (index + 1) * days * DAY;
      return findPeakBetween(input, sameTime, sameTime + horizonMinutes * MINUTE);
    });

  const longest = Math.max(...HABITS.map(({ withinMinutes }) => withinMinutes));
  const lately = {
    ...input,
    history: history.filter(({ startsAt }) => startsAt > now - (longest + periodMinutes) * MINUTE),
  };
  const latest = findPeakBetween(lately, now - LATEST_MINUTES * MINUTE, now);
  const habits = HABITS.map(({ withinMinutes, usedMinutes }) => {
    const peaks = listPeaksBetween(lately, now - withinMinutes * MINUTE, now).toSorted((a, b) => b - a);
    return peaks[Math.ceil(usedMinutes / periodMinutes) - 1] ?? 0;
  });
  const lastPeak = findRecentPeak(lately);
  const lastHour = Math.max(lastPeak, known < RECENT_MINUTES * MINUTE ? UNKNOWN_NEED : 0);
  const spare = lastHour === 0 ? 0 : Math.min(lastHour + 1, SPARE_UP_TO);
  const steady = Math.floor(STEADY_SHARE * findSteadyUse(input));
  const recent = Math.max(Math.max(latest, ...habits) - steady, spare);

  const days = peaksEvery(1, EARLIER_DAYS);
  const weekdays = peaksEvery(7, SAME_WEEKDAYS.most);
  const knowsWeekdays = weekdays.length >= SAME_WEEKDAYS.least;
  // There are too few same weekdays to plan from, so they only limit what the last days suggest.
  const earlier = knowsWeekdays
    ? clamp(findQuantile(days), findQuantile(weekdays), Math.max(...weekdays))
    : findQuantile(days);

  const needed = Math.max(recent, earlier);
  const seen = `earlier days seen: ${days.length}${knowsWeekdays ? `, same weekdays: ${weekdays.length}` : ""}`;
  const why = `peak ${lastPeak} in the last hour, ${earlier} at this hour (${seen})`;
  const beat = needed > OFF_BEAT ? findRhythm(input.minutes ?? [], Math.ceil((needed + steady) / 2), now) : undefined;
  const isOffBeat = beat !== undefined && beat.nextAt >= now + (input.nextRoundMinutes ?? NEXT_ROUND_MINUTES) * MINUTE;
  const wanted = isOffBeat ? OFF_BEAT : needed;
  const rhythm = beat ? ` every ${beat.everyMinutes.toFixed(0)} minutes, next at ${formatTime(beat.nextAt)}` : "";
  const concurrency = clamp(wanted, bounds.minimum, bounds.maximum);
  const bounded = concurrency === wanted ? "" : `; bounded to ${concurrency}`;
  return { concurrency, reason: `${why}; ${needed} needed${rhythm}${bounded}` };
}

/** The most instances that were busy at once in the last hour. */
export function findRecentPeak(usage: ConcurrencyUsage): number {
  return findPeakBetween(usage, usage.now - RECENT_MINUTES * MINUTE, usage.now);
}

/** The smallest peak of the last known minutes; the latest one may not be complete. */
function findSteadyUse({ minutes = [], now }: ConcurrencyUsage): number {
  const latest = minutes.reduce((last, { startsAt }) => Math.max(last, startsAt), Number.NEGATIVE_INFINITY);
  if (latest < now - LATEST_METRIC_MINUTES * MINUTE) return 0;
  const whole = minutes.filter(({ startsAt }) => startsAt < latest && startsAt >= latest - STEADY_MINUTES * MINUTE);
  return whole.length < STEADY_MINUTES ? 0 : Math.min(...whole.map(({ concurrency }) => concurrency));
}

/** Hours and minutes, UTC. */
function formatTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}

function findPeakBetween(usage: ConcurrencyUsage, from: number, to: number): number {
  return listPeaksBetween(usage, from, to).reduce((peak, one) => Math.max(peak, one), 0);
}

function listPeaksBetween({ history, periodMinutes }: ConcurrencyUsage, from: number, to: number): number[] {
  return history
    .filter(({ startsAt }) => startsAt < to && startsAt + periodMinutes * MINUTE > from)
    .map(({ concurrency }) => Math.ceil(concurrency));
}

/** The lower of two values, never one in between, which would not be a real peak. */
function findQuantile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(EARLIER_QUANTILE * (values.length - 1))] ?? 0;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
