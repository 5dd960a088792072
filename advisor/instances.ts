import { BusyHeap } from "./busy-heap";
import { type Distribution, makeSampler } from "./distribution";
import { IdlePool } from "./idle-pool";
import { type Random } from "./random";

/** Which of several idle instances gets the next request: the last used one, the one idle longest, or any. */
export type Routing = "newest-first" | "oldest-first" | "random";

/** How a platform treats the instances of one function. */
export interface InstanceModel {
  /** How long an instance lives after its last use. */
  readonly idleLifeSeconds: Distribution;
  /** How long instances live after the last use of any of them; without it, only each one's own idle life counts. */
  readonly quietLifeSeconds?: Distribution;
  /** Time from an instance's start to its replacement, even if it is busy; it finishes its current work first. */
  readonly lifeSpanSeconds: Distribution;
  readonly routing: Routing;
  /** Duration of a start, before the first request is handled. */
  readonly initSeconds: Distribution;
  /** Maximum number of concurrent instances; no limit if missing. */
  readonly reservedConcurrency?: number;
}

/** For whom an instance works. */
export enum Caller {
  Request,
  Ping,
}

/** How a request or ping was served. */
export enum Served {
  Warm,
  Cold,
  /** Refused, because the maximum number of instances was busy. */
  Throttled,
}

const PROVISIONED = 2;

/** The instances of one function. Calls must be in chronological order. */
export class InstancePool {
  /** Number of requests in progress. */
  public busyRequests = 0;
  /** Duration of the last cold start. */
  public lastInitSeconds = 0;
  private provisioned = 0;
  /** Number of busy provisioned instances. */
  public busyProvisioned = 0;
  private readonly busy = new BusyHeap();
  private readonly idle: IdlePool;
  /** When all idle ones end together, if nothing arrives before. */
  private quietUntil = Number.POSITIVE_INFINITY;
  private readonly limit: number;
  private readonly drawIdleLife: () => number;
  private readonly drawQuietLife: () => number;
  private readonly drawLifeSpan: () => number;
  private readonly drawInit: () => number;

  constructor(model: InstanceModel, random: Random) {
    this.limit = model.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    this.drawIdleLife = makeSampler(model.idleLifeSeconds, random);
    this.drawQuietLife = model.quietLifeSeconds
      ? makeSampler(model.quietLifeSeconds, random)
      : () => Number.POSITIVE_INFINITY;
    this.drawLifeSpan = makeSampler(model.lifeSpanSeconds, random);
    this.drawInit = makeSampler(model.initSeconds, random);
    this.idle = new IdlePool(model.routing, random);
  }

  /** Sets the number of provisioned instances from now on; busy ones finish their work. */
  provision(concurrency: number): void {
    this.provisioned = concurrency;
  }

  /** Frees the instances whose work has ended by now. */
  advance(now: number): void {
    const { busy } = this;
    while (busy.nextEnd <= now) {
      const end = busy.nextEnd;
      const lifeEnd = busy.nextLifeEnd;
      const kind = busy.nextKind;
      busy.pop();
      if (kind >= PROVISIONED) this.busyProvisioned--;
      else if (lifeEnd > end) this.idle.add(Math.min(lifeEnd, end + this.drawIdleLife()), lifeEnd);
      if (kind !== (Caller.Ping as number)) this.busyRequests--;
      if (busy.size === 0) this.quietUntil = end + this.drawQuietLife();
    }
  }

  /** Starts work now; call {@link advance} before. */
  serve(now: number, workSeconds: number, caller: Caller): Served {
    // Pings use a separate alias, which has no provisioned instances.
    if (caller === Caller.Request && this.provisioned > this.busyProvisioned) {
      this.busyProvisioned++;
      this.busyRequests++;
      this.busy.push(now + workSeconds, Number.POSITIVE_INFINITY, PROVISIONED);
      return Served.Warm;
    }
    // Provisioned instances count against the limit, busy or not.
    if (this.busy.size - this.busyProvisioned + this.provisioned >= this.limit) return Served.Throttled;
    if (caller === Caller.Request) this.busyRequests++;
    if (this.busy.size === 0 && this.quietUntil <= now) this.idle.clear();
    if (this.idle.take(now)) {
      this.busy.push(now + workSeconds, this.idle.takenLifeEnd, caller);
      return Served.Warm;
    }
    this.lastInitSeconds = this.drawInit();
    const lifeEnd = now + this.drawLifeSpan();
    this.busy.push(now + this.lastInitSeconds + workSeconds, lifeEnd, caller);
    return Served.Cold;
  }
}
