import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { setImmediate as afterThisRound } from "node:timers/promises";
import { Lines } from "./lines";
import { readPeakMemoryMb } from "./peak-memory";
import { findDescendants } from "./process-tree";
import { type ProcessGuard } from "./process-guard";
import { type Invocation, RuntimeApi, type RuntimeReport, type StreamedResponse } from "./runtime-api";
import { type RuntimeSettings, buildRuntimeVariables } from "./runtime-variables";

const MEMORY_POLL_MILLISECONDS = 20;

/** Node sizes its heap by the computer's memory, which in Lambda is the function's memory; some of that is not heap. */
const HEAP_SHARE = 0.9;

/**
 * How a phase of a runtime's life ended. Payloads are JSON; the reason for a failure does not contain the request's id.
 */
export type PhaseEnd =
  | { readonly status: "success"; readonly payload: string; readonly streamed?: StreamedResponse }
  | { readonly status: "error"; readonly payload: string }
  | { readonly status: "failure"; readonly errorType: string; readonly reason: string }
  | { readonly status: "timeout" };

/**
 * A function's code in its own Node.js process and process group, behind its own Runtime API. It runs only during a
 * phase, and is frozen in between: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export class RuntimeProcess {
  private readonly exit: Promise<unknown>;
  private readonly lines: readonly Lines[];
  private outcome: PhaseEnd | undefined;
  private settle: (end: PhaseEnd) => void = () => undefined;
  private exited: PhaseEnd | undefined;
  private killing: Promise<void> | undefined;
  private peakMb = 0;

  private constructor(
    readonly pid: number,
    private readonly child: ChildProcess,
    private readonly api: RuntimeApi,
    private readonly memoryMb: number,
    private readonly logStreamName: string,
    guard: ProcessGuard,
    onLine: (line: string) => void,
  ) {
    this.lines = listOutputs(child).map((stream) => new Lines(stream, onLine));
    this.exit = once(child, "exit");
    child.on("exit", (code, signal) => {
      this.killAll();
      guard.drop(pid, logStreamName);
      this.exited = { status: "failure", errorType: "Runtime.ExitError", reason: describeExit(code, signal) };
      this.settle(this.outcome ?? this.exited);
    });
  }

  /**
   * Starts a process. It does not wait for the function's code.
   *
   * @param onLine gets every line of standard output, of standard error and of what the runtime client logs
   */
  static async start(
    settings: RuntimeSettings,
    guard: ProcessGuard,
    onLine: (line: string) => void,
  ): Promise<RuntimeProcess> {
    const { configuration, bootstrapFile, logStreamName } = settings;
    let runtime: RuntimeProcess | undefined;
    const api = await RuntimeApi.listen((report) => runtime?.receive(report));
    const heapMb = Math.floor(configuration.memoryMb * HEAP_SHARE);
    const child = spawn(process.execPath, [`--max-old-space-size=${heapMb}`, bootstrapFile], {
      cwd: configuration.codeFolder,
      env: buildRuntimeVariables(settings, api.address),
      detached: true,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    if (child.pid === undefined) {
      api.close();
      const [error] = (await once(child, "error")) as [Error];
      throw new Error(`cannot start ${configuration.name} in ${configuration.codeFolder}: ${error.message}`);
    }
    guard.add(child.pid, logStreamName);
    return (runtime = new RuntimeProcess(child.pid, child, api, configuration.memoryMb, logStreamName, guard, onLine));
  }

  /** Whether it can handle another invocation. */
  get isUsable(): boolean {
    return this.exited === undefined && this.killing === undefined && this.api.isWaiting;
  }

  /** Its peak memory in megabytes, never more than the function's memory; 0 if it cannot be measured. */
  get maxMemoryUsedMb(): number {
    return Math.min(Math.ceil(this.peakMb), this.memoryMb);
  }

  /** Waits until the function's code is loaded. */
  initialize(limitMilliseconds: number): Promise<PhaseEnd> {
    return this.phase(limitMilliseconds, () => {
      // It may have finished already.
      if (this.api.isWaiting) this.receive({ kind: "next" });
    });
  }

  /** Handles one invocation. */
  invoke(invocation: Invocation, limitMilliseconds: number): Promise<PhaseEnd> {
    return this.phase(limitMilliseconds, () => {
      sendSignal(-this.pid, "SIGCONT");
      this.api.answerNext(invocation, Date.now() + limitMilliseconds);
    });
  }

  /** Ends the process and everything it has started; resolves when it has ended. */
  kill(): Promise<void> {
    return (this.killing ??= this.end());
  }

  private async phase(limitMilliseconds: number, begin: () => void): Promise<PhaseEnd> {
    this.outcome = undefined;
    let timer: NodeJS.Timeout | undefined;
    let poll: NodeJS.Timeout | undefined;
    const end = await new Promise<PhaseEnd>((resolve) => {
      this.settle = resolve;
      if (this.exited) {
        resolve(this.exited);
        return;
      }
      timer = setTimeout(() => {
        resolve(this.outcome ?? { status: "timeout" });
      }, limitMilliseconds);
      poll = setInterval(() => {
        if (this.isOverMemory()) resolve(OUT_OF_MEMORY);
      }, MEMORY_POLL_MILLISECONDS);
      begin();
    });
    clearTimeout(timer);
    clearInterval(poll);
    const checked = this.isOverMemory() ? OUT_OF_MEMORY : end;
    if (this.isUsable && checked === end) {
      sendSignal(-this.pid, "SIGSTOP");
      await this.readAll();
    } else await this.kill();
    return checked;
  }

  private killAll(): void {
    const descendants = findDescendants(this.pid, this.logStreamName);
    sendSignal(-this.pid, "SIGKILL");
    for (const pid of descendants) sendSignal(pid, "SIGKILL");
  }

  private receive(report: RuntimeReport): void {
    switch (report.kind) {
      case "next":
        this.settle(this.outcome ?? { status: "success", payload: "null" });
        break;
      case "response":
        this.outcome = { status: "success", payload: report.body, streamed: report.streamed };
        break;
      case "error":
        this.outcome = { status: "error", payload: report.body };
        break;
      case "initError":
        this.settle({ status: "error", payload: report.body });
    }
  }

  private isOverMemory(): boolean {
    this.peakMb = Math.max(this.peakMb, readPeakMemoryMb(this.pid) ?? 0);
    return this.peakMb > this.memoryMb;
  }

  /** What the process wrote before it stopped has arrived, but one round of the event loop reads only part of it. */
  private async readAll(): Promise<void> {
    const chunks = () => this.lines.reduce((sum, lines) => sum + lines.chunks, 0);
    let before: number;
    do {
      before = chunks();
      await afterThisRound();
    } while (chunks() > before);
  }

  private async end(): Promise<void> {
    // After a crash as well: a process that was about to start when it crashed had no variables to be found by.
    this.killAll();
    if (this.exited === undefined) await this.exit;
    await this.readAll();
    this.lines.forEach((lines) => {
      lines.flush();
    });
    for (const stream of listOutputs(this.child)) stream.destroy();
    this.api.close();
  }
}

const OUT_OF_MEMORY: PhaseEnd = {
  status: "failure",
  errorType: "Runtime.OutOfMemory",
  reason: "Runtime exited with error: signal: killed",
};

function listOutputs(child: ChildProcess): Readable[] {
  return child.stdio.filter((stream) => stream instanceof Readable);
}

function describeExit(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal) return `Runtime exited with error: signal: ${SIGNALS[signal] ?? signal}`;
  return code === 0
    ? "Runtime exited without providing a reason"
    : `Runtime exited with error: exit status ${code ?? ""}`;
}

/** Lambda's names for signals. */
const SIGNALS: Partial<Record<NodeJS.Signals, string>> = {
  SIGABRT: "aborted",
  SIGKILL: "killed",
  SIGSEGV: "segmentation fault",
  SIGTERM: "terminated",
};

/** @param pid below 0: a group */
function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has already ended.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
