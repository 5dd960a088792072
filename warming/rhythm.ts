import { type UsagePeriod } from "./planner";

const MINUTE = 60_000;

/** So many uses at even distances are no chance any more. */
const BEATS = 4;

/** Within so many minutes they may be early or late. */
const TOLERANCE_MINUTES = 1;

/** What comes more often keeps its instances warm by itself, or nearly so. */
const LEAST_MINUTES = 7;

/** Use that comes at even distances, as a timer's does. */
export interface Rhythm {
  readonly everyMinutes: number;
  /** When the next use may begin at the earliest, in milliseconds since 1970. */
  readonly nextAt: number;
}

/**
 * The rhythm in which so many instances were needed at once. Undefined without one, or when it stopped.
 *
 * @param minutes peaks of single minutes, missing ones unused
 * @param concurrency of which each beginning counts
 */
export function findRhythm(minutes: readonly UsagePeriod[], concurrency: number, now: number): Rhythm | undefined {
  const beats = findBeginnings(minutes, concurrency).slice(-BEATS);
  const distances = beats.slice(1).map((beat, index) => beat - (beats[index] ?? beat));
  const [distance = 0] = distances;
  const last = beats.at(-1);
  if (last === undefined || distances.length < BEATS - 1) return undefined;
  if (distances.some((other) => Math.abs(other - distance) > TOLERANCE_MINUTES * MINUTE)) return undefined;
  const every = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  const late = last + every + TOLERANCE_MINUTES * MINUTE < now;
  // One that should have come may not be known yet; two would be.
  const next = last + (late ? 2 : 1) * every;
  if (every < LEAST_MINUTES * MINUTE || next + TOLERANCE_MINUTES * MINUTE < now) return undefined;
  return { everyMinutes: every / MINUTE, nextAt: next - TOLERANCE_MINUTES * MINUTE };
}

/** When as many were needed and in the minute before not, in the order of time; a short pause begins nothing. */
function findBeginnings(minutes: readonly UsagePeriod[], concurrency: number): number[] {
  const used = minutes
    .filter((minute) => minute.concurrency >= concurrency)
    .map(({ startsAt }) => startsAt)
    .toSorted((a, b) => a - b);
  return used.filter((startsAt, index) => startsAt - (used[index - 1] ?? Number.NEGATIVE_INFINITY) > 2 * MINUTE);
}
