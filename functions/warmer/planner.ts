/** How many instances a function is going to need, from how it was used. Times are in milliseconds since 1970, UTC. */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Bridges the gaps of ordinary traffic: three hours' peaks cost a fifth more pings for a fifth fewer cold starts. */
const RECENT_MINUTES = 60;

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

/** How many instances to keep warm. */
export interface Plan {
  readonly concurrency: number;
  /** For people to read. */
  readonly reason: string;
}

/** The concurrency to be ready for: the last hour's, or this hour's on earlier days if more. Undefined without any history. */
export function planConcurrency(input: PlanningInput): Plan | undefined {
  const { history, now, horizonMinutes, bounds } = input;
  if (history.length === 0) return undefined;
  const knownDays = Math.floor((now - history.reduce((first, { startsAt }) => Math.min(first, startsAt), now)) / DAY);
  /** The peaks at this hour every so many days, latest first. */
  const peaksEvery = (days: number, most: number) =>
    Array.from({ length: Math.min(most, Math.floor(knownDays / days)) }, (_, index) => {
      const sameTime = now - (index + 1) * days * DAY;
      return peakBetween(input, sameTime, sameTime + horizonMinutes * MINUTE);
    });

  const recent = recentPeak(input);
  const days = peaksEvery(1, EARLIER_DAYS);
  const weekdays = peaksEvery(7, SAME_WEEKDAYS.most);
  const knowsWeekdays = weekdays.length >= SAME_WEEKDAYS.least;
  // Too few to plan by alone, the same weekdays only limit what the last days say.
  const earlier = knowsWeekdays ? clamp(quantile(days), quantile(weekdays), Math.max(...weekdays)) : quantile(days);

  const needed = Math.max(recent, earlier);
  const concurrency = clamp(needed, bounds.minimum, bounds.maximum);
  const seen = `earlier days seen: ${days.length}${knowsWeekdays ? `, same weekdays: ${weekdays.length}` : ""}`;
  const bounded = concurrency === needed ? "" : `; bounded to ${concurrency}`;
  return { concurrency, reason: `peak ${recent} in the last hour, ${earlier} at this hour (${seen})${bounded}` };
}

/** The most instances that were busy at once in the last hour. */
export function recentPeak(usage: Usage): number {
  return peakBetween(usage, usage.now - RECENT_MINUTES * MINUTE, usage.now);
}

function peakBetween({ history, periodMinutes }: Usage, from: number, to: number): number {
  return history
    .filter(({ startsAt }) => startsAt < to && startsAt + periodMinutes * MINUTE > from)
    .reduce((peak, { concurrency }) => Math.max(peak, Math.ceil(concurrency)), 0);
}

/** The lower of two values, never one in between: that was nobody's peak. */
function quantile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(EARLIER_QUANTILE * (values.length - 1))] ?? 0;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
