import { generateConstantRate, OpenLoop, type SentRequest } from "./open-loop";
import { type Instances, type LoadTarget, type WarmingRound } from "./target";

const SAMPLE_MILLISECONDS = 250;

/** A part of a run. */
export interface Phase {
  readonly name: string;
  /** The part of the run to which it belongs, for comparisons. */
  readonly part: string;
  /** Milliseconds on the run's clock. */
  readonly startedAt: number;
  readonly ratePerSecond?: number;
  /** Set if the target did not hold it. */
  readonly broken?: boolean;
  /** The round of the warmer before it. */
  readonly warming?: WarmingRound;
}

/** Instances at one moment of the run's clock. */
export interface InstancesSample extends Instances {
  readonly at: number;
}

/** A running load test: what a profile works with, and what is known at its end. */
export class Run {
  readonly phases: Phase[] = [];
  readonly samples: InstancesSample[] = [];
  readonly loop: OpenLoop;
  /** The current activity, in words. */
  activity = "starting";
  private expectedSeconds = 0;
  private readonly sampling: NodeJS.Timeout;

  constructor(
    readonly target: LoadTarget,
    readonly signal: AbortSignal,
  ) {
    this.loop = new OpenLoop(() => target.send(), signal);
    this.sampling = setInterval(() => {
      const instances = this.loop.isStopped ? undefined : target.instances?.();
      if (instances) this.samples.push({ at: this.loop.now, ...instances });
    }, SAMPLE_MILLISECONDS);
  }

  /** The finished share of the phase, from 0 to 1; 0 if unknown. */
  get fraction(): number {
    const { startedAt = 0 } = this.phases.at(-1) ?? {};
    return this.expectedSeconds > 0 ? Math.min(1, (this.loop.now - startedAt) / 1000 / this.expectedSeconds) : 0;
  }

  /**
   * Starts a phase and sends its requests; resolves when the last one has been sent.
   *
   * @param startedAt on the run's clock; now by default
   */
  async send(phase: Omit<Phase, "startedAt">, arrivals: Iterable<number>, startedAt = this.loop.now): Promise<void> {
    this.activity = phase.name;
    this.expectedSeconds = 0;
    this.phases.push({ ...phase, startedAt });
    await this.loop.run(arrivals, this.phases.length - 1, startedAt);
  }

  /** Like {@link send}, but at a constant rate. Returns the planned end of the phase, on the run's clock. */
  async sendConstantly(
    phase: Omit<Phase, "startedAt" | "ratePerSecond">,
    ratePerSecond: number,
    seconds: number,
    startedAt = this.loop.now,
  ): Promise<number> {
    const sending = this.send({ ...phase, ratePerSecond }, generateConstantRate(ratePerSecond, seconds), startedAt);
    this.expectedSeconds = seconds;
    await sending;
    return startedAt + seconds * 1000;
  }

  /** The last phase's requests. */
  get current(): SentRequest[] {
    return this.listRequests(this.phases.length - 1);
  }

  /** A phase's requests. They are the last ones, so searching from the end is fast. */
  private listRequests(phase: number): SentRequest[] {
    const { requests } = this.loop;
    const before = requests.findLastIndex((request) => request.phase !== phase);
    return requests.slice(before + 1);
  }

  /** Marks the phases from this one on as not held by the target. */
  markBroken(from: number): void {
    const broken = this.phases.splice(from).map((phase) => ({ ...phase, broken: true }));
    this.phases.push(...broken);
  }

  /** Ends background work. */
  stop(): void {
    clearInterval(this.sampling);
  }
}
