/** What the warmer is asked, by a schedule, by a deployment's gate or by a person, and what it answers. */

/** Why a run happens. */
export type Strategy = "scheduled" | "peak" | "pre_deployment" | "gate";

/** One function to keep warm. */
export interface WarmingTarget {
  /** Its name in AWS. */
  readonly functionName: string;
  /** The alias that pings go to; for a gate, the version itself. */
  readonly qualifier: string;
  /** Instances to keep warm. */
  readonly concurrency: number;
  /** The most instances that the function may have at once; missing when it has no limit of its own. */
  readonly reservedConcurrency?: number;
  readonly price: Price;
  /** Instead of `concurrency`, as many as the function is going to need. */
  readonly conditional?: ConditionalWarming;
  /** The version that has to answer; an answer of any other is a failure. */
  readonly version?: string;
}

/** What running a function costs, in dollars. */
export interface Price {
  /** Of its time, with its memory. */
  readonly perSecond: number;
  readonly perRequest: number;
}

/** Bounds of what a function's use decides. */
export interface ConditionalWarming {
  readonly minimum: number;
  readonly maximum: number;
  /** How often usage is read, at most. */
  readonly readEveryMinutes: number;
}

/** Several rounds in one run. */
export interface Rounds {
  readonly everySeconds: number;
  readonly forMinutes: number;
  /** Goes on when the instances are proven warm already. */
  readonly fullTime: boolean;
}

/** The warmer's event. */
export interface WarmingRequest {
  readonly strategy: Strategy;
  readonly targets: readonly WarmingTarget[];
  /** By which the records of this run are found in the log; by default, the invocation's request id. */
  readonly runId?: string;
  /** Of a `pre_deployment` alone; one round without it. */
  readonly rounds?: Rounds;
  /** The warmer's own price. */
  readonly price: Price;
}

/** How one target was warmed in one round. */
export interface TargetResult {
  readonly functionName: string;
  /** Instances asked for. */
  readonly asked: number;
  /** Why as many; missing for a fixed number that nothing limits. */
  readonly reason?: string;
  /** Pings sent, and those that were answered as a ping is to be. */
  readonly invocations: number;
  readonly successful: number;
  /** Different instances that answered. */
  readonly instances: number;
  /** How many of them had to be started for a ping. */
  readonly coldStarts: number;
  /** How long the longest hold was. */
  readonly holdMilliseconds: number;
  /** What went wrong, each once. */
  readonly failures: readonly string[];
}

/** One log record, and the answer of a run: the last round's. */
export interface WarmingRecord {
  readonly level: "INFO" | "WARN";
  readonly message: "warming";
  readonly runId: string;
  readonly strategy: Strategy;
  /** Which round of how many, from 1. A round that took longer than its time leaves out the next one's number. */
  readonly round: number;
  readonly rounds: number;
  /** Whether no round follows. */
  readonly last: boolean;
  readonly durationMilliseconds: number;
  /**
   * An estimate of the round's pings, without what starting instances costs, and of the warmer's time, the pause before
   * included.
   */
  readonly estimatedDollars: number;
  readonly targets: readonly TargetResult[];
}
