import { type RecentRounds } from "./recent-rounds";
import { type WarmingTarget } from "./contract";
import { findRecentPeak, planConcurrency, type ConcurrencyUsage } from "./planner";

/** How many instances to request, and why; no reason for a fixed number without a limit. */
export interface InstanceDemand {
  readonly concurrency: number;
  readonly reason?: string;
}

/** A function's usage, and what was requested. */
export interface SeenUsage extends ConcurrencyUsage {
  /** This request is recorded here. */
  readonly asked?: RecentRounds;
}

/** What is known about a function's usage; a text gives the reason if nothing is known. */
export type KnownUsage = SeenUsage | string;

/**
 * Decides how many instances of a target should be warm.
 *
 * @param usage usage of a target with conditional warming; if nothing is known, the fixed number counts
 */
export function computeDemand(target: WarmingTarget, usage?: KnownUsage): InstanceDemand {
  const { conditional, reservedConcurrency, price } = target;
  if (!conditional || usage === undefined)
    return limitDemand({ concurrency: target.concurrency }, reservedConcurrency, 0);
  if (typeof usage === "string") {
    return limitDemand({ concurrency: target.concurrency, reason: `fixed number: ${usage}` }, reservedConcurrency, 0);
  }
  const plan = planConcurrency({
    ...usage,
    bounds: conditional,
    price,
    ...(usage.asked && { nextRoundMinutes: usage.asked.minutesToNext(usage.now) }),
  });
  return skipIfWarm(limitDemand(plan, reservedConcurrency, findRecentPeak(usage)), usage);
}

/**
 * How many instances a deployment's gate requests: at least one, because otherwise it would prove nothing, and
 * otherwise none that `limited` keeps free for requests.
 */
export function computeGateDemand({ concurrency, reservedConcurrency }: WarmingTarget): InstanceDemand {
  const { concurrency: free, reason } = limitDemand({ concurrency }, reservedConcurrency, 0);
  if (free > 0) return { concurrency: free, ...(reason !== undefined && { reason }) };
  return {
    concurrency: 1,
    reason: `1 of ${concurrency}: a gate must prove a start, even if no instance stays free for requests`,
  };
}

/** None if as many were requested so recently that they stay warm until the next round. */
function skipIfWarm(demand: InstanceDemand, { asked, now }: SeenUsage): InstanceDemand {
  if (asked === undefined) return demand;
  const ago = asked.stillWarm(demand.concurrency, now);
  const due = ago === undefined ? demand : { concurrency: 0, reason: `${demand.reason}; pinged ${ago} min ago` };
  asked.note(due.concurrency, now);
  return due;
}

/** How many of a function's reserved instances pings may keep busy, if some are kept free for requests. */
export function countPingable(wanted: number, reserved = Infinity, kept = 1): number {
  return Math.max(0, Math.min(wanted, reserved - kept));
}

/**
 * Pings must not cause throttled requests: keep as many instances free as were recently busy at once, and at least one.
 */
function limitDemand(demand: InstanceDemand, reserved: number | undefined, peak: number): InstanceDemand {
  const kept = Math.max(1, peak);
  const concurrency = countPingable(demand.concurrency, reserved, kept);
  if (concurrency === demand.concurrency) return demand;
  const limit = `${concurrency} of ${demand.concurrency}: of ${reserved} reserved, ${kept} stay free for requests`;
  return { concurrency, reason: demand.reason === undefined ? limit : `${demand.reason}; ${limit}` };
}
