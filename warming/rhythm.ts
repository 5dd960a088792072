import { type UsagePeriod } from "./peaks";

const MINUTE = 60_000;

/** This many uses at regular intervals are not chance. */
const BEATS = 4;

/** By how many minutes they may be early or late. */
const TOLERANCE_MINUTES = 1;

/** What comes more often keeps its instances warm by itself, or nearly. */
const LEAST_MINUTES = 7;

/** Usage at regular intervals, for example from a timer. */
export interface Rhythm {
  readonly everyMinutes: number;
  /** Earliest time at which the next use may begin, in milliseconds since 1970. */
  readonly nextAt: number;
}

/**
 * Finds the rhythm in which this many instances were needed at once. Undefined without a rhythm, or if it has stopped.
 *
 * @param minutes peaks of single minutes, of which a fraction counts as a whole; missing minutes count as unused
 * @param concurrency each start of a use with at least this concurrency counts
 * @param knownUntil what came later is not known yet
 */
export function findRhythm(
  minutes: readonly UsagePeriod[],
  concurrency: number,
  knownUntil: number,
  now: number,
): Rhythm | undefined {
  const tolerance = TOLERANCE_MINUTES * MINUTE;
  const beats = findBeginnings(minutes, concurrency).slice(-BEATS);
  const distances = beats.slice(1).map((beat, index) => beat - (beats[index] ?? beat));
  const [distance = 0] = distances;
  const last = beats.at(-1);
  if (last === undefined || distances.length < BEATS - 1) return undefined;
  if (distances.some((other) => Math.abs(other - distance) > tolerance)) return undefined;
  const every = distances.reduce((sum, one) => sum + one, 0) / distances.length;
  // The latest metrics may be missing: only a second use that did not come shows that the rhythm has stopped.
  if (every < LEAST_MINUTES * MINUTE || last + 2 * every + tolerance < knownUntil) return undefined;
  const beatsLater = Math.max(1, Math.ceil((now - tolerance - last) / every));
  return { everyMinutes: every / MINUTE, nextAt: last + beatsLater * every - tolerance };
}

/**
 * Times at which this many were needed but not in the minute before, in order. A short pause does not start a new use.
 */
function findBeginnings(minutes: readonly UsagePeriod[], concurrency: number): number[] {
  const used = minutes
    .filter((minute) => Math.ceil(minute.concurrency) >= concurrency)
    .map(({ startsAt }) => startsAt)
    .toSorted((a, b) => a - b);
  return used.filter((startsAt, index) => startsAt - (used[index - 1] ?? Number.NEGATIVE_INFINITY) > 2 * MINUTE);
}
