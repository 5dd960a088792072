import {
  type ExecutionEnvironmentSettings,
  ExecutionEnvironment,
  type InvocationResult,
} from "./execution-environment";
import { type Invocation } from "./runtime-api";

/** An execution environment, seen from outside. */
export interface ExecutionEnvironmentState {
  /** Undefined until the process has started. */
  readonly pid: number | undefined;
  readonly version: string;
  readonly logStreamName: string;
  /** Whether it is handling an invocation, including its start. */
  readonly isBusy: boolean;
}

/** The execution environments of one version. */
export class ExecutionEnvironmentPool {
  private readonly busy = new Set<ExecutionEnvironment>();
  /** In order of use, the last used one at the end. */
  private readonly idle = new Map<ExecutionEnvironment, NodeJS.Timeout>();
  private readonly closing = new Set<Promise<void>>();

  /** @param idleMilliseconds how long an unused environment is kept */
  constructor(
    private readonly settings: ExecutionEnvironmentSettings,
    private readonly idleMilliseconds: number,
  ) {}

  /** All environments, those in use first. */
  get environments(): ExecutionEnvironmentState[] {
    const idle = [...this.idle.keys()].filter(({ isUsable }) => isUsable);
    return [...this.busy, ...idle].map((environment) => ({
      pid: environment.pid,
      version: this.settings.version,
      logStreamName: environment.logStreamName,
      isBusy: this.busy.has(environment),
    }));
  }

  /** Lets an idle environment handle an invocation, or a new one. */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const environment = this.takeIdle() ?? new ExecutionEnvironment(this.settings);
    this.busy.add(environment);
    try {
      return await environment.invoke(invocation);
    } finally {
      this.busy.delete(environment);
      if (environment.isUsable) this.keep(environment);
      else this.discard(environment);
    }
  }

  /** Ends all environments. */
  async close(): Promise<void> {
    for (const environment of [...this.busy, ...this.idle.keys()]) this.discard(environment);
    await Promise.all(this.closing);
  }

  private takeIdle(): ExecutionEnvironment | undefined {
    for (const environment of [...this.idle.keys()].reverse()) {
      clearTimeout(this.idle.get(environment));
      this.idle.delete(environment);
      if (environment.isUsable) return environment;
      this.discard(environment);
    }
    return undefined;
  }

  private keep(environment: ExecutionEnvironment): void {
    const reap = setTimeout(() => {
      this.discard(environment);
    }, this.idleMilliseconds);
    this.idle.set(environment, reap);
  }

  private discard(environment: ExecutionEnvironment): void {
    clearTimeout(this.idle.get(environment));
    this.idle.delete(environment);
    const closed = environment.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
