/** Requests to the warmer, from a schedule, a deployment's gate or a person, and its answers. */

/** Why a run happens. */
export type Strategy = "scheduled" | "peak" | "pre_deployment" | "gate";

/** One function to keep warm. */
export interface WarmingTarget {
  /** Its name in AWS. */
  readonly functionName: string;
  /** The alias that gets pings; for a gate, the version itself. */
  readonly qualifier: string;
  /** Instances to keep warm. */
  readonly concurrency: number;
  /** Maximum number of concurrent instances of the function; missing if it has no limit of its own. */
  readonly reservedConcurrency?: number;
  readonly price: Price;
  /** Whether it may not know pings: an error may then be its answer to an event that it does not understand. */
  readonly mayIgnorePings?: true;
  /** If set, usage decides the number of instances instead of `concurrency`. */
  readonly conditional?: ConditionalWarming;
  /** The version that must answer; an answer from any other is a failure. */
  readonly version?: string;
}

/** Price of running a function, in dollars. */
export interface Price {
  /** Price of its time, with its memory. */
  readonly perSecond: number;
  readonly perRequest: number;
}

/** Bounds for the number that usage decides. */
export interface ConditionalWarming {
  readonly minimum: number;
  readonly maximum: number;
  /** Minutes from one reading of usage to the next, for each metric that it needs; less while little is known. */
  readonly readEveryMinutes: number;
}

/** Several rounds in one run. */
export interface Rounds {
  readonly everySeconds: number;
  readonly forMinutes: number;
  /** Continues even if the instances are already proven warm. */
  readonly fullTime: boolean;
}

/** The warmer's event. */
export interface WarmingRequest {
  readonly strategy: Strategy;
  readonly targets: readonly WarmingTarget[];
  /** Identifies this run's records in the log; by default, the invocation's request id. */
  readonly runId?: string;
  /** Only for `pre_deployment`; one round without it. */
  readonly rounds?: Rounds;
  /** The warmer's own price. */
  readonly price: Price;
}

/** The result of one target in one round. */
export interface TargetResult {
  readonly functionName: string;
  /** Number of instances requested. */
  readonly asked: number;
  /** The reason for this number; missing for a fixed number without a limit. */
  readonly reason?: string;
  /** Pings sent, and pings answered correctly. */
  readonly invocations: number;
  readonly successful: number;
  /** Number of different instances that answered. */
  readonly instances: number;
  /** How many of them a ping had to start. */
  readonly coldStarts: number;
  /** Duration of the longest hold. */
  readonly holdMilliseconds: number;
  /** Failures, each listed once. */
  readonly failures: readonly string[];
}

/** One log record. The answer of a run is the last round's record. */
export interface WarmingRecord {
  readonly level: "INFO" | "WARN";
  readonly message: "warming";
  readonly runId: string;
  readonly strategy: Strategy;
  /**
   * Number of the round, from 1, and number of rounds. If a round takes longer than its time, the next number is
   * skipped.
   */
  readonly round: number;
  readonly rounds: number;
  /** Whether this is the last round. */
  readonly last: boolean;
  readonly durationMilliseconds: number;
  /**
   * Estimated cost of the round's pings, without starting instances, and of the warmer's time, including the pause
   * before the round.
   */
  readonly estimatedDollars: number;
  readonly targets: readonly TargetResult[];
}
