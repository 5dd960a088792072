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

const FIRST_SLOTS = 16;

/** In place of a life span, in {@link InstancePool.shared}: of a provisioned instance, or of none. */
const IS_PROVISIONED = -1;
const IS_ELSEWHERE = -2;

/** The instances of one function. Calls must be in chronological order. */
export class InstancePool {
  /** Number of requests in progress. */
  public busyRequests = 0;
  /** Duration of the last cold start. */
  public lastInitSeconds = 0;
  private provisioned = 0;
  /** Number of busy provisioned instances. */
  public busyProvisioned = 0;
  /** Number of busy instances. */
  private atWork = 0;
  /** Those whose ends only this pool knows. */
  private readonly busy = new BusyHeap();
  /** By its slot, the life span of an instance whose end the caller tells. */
  private shared = new Float64Array(FIRST_SLOTS);
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
      this.free(end, lifeEnd, kind);
    }
  }

  /** Frees the instance in a slot, if it has work that ends now. */
  end(now: number, slot: number): void {
    const lifeEnd = this.shared[slot] ?? IS_ELSEWHERE;
    if (lifeEnd === IS_ELSEWHERE) return;
    this.advance(now);
    this.free(now, lifeEnd, lifeEnd === IS_PROVISIONED ? PROVISIONED : Caller.Request);
  }

  private free(end: number, lifeEnd: number, kind: number): void {
    if (kind >= PROVISIONED) this.busyProvisioned--;
    else if (lifeEnd > end) this.idle.add(Math.min(lifeEnd, end + this.drawIdleLife()), lifeEnd);
    if (kind !== (Caller.Ping as number)) this.busyRequests--;
    if (--this.atWork === 0) this.quietUntil = end + this.drawQuietLife();
  }

  /**
   * Starts work now; call {@link advance} before.
   *
   * @param slot if given, and if no start delays the work, the caller tells its end ({@link end})
   */
  serve(now: number, workSeconds: number, caller: Caller, slot = -1): Served {
    if (slot >= this.shared.length) this.shared = extend(this.shared, 2 * slot);
    if (slot >= 0) this.shared[slot] = IS_ELSEWHERE;
    // Pings use a separate alias, which has no provisioned instances.
    if (caller === Caller.Request && this.provisioned > this.busyProvisioned) {
      this.busyProvisioned++;
      this.busyRequests++;
      this.atWork++;
      if (slot >= 0) this.shared[slot] = IS_PROVISIONED;
      else this.busy.push(now + workSeconds, Number.POSITIVE_INFINITY, PROVISIONED);
      return Served.Warm;
    }
    // Provisioned instances count against the limit, busy or not.
    if (this.atWork - this.busyProvisioned + this.provisioned >= this.limit) return Served.Throttled;
    if (caller === Caller.Request) this.busyRequests++;
    if (this.atWork === 0 && this.quietUntil <= now) this.idle.clear();
    this.atWork++;
    if (this.idle.take(now)) {
      if (slot >= 0) this.shared[slot] = this.idle.takenLifeEnd;
      else this.busy.push(now + workSeconds, this.idle.takenLifeEnd, caller);
      return Served.Warm;
    }
    this.lastInitSeconds = this.drawInit();
    const lifeEnd = now + this.drawLifeSpan();
    this.busy.push(now + this.lastInitSeconds + workSeconds, lifeEnd, caller);
    return Served.Cold;
  }
}

function extend(numbers: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(numbers);
  return longer;
}
