import { computeDemand } from "../warming/demand";
import { type Price } from "../warming/contract";
import { computeHold } from "../warming/hold";
import { Caller, type InstanceModel, InstancePool, Served } from "./instances";
import { AddedLatency } from "./latency";
import { type SharedEvents } from "./shared-requests";
import { buildTarget, type Policy, countProvisioned, countScheduledPings } from "./policy";
import { createRandom } from "./random";
import { UsageHistory } from "./usage-history";

const MINUTE_SECONDS = 60;
const MINUTE_MILLISECONDS = 60_000;

/** Delay between the arrivals of a run's pings, once the warmer's connections exist. */
const PING_SPREAD_MILLISECONDS = 2;

const NOTHING = {
  requests: 0,
  coldStarts: 0,
  throttled: 0,
  pings: 0,
  pingSeconds: 0,
  pingColdStarts: 0,
  warmerRuns: 0,
  provisionedSeconds: 0,
  provisionedWorkSeconds: 0,
};

/** Input of one simulation. */
export interface SimulationSetup {
  readonly model: InstanceModel;
  readonly policy: Policy;
  /** The time of second 0: a whole minute in milliseconds since 1970, UTC. */
  readonly startsAt: number;
  /** The same seed gives the same result. */
  readonly seed: number;
  /** The price of a ping, by which warming is planned. */
  readonly price: Price;
  /** What comes before this second, a whole minute, does not count; it only shows the warmer the function's usage. */
  readonly countFromSeconds?: number;
}

/** The result of a simulation. */
export interface SimulationResult {
  readonly seconds: number;
  readonly requests: number;
  /** Requests that had to wait for an instance to start. */
  readonly coldStarts: number;
  /** Requests that were refused. */
  readonly throttled: number;
  readonly pings: number;
  /** Total time for which pings kept instances busy, without starts. */
  readonly pingSeconds: number;
  /** Instances that were started for a ping. */
  readonly pingColdStarts: number;
  /** Number of the warmer's runs. */
  readonly warmerRuns: number;
  /** Number of provisioned instances times the duration. */
  readonly provisionedSeconds: number;
  /** Total time for which they worked. */
  readonly provisionedWorkSeconds: number;
  readonly addedLatency: AddedLatency;
}

/**
 * One function under one policy. It keeps no data of finished requests, so its size does not grow with their number.
 */
export class Simulation {
  private readonly instances: InstancePool;
  private readonly history: UsageHistory | undefined;
  private addedLatency = new AddedLatency();
  private readonly counts = { ...NOTHING };
  private provisioned = 0;
  private nextMinute = 0;
  private nextMinuteSeconds = 0;

  constructor(private readonly setup: SimulationSetup) {
    const { model, policy, startsAt, seed } = setup;
    this.instances = new InstancePool(model, createRandom(seed));
    if (policy.kind === "conditional") this.history = new UsageHistory(startsAt, policy.readEveryMinutes);
  }

  /** Passes on events that are the same for several simulations. */
  handle({ atSeconds, workSeconds, slots, length }: SharedEvents): void {
    for (let index = 0; index < length; index++) {
      const at = atSeconds[index] ?? 0;
      const work = workSeconds[index] ?? 0;
      const slot = slots[index] ?? 0;
      if (work >= 0) this.request(at, work, slot);
      else this.end(at, slot);
    }
  }

  /**
   * Adds a request, later than all earlier ones, with its duration without a start.
   *
   * @param slot see {@link SharedEvents}
   */
  request(atSeconds: number, workSeconds: number, slot?: number): void {
    if (atSeconds >= this.nextMinuteSeconds) this.passMinutes(atSeconds);
    const { instances, counts } = this;
    instances.advance(atSeconds);
    const busyProvisioned = instances.busyProvisioned;
    const served = instances.serve(atSeconds, workSeconds, Caller.Request, slot);
    counts.requests++;
    if (served === Served.Cold) {
      counts.coldStarts++;
      this.addedLatency.add(instances.lastInitSeconds);
    } else if (served === Served.Throttled) {
      counts.throttled++;
      return;
    } else if (instances.busyProvisioned > busyProvisioned) {
      counts.provisionedWorkSeconds += workSeconds;
    }
    this.history?.see(instances.busyRequests);
  }

  private end(atSeconds: number, slot: number): void {
    if (atSeconds > this.nextMinuteSeconds) this.passMinutes(atSeconds);
    this.instances.end(atSeconds, slot);
  }

  /** Finishes the simulation: no further requests until the end. */
  finish(endSeconds: number): SimulationResult {
    // Events at the end time itself are not included.
    this.passMinutes(endSeconds - Number.EPSILON * endSeconds);
    const seconds = endSeconds - (this.setup.countFromSeconds ?? 0);
    return { ...this.counts, seconds, addedLatency: this.addedLatency };
  }

  private passMinutes(untilSeconds: number): void {
    const { policy, startsAt, countFromSeconds = 0 } = this.setup;
    const { instances, history, counts } = this;
    const firstMinute = startsAt / MINUTE_MILLISECONDS;
    for (; this.nextMinuteSeconds <= untilSeconds; this.nextMinuteSeconds += MINUTE_SECONDS) {
      const minute = firstMinute + this.nextMinute++;
      const now = minute * MINUTE_MILLISECONDS;
      if (this.nextMinuteSeconds === countFromSeconds) {
        Object.assign(counts, NOTHING);
        this.addedLatency = new AddedLatency();
      }
      if (policy.kind === "provisioned") {
        this.provisioned = countProvisioned(policy, minute);
        instances.provision(this.provisioned);
        counts.provisionedSeconds += this.provisioned * MINUTE_SECONDS;
      }
      if (history && history.nextStartsAt <= now) {
        instances.advance(this.nextMinuteSeconds);
        history.nextPeriod(instances.busyRequests);
      }
      const scheduled = countScheduledPings(policy, minute);
      if (scheduled !== undefined) this.ping(scheduled, now);
    }
  }

  private ping(scheduled: number, now: number): void {
    const { instances, counts } = this;
    const concurrency = this.demand(scheduled, now);
    const seconds = computeHold(concurrency, (concurrency - 1) * PING_SPREAD_MILLISECONDS) / 1000;
    instances.advance(this.nextMinuteSeconds);
    for (let ping = 0; ping < concurrency; ping++) {
      const served = instances.serve(this.nextMinuteSeconds, seconds, Caller.Ping);
      if (served === Served.Cold) counts.pingColdStarts++;
      if (served !== Served.Throttled) counts.pingSeconds += seconds;
    }
    counts.pings += concurrency;
    counts.warmerRuns++;
  }

  /** The warmer's own code decides, so the simulation does what really runs. */
  private demand(concurrency: number, now: number): number {
    const { policy, model, price } = this.setup;
    const target = buildTarget(policy, concurrency, price, model.reservedConcurrency);
    return computeDemand(target, this.history?.usage(now)).concurrency;
  }
}
