import { computeDemand } from "../warming/demand";
import { computeHold } from "../warming/hold";
import { Caller, type InstanceModel, InstancePool, Served } from "./instances";
import { AddedLatency } from "./latency";
import { type Policy, countProvisioned, countScheduledPings } from "./policy";
import { createRandom } from "./random";
import { UsageHistory } from "./usage-history";

const MINUTE_SECONDS = 60;
const MINUTE_MILLISECONDS = 60_000;

/** How much later each ping of a run arrives than the one before, once the warmer's connections are there. */
const PING_SPREAD_MILLISECONDS = 2;

/** What one simulation is made of. */
export interface SimulationSetup {
  readonly model: InstanceModel;
  readonly policy: Policy;
  /** When second 0 is: a whole minute in milliseconds since 1970, UTC. */
  readonly startsAt: number;
  /** The same seed gives the same result. */
  readonly seed: number;
}

/** What happened in a simulation. */
export interface SimulationResult {
  readonly seconds: number;
  readonly requests: number;
  /** Requests that had to wait for an environment to start. */
  readonly coldStarts: number;
  /** Requests that were refused. */
  readonly throttled: number;
  readonly pings: number;
  /** How long all pings kept environments busy, starts not counted. */
  readonly pingSeconds: number;
  /** Environments that were started for a ping. */
  readonly pingColdStarts: number;
  /** How often the warmer ran. */
  readonly warmerRuns: number;
  /** Provisioned environments times how long they were. */
  readonly provisionedSeconds: number;
  /** How long they worked. */
  readonly provisionedWorkSeconds: number;
  readonly addedLatency: AddedLatency;
}

/**
 * One function under one policy. It keeps nothing of the requests that are over, so its size does not grow with their
 * number.
 */
export class Simulation {
  private readonly environments: InstancePool;
  private readonly history: UsageHistory | undefined;
  private readonly addedLatency = new AddedLatency();
  private readonly counts = {
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
  private provisioned = 0;
  private nextMinute = 0;
  private nextMinuteSeconds = 0;

  constructor(private readonly setup: SimulationSetup) {
    const { model, policy, startsAt, seed } = setup;
    this.environments = new InstancePool(model, createRandom(seed));
    if (policy.kind === "conditional") this.history = new UsageHistory(startsAt, policy.readEveryMinutes);
  }

  /** A request comes, later than all before, with so much work besides a start. */
  request(atSeconds: number, workSeconds: number): void {
    if (atSeconds >= this.nextMinuteSeconds) this.passMinutes(atSeconds);
    const { environments, counts } = this;
    environments.advance(atSeconds);
    const busyProvisioned = environments.busyProvisioned;
    const served = environments.serve(atSeconds, workSeconds, Caller.Request);
    counts.requests++;
    if (served === Served.Cold) {
      counts.coldStarts++;
      this.addedLatency.add(environments.lastInitSeconds);
    } else if (served === Served.Throttled) {
      counts.throttled++;
      return;
    } else if (environments.busyProvisioned > busyProvisioned) {
      counts.provisionedWorkSeconds += workSeconds;
    }
    this.history?.see(environments.busyRequests);
  }

  /** Nothing comes any more until the end. */
  finish(endSeconds: number): SimulationResult {
    // What happens at the end itself is not part of it.
    this.passMinutes(endSeconds - Number.EPSILON * endSeconds);
    return { ...this.counts, seconds: endSeconds, addedLatency: this.addedLatency };
  }

  private passMinutes(untilSeconds: number): void {
    const { policy, startsAt } = this.setup;
    const { environments, history, counts } = this;
    const firstMinute = startsAt / MINUTE_MILLISECONDS;
    for (; this.nextMinuteSeconds <= untilSeconds; this.nextMinuteSeconds += MINUTE_SECONDS) {
      const minute = firstMinute + this.nextMinute++;
      const now = minute * MINUTE_MILLISECONDS;
      if (policy.kind === "provisioned") {
        this.provisioned = countProvisioned(policy, minute);
        environments.provision(this.provisioned);
        counts.provisionedSeconds += this.provisioned * MINUTE_SECONDS;
      }
      if (history && history.nextStartsAt <= now) {
        environments.advance(this.nextMinuteSeconds);
        history.nextPeriod(environments.busyRequests);
      }
      const scheduled = countScheduledPings(policy, minute);
      if (scheduled !== undefined) this.ping(scheduled, now);
    }
  }

  private ping(scheduled: number, now: number): void {
    const { environments, counts } = this;
    const concurrency = this.demand(scheduled, now);
    const seconds = computeHold(concurrency, (concurrency - 1) * PING_SPREAD_MILLISECONDS) / 1000;
    environments.advance(this.nextMinuteSeconds);
    for (let ping = 0; ping < concurrency; ping++) {
      const served = environments.serve(this.nextMinuteSeconds, seconds, Caller.Ping);
      if (served === Served.Cold) counts.pingColdStarts++;
      if (served !== Served.Throttled) counts.pingSeconds += seconds;
    }
    counts.pings += concurrency;
    counts.warmerRuns++;
  }

  /** Decided by the warmer's own code, so that what is simulated is what runs. */
  private demand(concurrency: number, now: number): number {
    const { policy, model } = this.setup;
    const target = {
      functionName: "",
      qualifier: "",
      concurrency,
      price: { perSecond: 0, perRequest: 0 },
      ...(model.reservedConcurrency !== undefined && { reservedConcurrency: model.reservedConcurrency }),
      ...(policy.kind === "conditional" && { conditional: policy }),
    };
    return computeDemand(target, this.history?.usage(now)).concurrency;
  }
}
