import { randomBytes } from "node:crypto";
import { performance } from "node:perf_hooks";
import { LATEST } from "./function-configuration";
import { type InitPhase, formatPlatformLine, type PlatformRecords, roundToMicroseconds } from "./platform-records";
import { type ProcessGuard } from "./process-guard";
import { type Invocation, type StreamedResponse } from "./runtime-api";
import { type PhaseEnd, RuntimeProcess } from "./runtime-process";
import { type RuntimeSettings } from "./runtime-variables";

/** https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html#runtimes-lifecycle-ib */
export const INIT_LIMIT_MILLISECONDS = 10_000;

/** What an execution environment needs to know. */
export interface ExecutionEnvironmentSettings extends Omit<RuntimeSettings, "logStreamName"> {
  /** How long the function's code may take to load before the first invocation. */
  readonly initLimitMilliseconds: number;
  /** Gets every line of the log, and the name of its stream. */
  readonly onLog: (line: string, logStreamName: string) => void;
  readonly guard: ProcessGuard;
}

/** How an invocation ended. */
export interface InvocationResult {
  readonly requestId: string;
  /** The version that answered. */
  readonly executedVersion: string;
  /** The id of the execution environment that answered. */
  readonly instanceId: string;
  /** What the handler returned, or `errorType`, `errorMessage` and possibly `trace`; JSON. */
  readonly payload: string;
  /** Set if the handler wrote its answer as a stream: the payload is then its text, JSON or not. */
  readonly streamed?: StreamedResponse;
  /** Set if the function failed; Lambda knows only this value. */
  readonly functionError?: "Unhandled";
  /** What was logged during the invocation. */
  readonly logLines: readonly string[];
  /** Duration as Lambda reports it, without the start. */
  readonly milliseconds: number;
  /** Duration of the environment's start; undefined unless it was started for this invocation. */
  readonly initMilliseconds?: number;
}

/** What an execution environment does and has done. */
export interface Activity {
  /** Whether its code is still loading. */
  readonly isStarting: boolean;
  /** The alias or version that its current or last invocation came through. */
  readonly qualifier: string | undefined;
  /** How many invocations it has answered, by the alias or version that they came through. */
  readonly answered: Readonly<Record<string, number>>;
}

/**
 * One execution environment: it starts when it is created, handles one invocation at a time, and cannot be used anymore
 * after a timeout, a crash or a start that failed twice.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export class ExecutionEnvironment {
  /** The unique name of its log stream. */
  readonly logStreamName: string;
  readonly id = randomBytes(16).toString("hex");
  private starting: Promise<RuntimeProcess>;
  private runtime: RuntimeProcess | undefined;
  private initialization: Promise<PhaseEnd> | undefined;
  private initMilliseconds: number | undefined;
  private logLines: string[] = [];
  private closed = false;
  private qualifier: string | undefined;
  private readonly answered: Record<string, number> = {};

  constructor(private readonly settings: ExecutionEnvironmentSettings) {
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    this.logStreamName = `${day}/[${settings.version}]${this.id}`;
    this.starting = this.start("init");
    this.initialization = this.initialize("init", settings.initLimitMilliseconds);
    // The caller of an invocation gets the error.
    this.initialization.catch(() => undefined);
  }

  /** The process that runs the function's code; undefined until it exists. */
  get pid(): number | undefined {
    return this.runtime?.pid;
  }

  get activity(): Activity {
    const { initialization, qualifier, answered } = this;
    return { isStarting: initialization !== undefined, qualifier, answered: { ...answered } };
  }

  /** Whether it can handle another invocation. */
  get isUsable(): boolean {
    return !this.closed && this.runtime?.isUsable === true;
  }

  /** Handles one invocation, after waiting for the start. */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const { configuration, version } = this.settings;
    const { qualifier = LATEST } = invocation;
    this.qualifier = qualifier;
    const initialized = await this.initialization;
    this.initialization = undefined;
    const startedAt = performance.now();
    const limit = configuration.timeoutSeconds * 1000;
    let end: PhaseEnd | undefined;
    if (initialized && initialized.status !== "success" && !this.closed) {
      // The start is retried once, as part of the invocation.
      this.starting = this.start("invoke");
      const again = await this.initialize("invoke", limit);
      if (again.status !== "success") end = again;
    }
    this.log("platform.start", { requestId: invocation.requestId, version });
    const runtime = await this.starting;
    end ??= await runtime.invoke(invocation, limit - (performance.now() - startedAt));
    const milliseconds = performance.now() - startedAt;

    this.log("platform.report", {
      requestId: invocation.requestId,
      metrics: {
        durationMs: roundToMicroseconds(milliseconds),
        billedDurationMs: Math.ceil(milliseconds + (this.initMilliseconds ?? 0)),
        memorySizeMB: configuration.memoryMb,
        maxMemoryUsedMB: runtime.maxMemoryUsedMb,
        ...(this.initMilliseconds === undefined ? {} : { initDurationMs: roundToMicroseconds(this.initMilliseconds) }),
      },
      status: end.status,
      errorType: findErrorType(end),
    });
    const { logLines, initMilliseconds } = this;
    this.initMilliseconds = undefined;
    this.logLines = [];
    this.answered[qualifier] = (this.answered[qualifier] ?? 0) + 1;
    return {
      requestId: invocation.requestId,
      executedVersion: version,
      instanceId: this.id,
      logLines,
      milliseconds,
      initMilliseconds,
      ...(end.status === "success" && end.streamed && { streamed: end.streamed }),
      payload: buildPayload(end, invocation.requestId, configuration.timeoutSeconds),
      ...(end.status !== "success" && { functionError: "Unhandled" }),
    };
  }

  /** Ends it, even during an invocation, which then fails; resolves when its process has ended. */
  async close(): Promise<void> {
    this.closed = true;
    const runtime = await this.starting.catch(() => undefined);
    await runtime?.kill();
  }

  private async start(phase: InitPhase): Promise<RuntimeProcess> {
    const { configuration, version, guard } = this.settings;
    this.log("platform.initStart", {
      initializationType: "on-demand",
      phase,
      runtimeVersion: `nodejs:${process.versions.node}`,
      functionName: configuration.name,
      functionVersion: version,
      instanceId: this.id,
      instanceMaxMemory: configuration.memoryMb * 1024 * 1024,
    });
    const settings = { ...this.settings, logStreamName: this.logStreamName };
    this.runtime = await RuntimeProcess.start(settings, guard, (line) => {
      this.write(line);
    });
    return this.runtime;
  }

  private async initialize(phase: InitPhase, limitMilliseconds: number): Promise<PhaseEnd> {
    const startedAt = performance.now();
    const runtime = await this.starting;
    const end = await runtime.initialize(limitMilliseconds);
    const milliseconds = performance.now() - startedAt;
    if (end.status !== "success") {
      this.log("platform.initReport", {
        initializationType: "on-demand",
        phase,
        status: end.status,
        errorType: findErrorType(end),
        metrics: { durationMs: roundToMicroseconds(milliseconds) },
      });
    } else if (phase === "init") this.initMilliseconds = milliseconds;
    return end;
  }

  private log<Type extends keyof PlatformRecords>(type: Type, record: PlatformRecords[Type]): void {
    this.write(formatPlatformLine(type, record));
  }

  private write(line: string): void {
    this.logLines.push(line);
    this.settings.onLog(line, this.logStreamName);
  }
}

function findErrorType(end: PhaseEnd): string | undefined {
  switch (end.status) {
    case "success":
      return undefined;
    case "error":
      return parseErrorType(end.payload);
    case "timeout":
      return "Sandbox.Timedout";
    case "failure":
      return end.errorType;
  }
}

/** The caller's result. */
function buildPayload(end: PhaseEnd, requestId: string, timeoutSeconds: number): string {
  if (end.status === "success" || end.status === "error") return end.payload;
  const reason = end.status === "timeout" ? `Task timed out after ${timeoutSeconds.toFixed(2)} seconds` : end.reason;
  return JSON.stringify({ errorType: findErrorType(end), errorMessage: `RequestId: ${requestId} Error: ${reason}` });
}

function parseErrorType(payload: string): string | undefined {
  try {
    const { errorType } = JSON.parse(payload) as { readonly errorType?: unknown };
    return typeof errorType === "string" ? errorType : undefined;
  } catch {
    return undefined;
  }
}
