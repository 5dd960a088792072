/** The target of a load test, local or deployed. */

/** The platform's report of one invocation. */
export interface PlatformReport {
  /** Of a cold start. */
  readonly initMilliseconds?: number;
  /** The function's memory. */
  readonly memoryMb: number;
  /** The instance's peak memory since it started. */
  readonly usedMemoryMb: number;
}

/** The answer to a request. */
export interface TargetResponse {
  readonly status: number;
  /** If the target reports it. */
  readonly report?: PlatformReport;
}

/** Execution environments at one moment. */
export interface Instances {
  readonly present: number;
  readonly busy: number;
}

/** The result of one round of the warmer. */
export interface WarmingRound {
  readonly asked: number;
  readonly instances: number;
  readonly failures: readonly string[];
}

/** A function under load. */
export interface LoadTarget {
  readonly kind: "local" | "url";
  /** For people to read. */
  readonly address: string;
  /** Whether answers come with the platform's report. */
  readonly tellsReports: boolean;
  /** Sends one request, and rejects if there is no answer. */
  send(): Promise<TargetResponse>;
  /** Missing if unknown. */
  instances?(): Instances;
  /** Rejects if the warmer cannot be called. */
  checkWarmer(): Promise<void>;
  /** Starts a round of the warmer. */
  warm(instances: number): Promise<WarmingRound>;
  /** Waits until the target's instances have ended, as far as that is known. */
  waitUntilIdle(signal: AbortSignal): Promise<void>;
  /** Ends everything that was started for it, including open requests. */
  close(): Promise<void>;
}
