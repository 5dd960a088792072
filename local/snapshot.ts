import { type NewFailures } from "../model/failures";
import { type RolloutPlan, type RolloutRecord, type TrafficShare } from "../rollout/contract";
import { type AlarmState } from "./cloudwatch/alarm";
import { type ExecutionEnvironmentState } from "./lambda/execution-environment-pool";

/** The figures of one function since its environment started. */
export interface FunctionSnapshot {
  readonly id: string;
  /** Current execution environments, including busy ones. */
  readonly instances: number;
  readonly busy: number;
  /** Execution environments that were started for an invocation, either a request or a ping. */
  readonly coldStarts: number;
  /** Of these, those started for requests through the alias `live`. */
  readonly requestColdStarts: number;
  /** Invocations through the alias `live`, without refused ones. */
  readonly requests: number;
  /** Failed requests: the function threw, crashed or timed out, or answered over HTTP with a status of 500 or above. */
  readonly errors: number;
  /** Invocations, including pings, that were refused because the function is at its reserved concurrency. */
  readonly throttles: number;
}

/** The current state of an alarm. */
export interface AlarmSnapshot {
  readonly name: string;
  readonly state: AlarmState;
}

/** An execution environment of a function. */
export interface InstanceSnapshot extends ExecutionEnvironmentState {
  readonly functionId: string;
}

/** A rollout of a function's new version: how it is going, or how it ended. Times are on the environment's clock. */
export interface RolloutSnapshot extends Pick<
  RolloutRecord,
  "from" | "to" | "status" | "percent" | "reason" | "findings" | "figures"
> {
  /** The function's name in the environment's file. */
  readonly id: string;
  readonly plan: RolloutPlan;
  readonly startedAt: number;
  /** When its figures and its reason were said. */
  readonly saidAt: number;
  /** The new version's shares of requests so far, the first one first. */
  readonly shares: readonly TrafficShare[];
  readonly endedAt?: number;
  /** How requests to the new version failed and those to the old one did not, if it has gone back. */
  readonly newFailures: NewFailures;
}

/** The state of an environment at one time. */
export interface LocalSnapshot {
  readonly functions: readonly FunctionSnapshot[];
  readonly alarms: readonly AlarmSnapshot[];
}

/** The figures of one function in the last minute, or since the environment started, in real time. */
export interface RecentTraffic {
  readonly id: string;
  readonly requestsPerSecond: number;
  /** As in {@link FunctionSnapshot}. */
  readonly coldStarts: number;
  readonly errors: number;
  readonly throttles: number;
  /** How long callers waited, including cold starts; undefined if there were none. */
  readonly milliseconds: { readonly p50: number; readonly p90: number; readonly p99: number } | undefined;
}
