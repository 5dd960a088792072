import { type Random } from "../../advisor/random";
import { drawNormal, drawPoisson } from "../alerts/draws";
import { type Fault, NO_FAULT } from "./faults";
import { type World } from "./world";

/** A request that has ended, as its lines in the log tell it. */
export interface ServedRequest {
  readonly isNew: boolean;
  /** Seconds since the rollout began. */
  readonly endedAt: number;
  readonly milliseconds: number;
  readonly failed: boolean;
  readonly timedOut: boolean;
  /** Of a cold start. */
  readonly initMilliseconds: number | undefined;
  readonly memoryPercent: number;
  /** Whether the fault did it harm. */
  readonly isHarmed: boolean;
}

/** An instance of a version. */
interface Instance {
  /** In seconds since the rollout began. */
  freeAt: number;
  served: number;
}

const HOUR = 3600;
/** Peak memory grows a little with each e-fold of requests. */
const MEMORY_GROWTH = 0.03;
/** By each of the old version's instances. */
const SERVED_BEFORE = 100;

/** Durations are drawn from that many equally likely ones. */
const QUANTILES = 4096;

/** A function whose alias distributes requests to two versions. Draws them second by second. */
export class SimulatedService {
  /** Seconds since the rollout began. */
  private now: number;
  private readonly older: Instance[] = [];
  private readonly newer: Instance[] = [];
  /** Of the old version when the rollout begins, in milliseconds. */
  private readonly durations: Float64Array;
  /** At present. */
  private durationFactor = 1;
  private failingShare = 0;

  constructor(
    private readonly random: Random,
    readonly world: World,
    private readonly fault: Fault,
    private readonly tell: (request: ServedRequest) => void,
    from: number,
  ) {
    this.now = from;
    const { medianMilliseconds, sigma } = world;
    this.durations = Float64Array.from(
      { length: QUANTILES },
      () => medianMilliseconds * Math.exp(sigma * drawNormal(random)),
    );
    for (let index = 0; index < 2 * this.usualInstances; index++)
      this.older.push({ freeAt: from, served: SERVED_BEFORE });
  }

  /** How many instances the usual traffic needs. */
  get usualInstances(): number {
    const { ratePerSecond, medianMilliseconds, sigma } = this.world;
    return Math.ceil((ratePerSecond * medianMilliseconds * Math.exp(sigma ** 2 / 2)) / 1000);
  }

  /** Serves requests until a time, in seconds; the new version with a probability of `newShare` each. */
  serveUntil(until: number, newShare: number): void {
    const { random, world } = this;
    while (this.now < until) {
      const length = Math.min(1, until - this.now);
      this.durationFactor = Math.exp((world.trend.duration * this.now) / HOUR);
      this.failingShare = this.findFailing(this.now);
      const count = drawPoisson(random, length * world.ratePerSecond * this.findTraffic(this.now));
      for (let index = 0; index < count; index++) {
        const at = this.now + (length * (index + random())) / count;
        if (random() < newShare) this.serve(at, true, this.newer, this.fault);
        else this.serve(at, false, this.older, NO_FAULT);
      }
      this.now += length;
    }
  }

  /** Pings new instances of the new version. Returns how long their initialization took, in milliseconds. */
  warm(count: number): readonly number[] {
    const missing = Math.max(0, count - this.newer.length);
    for (let index = 0; index < missing; index++) this.newer.push({ freeAt: this.now, served: 0 });
    return Array.from({ length: missing }, () => this.drawInit(this.fault));
  }

  /** How long an initialization of the old version takes, in milliseconds. */
  drawOldInit(): number {
    return this.drawInit(NO_FAULT);
  }

  /** How long a request takes with the old version when the rollout begins, in milliseconds. */
  drawOldDuration(): number {
    return this.durations[Math.floor(QUANTILES * this.random())] ?? 0;
  }

  private serve(at: number, isNew: boolean, instances: Instance[], fault: Fault): void {
    const { random, world } = this;
    let index = 0;
    while (index < instances.length && (instances[index]?.freeAt ?? 0) > at) index++;
    let instance = instances[index];
    const isCold = instance === undefined;
    if (!instance) instances.push((instance = { freeAt: 0, served: 0 }));
    const initMilliseconds = isCold ? this.drawInit(fault) : undefined;
    const first = instance.served === 0 ? world.firstRequestFactor : 1;
    const timesOut = fault.timingOut > 0 && random() < fault.timingOut;
    const throws = fault.cannotStart || (fault.failing > 0 && random() < fault.failing);
    instance.served++;
    const isFull = instance.served >= fault.requestsUntilFull;
    const duration = this.drawOldDuration() * this.durationFactor * first * fault.slower;
    const most = 1000 * world.timeoutSeconds;
    const milliseconds = timesOut || duration > most ? most : duration;
    const endedAt = at + ((initMilliseconds ?? 0) + milliseconds) / 1000;
    instance.freeAt = endedAt;
    const memoryPercent = this.findMemory(instance, fault);
    if (isFull) instances.splice(index, 1);
    const isBroken = timesOut || throws || isFull;
    this.tell({
      isNew,
      endedAt,
      milliseconds,
      failed: isBroken || random() < this.failingShare,
      timedOut: timesOut,
      initMilliseconds,
      memoryPercent,
      isHarmed: isBroken || fault.slower > 1 || (isCold && fault.slowerInit > 1),
    });
  }

  private findMemory({ served }: Instance, { requestsUntilFull }: Fault): number {
    const usual = this.world.memoryPercent * (1 + MEMORY_GROWTH * Math.log(served));
    return Math.min(100, usual + ((100 - usual) * served) / requestsUntilFull);
  }

  private findTraffic(at: number): number {
    const burst = this.world.bursts.find(({ from, to }) => from <= at && at < to);
    return Math.exp((this.world.trend.traffic * at) / HOUR) * (burst?.factor ?? 1);
  }

  private findFailing(at: number): number {
    const { failingShare, outages, trend } = this.world;
    const outage = outages.find(({ from, to }) => from <= at && at < to);
    return Math.max(failingShare * Math.exp((trend.failing * at) / HOUR), outage?.share ?? 0);
  }

  private drawInit({ slowerInit }: Fault): number {
    return this.world.initMilliseconds * slowerInit * Math.exp(0.15 * drawNormal(this.random));
  }
}
