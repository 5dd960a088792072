import { BusyHeap } from "./busy-heap";
import { type Distribution, makeSampler } from "./distribution";
import { IdlePool } from "./idle-pool";
import { type Random } from "./random";

/**
 * Which of several idle environments gets the next request: the one that was used last, the one that was idle longest,
 * or any.
 */
export type Routing = "newest-first" | "oldest-first" | "random";

/** How a platform treats the execution environments of one function. */
export interface InstanceModel {
  /** How long an environment stays after its last use. */
  readonly idleLifeSeconds: Distribution;
  /** How long any environment stays after the last use of all: without it, each one's own idle life alone counts. */
  readonly quietLifeSeconds?: Distribution;
  /** How long after its start an environment is replaced, however busy it is; what it does then is finished first. */
  readonly lifeSpanSeconds: Distribution;
  readonly routing: Routing;
  /** How long a start takes before the first request is worked on. */
  readonly initSeconds: Distribution;
  /** The most environments at once; no limit without it. */
  readonly reservedConcurrency?: number;
}

/** Who an environment works for. */
export const enum Caller {
  Request,
  Ping,
}

/** How something asked for was served. */
export const enum Served {
  Warm,
  Cold,
  /** Refused, because as many environments were busy as are allowed. */
  Throttled,
}

const PROVISIONED = 2;

/** The execution environments of one function. Whoever calls does so in the order of time. */
export class InstancePool {
  /** How many requests are being worked on. */
  public busyRequests = 0;
  /** How long the last cold start took. */
  public lastInitSeconds = 0;
  private provisioned = 0;
  /** How many provisioned environments are at work. */
  public busyProvisioned = 0;
  private readonly busy = new BusyHeap();
  private readonly idle: IdlePool;
  /** When the idle ones go all together, if nothing comes before. */
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

  /** How many environments are kept initialized at a price from now on; those at work finish. */
  provision(concurrency: number): void {
    this.provisioned = concurrency;
  }

  /** Frees the environments whose work has ended by now. */
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

  /** Works on something from now on; {@link advance} is to be called before. */
  serve(now: number, workSeconds: number, caller: Caller): Served {
    // Pings go through an alias of their own, to which no provisioned environment belongs.
    if (caller === Caller.Request && this.provisioned > this.busyProvisioned) {
      this.busyProvisioned++;
      this.busyRequests++;
      this.busy.push(now + workSeconds, Number.POSITIVE_INFINITY, PROVISIONED);
      return Served.Warm;
    }
    // What is provisioned counts against the limit, busy or not.
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
