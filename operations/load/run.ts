import { generateConstantRate, OpenLoop, type SentRequest } from "./open-loop";
import { type Instances, type LoadTarget, type WarmingRound } from "./target";

const SAMPLE_MILLISECONDS = 250;

/** A part of a run. */
export interface Phase {
  readonly name: string;
  /** What it is compared by: the share of the run that it belongs to. */
  readonly part: string;
  /** Milliseconds on the run's clock. */
  readonly startedAt: number;
  readonly ratePerSecond?: number;
  /** Set when the target did not hold it. */
  readonly broken?: boolean;
  /** Of the round before it. */
  readonly warming?: WarmingRound;
}

/** Instances at one moment of the run's clock. */
export interface InstancesSample extends Instances {
  readonly at: number;
}

/** A run under way: what a profile works with, and what is known at its end. */
export class Run {
  readonly phases: Phase[] = [];
  readonly samples: InstancesSample[] = [];
  readonly loop: OpenLoop;
  /** What is going on, for people to read. */
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

  /** How much of the phase is over, from 0 to 1; 0 when nobody knows. */
  get fraction(): number {
    const { startedAt = 0 } = this.phases.at(-1) ?? {};
    return this.expectedSeconds > 0 ? Math.min(1, (this.loop.now - startedAt) / 1000 / this.expectedSeconds) : 0;
  }

  /**
   * Begins a phase and sends its requests; resolves when the last one was sent.
   *
   * @param startedAt on the run's clock; now by default
   */
  async send(phase: Omit<Phase, "startedAt">, arrivals: Iterable<number>, startedAt = this.loop.now): Promise<void> {
    this.activity = phase.name;
    this.expectedSeconds = 0;
    this.phases.push({ ...phase, startedAt });
    await this.loop.run(arrivals, this.phases.length - 1, startedAt);
  }

  /** As {@link send}, at a constant rate. Returns when the phase was to end, on the run's clock. */
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

  /** A phase's requests. They are the last ones, so that looking from the end is fast. */
  private listRequests(phase: number): SentRequest[] {
    const { requests } = this.loop;
    const before = requests.findLastIndex((request) => request.phase !== phase);
    return requests.slice(before + 1);
  }

  /** Says of the phases from one on that the target did not hold them. */
  markBroken(from: number): void {
    const broken = this.phases.splice(from).map((phase) => ({ ...phase, broken: true }));
    this.phases.push(...broken);
  }

  /** Ends what it does by itself. */
  stop(): void {
    clearInterval(this.sampling);
  }
}
