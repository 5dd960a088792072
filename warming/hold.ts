import { MAX_HOLD_MILLISECONDS } from "../performance/warming";

/**
 * How long an instance holds a ping: until the last ping of the round has arrived, because otherwise one instance would
 * answer two of them. This takes longer with more pings, and with more spread in their arrivals.
 */

const LEAST_MILLISECONDS = 50;
const MILLISECONDS_PER_PING = 10;

/**
 * Expected spread if none was seen yet: each ping first needs a connection, which keeps a small warmer's processor
 * busy.
 */
const UNSEEN_SPREAD_MILLISECONDS_PER_PING = 30;

/** How much larger the spread may be than before. */
const SPREAD_FACTOR = 2;

/** The hold for a number of pings, given the spread of earlier arrivals. */
export function computeHold(pings: number, spreadMilliseconds?: number): number {
  if (pings < 2) return 0;
  const others = pings - 1;
  const spread = spreadMilliseconds ?? others * UNSEEN_SPREAD_MILLISECONDS_PER_PING;
  return limitHold(LEAST_MILLISECONDS + others * MILLISECONDS_PER_PING + spread * SPREAD_FACTOR);
}

/** The hold after one that was too short. */
export function lengthenHold(milliseconds: number): number {
  return limitHold(milliseconds * 2);
}

function limitHold(milliseconds: number): number {
  return Math.min(Math.round(milliseconds), MAX_HOLD_MILLISECONDS);
}

/** The observed spread of arrivals, by target. */
export class Spreads {
  private readonly seen = new Map<string, { readonly milliseconds: number; readonly pings: number }>();

  /** The expected spread for a number of pings; larger for more pings than were seen. Undefined if none was seen. */
  of(target: string, pings: number): number | undefined {
    const seen = this.seen.get(target);
    return seen && seen.milliseconds * Math.max(1, (pings - 1) / (seen.pings - 1));
  }

  /** Records the arrivals of one round's pings: a wider spread counts at once, a narrower one by half. */
  learn(target: string, arrivals: readonly number[]): void {
    const pings = arrivals.length;
    if (pings < 2) return;
    const now = Math.max(...arrivals) - Math.min(...arrivals);
    const before = this.of(target, pings) ?? now;
    this.seen.set(target, { milliseconds: Math.max(now, (now + before) / 2), pings });
  }
}
