import { type RecentRounds } from "./recent-rounds";
import { type WarmingTarget } from "./contract";
import { planConcurrency, findRecentPeak, type ConcurrencyUsage } from "./planner";

/** How many instances to ask for, and why as many; no reason for a fixed number that nothing limits. */
export interface InstanceDemand {
  readonly concurrency: number;
  readonly reason?: string;
}

/** How a function was used and what was asked for. */
export interface SeenUsage extends ConcurrencyUsage {
  /** Noted here is what is asked for now. */
  readonly asked?: RecentRounds;
}

/** What is known of a function's use; a text says why nothing is. */
export type KnownUsage = SeenUsage | string;

/** A plan has to hold until the next one is made, and then as long as an idle instance was seen to live. */
const IDLE_LIFE_MINUTES = 6;

/**
 * How many instances of a target are to be warm.
 *
 * @param usage of a target that is warmed by its use; the fixed number counts when nothing is known
 */
export function computeDemand(target: WarmingTarget, usage?: KnownUsage): InstanceDemand {
  const { conditional, reservedConcurrency } = target;
  if (!conditional || usage === undefined)
    return limitDemand({ concurrency: target.concurrency }, reservedConcurrency, 0);
  if (typeof usage === "string") {
    return limitDemand({ concurrency: target.concurrency, reason: `fixed number: ${usage}` }, reservedConcurrency, 0);
  }
  const plan = planConcurrency({
    ...usage,
    horizonMinutes: conditional.readEveryMinutes + IDLE_LIFE_MINUTES,
    bounds: conditional,
    ...(usage.asked && { nextRoundMinutes: usage.asked.minutesToNext(usage.now) }),
  });
  const fixed = { concurrency: target.concurrency, reason: "fixed number: no use is known" };
  return skipIfWarm(limitDemand(plan ?? fixed, reservedConcurrency, findRecentPeak(usage)), usage);
}

/**
 * How many instances a deployment's gate asks for: at least one, without which it would prove nothing, and none that
 * `limited` keeps for requests besides.
 */
export function computeGateDemand({ concurrency, reservedConcurrency }: WarmingTarget): InstanceDemand {
  const { concurrency: free, reason } = limitDemand({ concurrency }, reservedConcurrency, 0);
  if (free > 0) return { concurrency: free, ...(reason !== undefined && { reason }) };
  return { concurrency: 1, reason: `1 of ${concurrency}: a gate proves a start, whatever stays free for requests` };
}

/** None where as many were asked for so lately that they are warm until the next round. */
function skipIfWarm(demand: InstanceDemand, { asked, now }: SeenUsage): InstanceDemand {
  if (asked === undefined) return demand;
  const ago = asked.stillWarm(demand.concurrency, now);
  const due = ago === undefined ? demand : { concurrency: 0, reason: `${demand.reason}; pinged ${ago} min ago` };
  asked.note(due.concurrency, now);
  return due;
}

/**
 * How many instances pings may keep busy of a function with so many reserved, of which so many are kept for requests.
 */
export function countPingable(wanted: number, reserved = Infinity, kept = 1): number {
  return Math.max(0, Math.min(wanted, reserved - kept));
}

/** Requests are not to be throttled for pings: those that there were at once lately, and at least one. */
function limitDemand(demand: InstanceDemand, reserved: number | undefined, peak: number): InstanceDemand {
  const kept = Math.max(1, peak);
  const concurrency = countPingable(demand.concurrency, reserved, kept);
  if (concurrency === demand.concurrency) return demand;
  const limit = `${concurrency} of ${demand.concurrency}: of ${reserved} reserved, ${kept} stay free for requests`;
  return { concurrency, reason: demand.reason === undefined ? limit : `${demand.reason}; ${limit}` };
}
