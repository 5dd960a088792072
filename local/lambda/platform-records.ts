/**
 * Lines that Lambda itself writes to a function's log:
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */

/** Whether a start was on its own or, after it had failed, part of the first invocation. */
export type InitPhase = "init" | "invoke";

/** How an invocation, or a start that failed, ended. */
export type Status = "success" | "error" | "failure" | "timeout";

/** What each type of record holds. Milliseconds are real time; an error's type is there unless all went well. */
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
  /** Of a start that failed. */
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
  /** Rounded up, the start included. */
  readonly billedDurationMs: number;
  readonly memorySizeMB: number;
  readonly maxMemoryUsedMB: number;
  /** Of a cold start. */
  readonly initDurationMs?: number;
}

/** One line in Lambda's JSON log format. */
export function formatPlatformLine<Type extends keyof PlatformRecords>(
  type: Type,
  record: PlatformRecords[Type],
): string {
  return JSON.stringify({ time: new Date().toISOString(), type, record });
}

/** Metrics have microseconds, not more. */
export function roundToMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
