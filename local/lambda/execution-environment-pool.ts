import {
  type Activity,
  type ExecutionEnvironmentSettings,
  ExecutionEnvironment,
  type InvocationResult,
} from "./execution-environment";
import { type Invocation } from "./runtime-api";

/** An execution environment, seen from outside. */
export interface ExecutionEnvironmentState extends Activity {
  readonly id: string;
  /** Undefined until the process has started. */
  readonly pid: number | undefined;
  readonly version: string;
  readonly logStreamName: string;
  /** Whether it is handling an invocation, including its start. */
  readonly isBusy: boolean;
}

/** The execution environments of one version. */
export class ExecutionEnvironmentPool {
  private readonly busy = new Map<ExecutionEnvironment, Promise<InvocationResult>>();
  /** In order of use, the last used one at the end. */
  private readonly idle = new Map<ExecutionEnvironment, NodeJS.Timeout>();
  private readonly closing = new Set<Promise<void>>();
  private isRetired = false;

  /** @param idleMilliseconds how long an unused environment is kept */
  constructor(
    private readonly settings: ExecutionEnvironmentSettings,
    private readonly idleMilliseconds: number,
  ) {}

  /** Where the version's code is. */
  get codeFolder(): string {
    return this.settings.configuration.codeFolder;
  }

  /** All instances, those in use first. */
  get instances(): ExecutionEnvironmentState[] {
    const idle = [...this.idle.keys()].filter(({ isUsable }) => isUsable);
    return [...this.busy.keys(), ...idle].map((instance) => ({
      ...instance.activity,
      id: instance.id,
      pid: instance.pid,
      version: this.settings.version,
      logStreamName: instance.logStreamName,
      isBusy: this.busy.has(instance),
    }));
  }

  /** Lets an idle environment handle an invocation, or a new one. */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    const instance = this.takeIdle() ?? new ExecutionEnvironment(this.settings);
    const result = instance.invoke(invocation);
    this.busy.set(instance, result);
    try {
      return await result;
    } finally {
      this.busy.delete(instance);
      if (instance.isUsable && !this.isRetired) this.keep(instance);
      else this.discard(instance);
    }
  }

  /** Ends idle environments at once, and busy ones after their invocation; resolves when all have ended. */
  async retire(): Promise<void> {
    this.isRetired = true;
    for (const instance of this.idle.keys()) this.discard(instance);
    await Promise.allSettled(this.busy.values());
    await Promise.all(this.closing);
  }

  /** Ends all environments. */
  async close(): Promise<void> {
    for (const instance of [...this.busy.keys(), ...this.idle.keys()]) this.discard(instance);
    await Promise.all(this.closing);
  }

  private takeIdle(): ExecutionEnvironment | undefined {
    for (const instance of [...this.idle.keys()].reverse()) {
      clearTimeout(this.idle.get(instance));
      this.idle.delete(instance);
      if (instance.isUsable) return instance;
      this.discard(instance);
    }
    return undefined;
  }

  private keep(instance: ExecutionEnvironment): void {
    const reap = setTimeout(() => {
      this.discard(instance);
    }, this.idleMilliseconds);
    this.idle.set(instance, reap);
  }

  private discard(instance: ExecutionEnvironment): void {
    clearTimeout(this.idle.get(instance));
    this.idle.delete(instance);
    const closed = instance.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
