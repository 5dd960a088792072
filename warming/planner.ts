import { type Price } from "./contract";
import { type Peaks, type UsagePeriod } from "./peaks";
import { findRhythm } from "./rhythm";

/** Plans how many instances a function is going to need, from its usage. Times are in milliseconds since 1970, UTC. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A ping for one more instance pays if at least one in 250 of them avoids a cold start. docs/advisor.md shows what
 * other values would do.
 */
const LEAST_CHANCE = 1 / 250;

/** Where concurrency rises to one number, it may soon rise to the next one, even if it never did. */
const CHANCE_OF_ONE_MORE = 0.05;

/** The chance of a rise is the highest of its shares in the last hours, at this time of earlier days, and in all. */
const LATEST_HOURS = 2;
const EARLIER_DAYS = 14;
const AROUND_MINUTES = 30;

/** A function in use needs what it needed in the last known hour, and one more where that is cheap. */
const RECENT = HOUR;
const SPARE_UP_TO = 5;

/** Assumed need if less than an hour is known. */
const UNKNOWN_NEED = 2;

/**
 * A share of what was busy in each period of the last known hour is also busy when pings arrive. Pings go to other
 * instances, so fewer are needed.
 */
const STEADY_SHARE = 0.7;

/** Up to this many are also pinged between two beats of a rhythm. */
const OFF_BEAT = 1;

const NEXT_ROUND_MINUTES = 5;

/**
 * What one instance that is always warm needs in a month: a ping every five minutes, of at most two milliseconds, and a
 * start every two hours, of half a second (docs/advisor.md).
 */
const ONE_ALWAYS = { pings: 8760, seconds: 8760 * 0.002 + 365 * 0.5 };

/** What it may cost for a function that is rarely called, per cold start that it avoids. */
export const MOST_DOLLARS_PER_COLD_START = 0.01;

const DAYS_PER_MONTH = 365 / 12;

/**
 * For how long history is useful; CloudWatch keeps metrics by the minute as long:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export const HISTORY_DAYS = 15;

/** For how many hours data by the minute is useful. */
export const MINUTES_KEPT_HOURS = 4;

/** A function's usage. */
export interface ConcurrencyUsage {
  readonly peaks: Peaks;
  /** The last hours, by the minute; a missing minute counts as unused. */
  readonly minutes?: readonly UsagePeriod[];
  readonly now: number;
}

/** The input of a plan. */
export interface PlanningInput extends ConcurrencyUsage {
  readonly bounds: { readonly minimum: number; readonly maximum: number };
  readonly price: Price;
  /** Time until the next plan; 5 minutes if missing. */
  readonly nextRoundMinutes?: number;
}

/** How many instances to ping. */
export interface InstancePlan {
  readonly concurrency: number;
  /** Readable explanation. */
  readonly reason: string;
}

/** Plans how many instances to ping, so that each further ping would avoid too few cold starts. */
export function planConcurrency(input: PlanningInput): InstancePlan {
  const { peaks, minutes = [], now, bounds, nextRoundMinutes = NEXT_ROUND_MINUTES } = input;
  const rare = decideOnOneAlways(input);
  const { worth, chance, steady } = countWorthPinging(input);
  const needed = Math.max(worth, rare.isWorth ? 1 : 0);
  const because =
    worth > 0 ? `peak ${findRecentPeak(input)} in the last hour, chance of ${worth}: ${chance}` : rare.why;

  const beat = needed > OFF_BEAT ? findRhythm(minutes, Math.ceil((needed + steady) / 2), peaks.until, now) : undefined;
  const isOffBeat = beat !== undefined && beat.nextAt >= now + nextRoundMinutes * MINUTE;
  const wanted = isOffBeat ? OFF_BEAT : needed;
  const rhythm = beat ? ` every ${beat.everyMinutes.toFixed(0)} minutes, next at ${formatTime(beat.nextAt)}` : "";
  const concurrency = Math.min(bounds.maximum, Math.max(bounds.minimum, wanted));
  const bounded = concurrency === wanted ? "" : `; bounded to ${concurrency}`;
  return { concurrency, reason: `${because}; ${needed} needed${rhythm}${bounded}` };
}

/** The most instances that were busy at once in the last known hour. */
export function findRecentPeak({ peaks }: ConcurrencyUsage): number {
  return peaks.findHighest(peaks.until - RECENT, peaks.until);
}

/** The number of pings beyond which the next ones would not pay, and the chance that as many instances are needed. */
function countWorthPinging(input: PlanningInput): { worth: number; chance: string; steady: number } {
  const { peaks, now, bounds } = input;
  const steady = Math.floor(STEADY_SHARE * peaks.findLowest(peaks.until - RECENT, peaks.until));
  const isUnknown = peaks.until - peaks.from < RECENT;
  const recent = Math.max(findRecentPeak(input), isUnknown ? UNKNOWN_NEED : 0);
  const certain = recent === 0 ? 0 : Math.min(recent + 1, SPARE_UP_TO);
  const around = AROUND_MINUTES * MINUTE;
  const rises = [
    peaks.countRises([[peaks.until - LATEST_HOURS * HOUR, peaks.until]]),
    peaks.countRises(
      Array.from({ length: EARLIER_DAYS }, (_, index) => {
        const sameTime = now - (index + 1) * DAY;
        return [sameTime - around, sameTime + around] as const;
      }),
    ),
    peaks.countAllRises(),
  ];

  let best = { worth: 0, gain: 0, chance: 0 };
  let gain = 0;
  let before = 0;
  for (let number = 1; number <= bounds.maximum + steady; number++) {
    const seen = Math.max(...rises.map((one) => one.computeShare(number)));
    const chance = number <= certain ? 1 : Math.max(seen, CHANCE_OF_ONE_MORE * before);
    before = chance;
    if (number <= steady) continue;
    gain += chance - LEAST_CHANCE;
    if (gain > best.gain) best = { worth: number - steady, gain, chance };
  }
  return { worth: best.worth, chance: `${Number((100 * best.chance).toPrecision(2))} %`, steady };
}

/** Whether a function that is rarely called is worth one instance that is always warm. */
function decideOnOneAlways({ peaks, price }: PlanningInput): { readonly isWorth: boolean; readonly why: string } {
  const uses = peaks.countAllRises().count(1);
  const days = Math.max(1, (peaks.until - peaks.from) / DAY);
  if (uses === 0) return { isWorth: false, why: `not used for ${formatDays(days)}` };
  const dollars = ONE_ALWAYS.pings * price.perRequest + ONE_ALWAYS.seconds * price.perSecond;
  const perColdStart = (dollars * days) / (uses * DAYS_PER_MONTH);
  const isWorth = perColdStart <= MOST_DOLLARS_PER_COLD_START;
  const paid = `one instance always costs $${perColdStart.toPrecision(1)} per cold start that it avoids`;
  return { isWorth, why: `used ${formatTimes(uses)} in ${formatDays(days)}, ${paid}` };
}

function formatTimes(uses: number): string {
  return uses === 1 ? "once" : `${uses} times`;
}

function formatDays(days: number): string {
  const whole = days.toFixed(0);
  return whole === "1" ? "1 day" : `${whole} days`;
}

/** Hours and minutes, UTC. */
function formatTime(at: number): string {
  return new Date(at).toISOString().slice(11, 16);
}
