/** How many instances a function is going to need, from how it was used. Times are in milliseconds since 1970, UTC. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Use that is likely to come again: within so many minutes, as many instances were busy in periods of so many minutes altogether. A burst
 * is remembered for as long as it deserves: one alone briefly, one that comes again and again for hours.
 */
const HABITS = [
  { withinMinutes: 60, usedMinutes: 10 },
  { withinMinutes: 300, usedMinutes: 30 },
];

/** Whatever was needed within this time may be needed again. */
const LATEST_MINUTES = 10;

/** A function in use may need one instance more than it did: that is cheap where it needs few. */
const RECENT_MINUTES = 60;
const SPARE_UP_TO = 5;

/** A period that goes on and began no longer ago tells what has just been used. */
const FRESH_MINUTES = 5;

/** Of what was busy in every period of this time, a share is busy when pings come: they meet others, so fewer do. */
const STEADY_MINUTES = 20;
const STEADY_SHARE = 0.1;

/** Taken to have been needed when less than those recent minutes are known. */
const UNKNOWN_NEED = 2;

/** A week has every weekday once: with fewer days, a weekend would look like the end of all use. */
const EARLIER_DAYS = 7;

/** One same weekday alone could have been a holiday; those of more than a month ago were another function's. */
const SAME_WEEKDAYS = { least: 2, most: 4 };

/** Of seven days, the two highest do not count: a freak burst is not to come back every day. */
const EARLIER_QUANTILE = 0.75;

/** How many instances were busy at once in one period. */
export interface UsagePeriod {
  readonly startsAt: number;
  /** The period's peak; a fraction counts as a whole instance. */
  readonly concurrency: number;
}

/** How a function was used. */
export interface Usage {
  /** In any order. A missing period counts as unused; what lies before the first one is unknown. */
  readonly history: readonly UsagePeriod[];
  /** The length of every period of the history. */
  readonly periodMinutes: number;
  readonly now: number;
}

/** What a plan is made from. */
export interface PlanningInput extends Usage {
  /** How long the plan has to hold: until the next one, and as long as an idle instance lives. */
  readonly horizonMinutes: number;
  readonly bounds: { readonly minimum: number; readonly maximum: number };
}

/** How many instances to ping. */
export interface Plan {
  /** None where as many as are to be warm were used just now: they stay so without. */
  readonly concurrency: number;
  /** For people to read. */
  readonly reason: string;
}

/** The concurrency to be ready for: what recent use or this hour on earlier days make likely. Undefined without any history. */
export function planConcurrency(input: PlanningInput): Plan | undefined {
  const { history, periodMinutes, now, horizonMinutes, bounds } = input;
  if (history.length === 0) return undefined;
  const known = now - history.reduce((first, { startsAt }) => Math.min(first, startsAt), now);
  /** The peaks at this hour every so many days, latest first. */
  const peaksEvery = (days: number, most: number) =>
    Array.from({ length: Math.min(most, Math.floor(known / DAY / days)) }, (_, index) => {
      const sameTime = now - (index + 1) * days * DAY;
      return peakBetween(input, sameTime, sameTime + horizonMinutes * MINUTE);
    });

  const latest = peakBetween(input, now - LATEST_MINUTES * MINUTE, now);
  const habits = HABITS.map(({ withinMinutes, usedMinutes }) => {
    const peaks = peaksBetween(input, now - withinMinutes * MINUTE, now).toSorted((a, b) => b - a);
    return peaks[Math.ceil(usedMinutes / periodMinutes) - 1] ?? 0;
  });
  const lastHour = Math.max(recentPeak(input), known < RECENT_MINUTES * MINUTE ? UNKNOWN_NEED : 0);
  const spare = lastHour === 0 ? 0 : Math.min(lastHour + 1, SPARE_UP_TO);
  const steady = Math.floor(STEADY_SHARE * steadyUse(input));
  const recent = Math.max(latest - steady, ...habits.map((habit) => habit - steady), spare);

  const days = peaksEvery(1, EARLIER_DAYS);
  const weekdays = peaksEvery(7, SAME_WEEKDAYS.most);
  const knowsWeekdays = weekdays.length >= SAME_WEEKDAYS.least;
  // Too few to plan by alone, the same weekdays only limit what the last days say.
  const earlier = knowsWeekdays ? clamp(quantile(days), quantile(weekdays), Math.max(...weekdays)) : quantile(days);

  const needed = Math.max(recent, earlier);
  const seen = `earlier days seen: ${days.length}${knowsWeekdays ? `, same weekdays: ${weekdays.length}` : ""}`;
  const why = `peak ${recentPeak(input)} in the last hour, ${earlier} at this hour (${seen})`;
  const busyNow = peakBetween({ ...input, history: history.filter(isFresh(now)) }, now, now);
  const concurrency = clamp(needed, bounds.minimum, bounds.maximum);
  // Those just used stay warm without pings. Beyond the maximum nothing is sure to be: only so many pings help then.
  if (concurrency > 0 && busyNow >= concurrency && concurrency < bounds.maximum) {
    return { concurrency: 0, reason: `${why}; ${concurrency} used just now` };
  }
  const bounded = concurrency === needed ? "" : `; bounded to ${concurrency}`;
  return { concurrency, reason: `${why}; ${needed} needed${bounded}` };
}

/** The most instances that were busy at once in the last hour. */
export function recentPeak(usage: Usage): number {
  return peakBetween(usage, usage.now - RECENT_MINUTES * MINUTE, usage.now);
}

/** The least peak of all whole periods of the last minutes. */
function steadyUse(usage: Usage): number {
  const length = usage.periodMinutes * MINUTE;
  const end = Math.floor(usage.now / length) * length;
  const whole = usage.history.filter(
    ({ startsAt }) => startsAt >= end - STEADY_MINUTES * MINUTE && startsAt + length <= end,
  );
  return whole.length < STEADY_MINUTES / usage.periodMinutes
    ? 0
    : Math.min(...whole.map(({ concurrency }) => concurrency));
}

function isFresh(now: number): (period: UsagePeriod) => boolean {
  return ({ startsAt }) => startsAt >= now - FRESH_MINUTES * MINUTE;
}

function peakBetween(usage: Usage, from: number, to: number): number {
  return peaksBetween(usage, from, to).reduce((peak, one) => Math.max(peak, one), 0);
}

function peaksBetween({ history, periodMinutes }: Usage, from: number, to: number): number[] {
  return history
    .filter(({ startsAt }) => startsAt < to && startsAt + periodMinutes * MINUTE > from)
    .map(({ concurrency }) => Math.ceil(concurrency));
}

/** The lower of two values, never one in between: that was nobody's peak. */
function quantile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(EARLIER_QUANTILE * (values.length - 1))] ?? 0;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
