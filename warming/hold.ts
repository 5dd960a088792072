import { MAX_HOLD_MILLISECONDS } from "../performance/warming";

/**
 * How long an instance is to keep a ping: until the last ping of the round has arrived, or one instance answers two of
 * them. That takes the longer, the more pings there are and the more their arrivals spread.
 */

const LEAST_MILLISECONDS = 50;
const MILLISECONDS_PER_PING = 10;

/** Of arrivals not seen yet: each ping needs a connection first, which keeps a small warmer's processor busy. */
const UNSEEN_SPREAD_MILLISECONDS_PER_PING = 30;

/** How much longer the arrivals may spread than they did. */
const SPREAD_FACTOR = 2;

/** A hold for so many pings, of which the arrivals spread like this before. */
export function computeHold(pings: number, spreadMilliseconds?: number): number {
  if (pings < 2) return 0;
  const others = pings - 1;
  const spread = spreadMilliseconds ?? others * UNSEEN_SPREAD_MILLISECONDS_PER_PING;
  return limitHold(LEAST_MILLISECONDS + others * MILLISECONDS_PER_PING + spread * SPREAD_FACTOR);
}

/** A hold after one that was too short. */
export function lengthenHold(milliseconds: number): number {
  return limitHold(milliseconds * 2);
}

function limitHold(milliseconds: number): number {
  return Math.min(Math.round(milliseconds), MAX_HOLD_MILLISECONDS);
}

/** The spreads of arrivals seen, by target. */
export class Spreads {
  private readonly seen = new Map<string, { readonly milliseconds: number; readonly pings: number }>();

  /** The spread to expect of so many pings: more of them than were seen spread more. Undefined when none was seen. */
  of(target: string, pings: number): number | undefined {
    const seen = this.seen.get(target);
    return seen && seen.milliseconds * Math.max(1, (pings - 1) / (seen.pings - 1));
  }

  /** Takes in when the pings of one round arrived: a wider spread counts at once, a narrower one half. */
  learn(target: string, arrivals: readonly number[]): void {
    const pings = arrivals.length;
    if (pings < 2) return;
    const now = Math.max(...arrivals) - Math.min(...arrivals);
    const before = this.of(target, pings) ?? now;
    this.seen.set(target, { milliseconds: Math.max(now, (now + before) / 2), pings });
  }
}
