import { type AlarmState } from "./cloudwatch/alarm";

/** The figures of one function since its environment started. */
export interface FunctionSnapshot {
  readonly id: string;
  /** Execution environments that are there now, the busy ones included. */
  readonly instances: number;
  readonly busy: number;
  /** Execution environments that were started for an invocation, be it a request or a ping. */
  readonly coldStarts: number;
  /** Of these, those that requests through the alias `live` have met. */
  readonly requestColdStarts: number;
  /** Invocations through the alias `live`; those that were refused are not among them. */
  readonly requests: number;
  /**
   * Requests that failed: the function threw, crashed or ran out of time, or answered over HTTP with a status from 500
   * on.
   */
  readonly errors: number;
  /** Invocations, pings included, that were refused because the function is at its reserved concurrency. */
  readonly throttles: number;
}

/** Where an alarm is now. */
export interface AlarmSnapshot {
  readonly name: string;
  readonly state: AlarmState;
}

/** What an environment looks like at one moment. */
export interface LocalSnapshot {
  readonly functions: readonly FunctionSnapshot[];
  readonly alarms: readonly AlarmSnapshot[];
}

/** What happened to one function in the last minute, or since the environment started; by the clock on the wall. */
export interface RecentTraffic {
  readonly id: string;
  readonly requestsPerSecond: number;
  /** As those of {@link FunctionSnapshot}. */
  readonly coldStarts: number;
  readonly errors: number;
  readonly throttles: number;
  /** How long callers waited, cold starts included; undefined when there were none. */
  readonly milliseconds: { readonly p50: number; readonly p90: number; readonly p99: number } | undefined;
}
