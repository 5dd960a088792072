/** What is loaded, wherever it runs. */

/** What the platform reports of one invocation. */
export interface PlatformReport {
  /** Of a cold start. */
  readonly initMilliseconds?: number;
  /** The function's memory. */
  readonly memoryMb: number;
  /** The most that the instance has used since it started. */
  readonly usedMemoryMb: number;
}

/** How a request was answered. */
export interface TargetResponse {
  readonly status: number;
  /** Where the target tells it. */
  readonly report?: PlatformReport;
}

/** Execution environments at one moment. */
export interface Instances {
  readonly present: number;
  readonly busy: number;
}

/** What one round of the warmer has brought. */
export interface WarmingRound {
  readonly asked: number;
  readonly instances: number;
  readonly failures: readonly string[];
}

/** A function that gets the load. */
export interface LoadTarget {
  readonly kind: "local" | "url";
  /** For people to read. */
  readonly address: string;
  /** Whether answers come with the platform's report. */
  readonly tellsReports: boolean;
  /** Sends one request, and rejects when there is no answer. */
  send(): Promise<TargetResponse>;
  /** Missing where nobody knows. */
  instances?(): Instances;
  /** Rejects when the warmer cannot be asked. */
  checkWarmer(): Promise<void>;
  /** Has the warmer do a round. */
  warm(instances: number): Promise<WarmingRound>;
  /** Waits until the target's instances are gone, as far as can be known. */
  waitUntilIdle(signal: AbortSignal): Promise<void>;
  /** Ends what was started for it, requests under way included. */
  close(): Promise<void>;
}
