import { type WarmingRequest } from "../warming/contract";

/** Requests to the rollout controller, from a deployment, a schedule or a person, its state, and its log records. */

/** What a new version is judged by; in this order, readers see them. */
export const MEASURE_KEYS = [
  "errors",
  "timeouts",
  "throttles",
  "duration",
  "init_duration",
  "memory",
  "alarms",
  "pings",
] as const;

/** A measure's key in the files. */
export type MeasureKey = (typeof MEASURE_KEYS)[number];

/** How a version gets traffic, and when it loses it again. */
export interface RolloutPlan {
  /** The new version's share of requests in each step, in percent, rising; the last one is 100. */
  readonly percents: readonly number[];
  /** How long each step before the last one lasts at least. */
  readonly stepSeconds: number;
  /** How long the version is judged after all traffic has moved. */
  readonly bakeSeconds: number;
  /** The whole rollout takes at most so long; then it goes back. */
  readonly maximumSeconds: number;
  readonly judgedBy: readonly MeasureKey[];
  /** What a step does whose time is over while too few requests have come to judge by. */
  readonly tooFewRequests: "proceed" | "wait";
}

/** A function whose versions are rolled out. */
export interface RolloutSubject {
  /** Its name in AWS. */
  readonly functionName: string;
  readonly logGroup: string;
  /** Whether it emits a line of metrics per request, as `monitor` does; otherwise, the platform's reports count. */
  readonly publishesMetrics: boolean;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** The names of the function's alarms, which count if `judgedBy` has `alarms`. */
  readonly alarms: readonly string[];
  /** How the new version is warmed before each step; missing for a function that cannot be pinged. */
  readonly warming?: {
    /** The warmer's name in AWS. */
    readonly warmer: string;
    /**
     * For all traffic, with the version as it is in `version`; a step asks for its share of the instances, and at least
     * for one.
     */
    readonly request: WarmingRequest;
  };
}

/** From a deployment: moves traffic to a version. Answers when that is done, or goes on after the answer. */
export interface StartRequest {
  readonly action: "start";
  readonly subject: RolloutSubject;
  readonly plan: RolloutPlan;
  readonly version: string;
  /**
   * Changes when a version has gone back, so that the next deployment tries again. A request with the same one is the
   * same request: AWS's clients repeat those whose connection was lost, and changed settings make another one.
   */
  readonly attempt?: string;
}

/** From a schedule, every minute: continues what nobody drives. */
export interface TickRequest {
  readonly action: "tick";
}

/** From a person. */
export interface OperatorRequest {
  readonly action: "status" | "pause" | "resume" | "abort";
  /** The function's name in AWS; for `status`, all functions without it. */
  readonly functionName?: string;
}

/** The controller's event. */
export type ControllerRequest = StartRequest | TickRequest | OperatorRequest;

/** How a rollout is going, or how it ended. */
export type RolloutStatus = "running" | "paused" | "completed" | "rolled_back" | "aborted" | "superseded";

/** A range of values, as a number of values in each bucket; see `histogram.ts`. */
export type Histogram = Readonly<Record<string, number>>;

/** What one version's requests of one minute were like. */
export interface VersionFigures {
  /** Requests, without pings. */
  readonly requests: number;
  /** Those that failed, in any way. */
  readonly failures: number;
  readonly timeouts: number;
  /** Milliseconds in the handler. */
  readonly durations: Histogram;
  /** Milliseconds; one value per cold start, those for pings included. */
  readonly inits: Histogram;
  /** Peak memory of the instance so far, as a percentage of the function's memory; one value per invocation. */
  readonly memory: Histogram;
}

/** What is known of one minute. */
export interface MinuteFigures {
  /** Milliseconds since 1970, when it began. */
  readonly minute: number;
  /** By the versions' numbers. */
  readonly versions: Readonly<Record<string, VersionFigures>>;
}

/** What can be told about one measure. */
export interface Finding {
  readonly measure: MeasureKey;
  /** One sentence: how much worse, as in "5.2 % of 410 requests failed, 0.1 % of 3,702 of version 41". */
  readonly text: string;
}

/** A version's share of requests. */
export interface TrafficShare {
  readonly percent: number;
  /** Milliseconds since 1970, when the alias was changed. */
  readonly since: number;
}

/** A rollout as it is kept. */
export interface RolloutState {
  readonly functionName: string;
  /** Different for each attempt. */
  readonly rolloutId: string;
  readonly from: string;
  readonly to: string;
  readonly subject: RolloutSubject;
  readonly plan: RolloutPlan;
  readonly status: RolloutStatus;
  /** Index into `plan.percents`. */
  readonly step: number;
  /** All times are milliseconds since 1970. */
  readonly startedAt: number;
  readonly stepStartedAt: number;
  /** The new version's shares of requests so far, the first one first. */
  readonly shares: readonly TrafficShare[];
  readonly endedAt?: number;
  /** Why it goes on, waits, or ended: one paragraph. */
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Alarms that rang before, which do not count. */
  readonly ringingBefore: readonly string[];
}

/** One log record: what readers and the saved query see of a rollout. */
export interface RolloutRecord {
  readonly level: "INFO" | "WARN";
  readonly message: "rollout";
  /** What happened. */
  readonly event: "begin" | "step" | "wait" | "pause" | "resume" | "end";
  readonly functionName: string;
  readonly rolloutId: string;
  readonly status: RolloutStatus;
  readonly from: string;
  readonly to: string;
  /** The new version's share of requests from now on. */
  readonly percent: number;
  readonly reason: string;
  readonly findings: readonly Finding[];
  /** Both versions' figures over the whole rollout. */
  readonly figures: Readonly<Record<"old" | "new", FigureSummary>>;
}

/** A version's figures in a record. Shares are percentages; what is not known is missing. */
export interface FigureSummary {
  readonly requests: number;
  readonly failures: number;
  readonly timeouts: number;
  readonly p50Milliseconds?: number;
  readonly p99Milliseconds?: number;
  readonly coldStarts: number;
  readonly initP50Milliseconds?: number;
  readonly memoryMaximumPercent?: number;
}

/** A rollout, and what both versions' requests have been like since it began. */
export interface RolloutOverview {
  readonly state: RolloutState;
  readonly figures: RolloutRecord["figures"];
}

/** The controller's answer to an `OperatorRequest`. */
export interface OperatorAnswer {
  /** Whether it did what it was asked for; it does not if there is nothing to pause, to resume or to abort. */
  readonly isDone: boolean;
  /** What happened, or why nothing did: one sentence. Empty for `status`. */
  readonly text: string;
  /** The last rollout of the function, or of each function that has had one: as it is afterward. */
  readonly rollouts: readonly RolloutOverview[];
}

/** The controller's answer to a `StartRequest`, when the version has its traffic, or gets it step by step. */
export interface StartAnswer extends Pick<RolloutRecord, "status" | "from" | "to" | "percent" | "reason" | "figures"> {
  /** How it is going, for people: a sentence or two. */
  readonly summary: string;
}

/** The controller's answer to a `TickRequest`. */
export interface TickAnswer {
  /** How many rollouts went on when it began. */
  readonly active: number;
}
