/**
 * Lines that Lambda itself writes to a function's log:
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */

/** Whether a start was separate or, after a failure, part of the first invocation. */
export type InitPhase = "init" | "invoke";

/** The status of an invocation, or of a failed start. */
export type Status = "success" | "error" | "failure" | "timeout";

/** The contents of each type of record. Milliseconds are real time; an error's type is present only after a failure. */
export interface PlatformRecords {
  "platform.initStart": {
    readonly initializationType: "on-demand";
    readonly phase: InitPhase;
    readonly runtimeVersion: string;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly instanceId: string;
    readonly instanceMaxMemory: number;
  };
  /** For a failed start. */
  "platform.initReport": {
    readonly initializationType: "on-demand";
    readonly phase: InitPhase;
    readonly status: Exclude<Status, "success">;
    readonly errorType?: string;
    readonly metrics: { readonly durationMs: number };
  };
  "platform.start": { readonly requestId: string; readonly version: string };
  "platform.report": {
    readonly requestId: string;
    readonly metrics: ReportMetrics;
    readonly status: Status;
    readonly errorType?: string;
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html#ReportMetrics */
export interface ReportMetrics {
  readonly durationMs: number;
  /** Rounded up, including the start. */
  readonly billedDurationMs: number;
  readonly memorySizeMB: number;
  readonly maxMemoryUsedMB: number;
  /** For a cold start. */
  readonly initDurationMs?: number;
}

/** One line in Lambda's JSON log format. */
export function formatPlatformLine<Type extends keyof PlatformRecords>(
  type: Type,
  record: PlatformRecords[Type],
): string {
  return JSON.stringify({ time: new Date().toISOString(), type, record });
}

/** Metrics have a precision of microseconds. */
export function roundToMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
