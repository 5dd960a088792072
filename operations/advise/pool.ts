import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { type PolicyOutcome } from "../../advisor/compare";
import { OperationFailure } from "../operation-failure";
import { type History } from "./history";
import { runTask, type Task } from "./task";

/** What a worker is told. */
export type ToWorker =
  { readonly kind: "history"; readonly history: History } | { readonly kind: "task"; readonly task: Task };

/** What a worker tells. */
export type ToPool =
  { readonly kind: "progress"; readonly share: number } | { readonly kind: "done"; readonly outcomes: PolicyOutcome[] };

/** How tasks are done. */
export interface PoolSettings {
  /** Processes of their own; with one, the work is done in this process. */
  readonly workers: number;
  /** Called with the share of all tasks that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/** Does every task, several at a time. The outcomes, in the tasks' order, do not depend on the number of workers. */
export async function runTasks(
  history: History,
  tasks: readonly Task[],
  settings: PoolSettings,
): Promise<PolicyOutcome[][]> {
  const { signal, onProgress } = settings;
  const sizes = tasks.map(({ policies, repetitions }) => policies.length * repetitions);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const done = tasks.map(() => 0);
  const progressOf = (index: number) => (share: number) => {
    done[index] = share * (sizes[index] ?? 0);
    onProgress?.(done.reduce((sum, size) => sum + size, 0) / total);
  };
  const outcomes: PolicyOutcome[][] = [];
  const waiting = tasks.entries();
  const takeTurns = async (run: (task: Task, onProgress: (share: number) => void) => Promise<PolicyOutcome[]>) => {
    // Shared by all workers: each takes the next one that nobody has.
    for (const [index, task] of waiting) {
      signal?.throwIfAborted();
      const progress = progressOf(index);
      outcomes[index] = await run(task, progress);
      progress(1);
    }
  };
  if (settings.workers < 2) {
    await takeTurns((task, progress) => runTask(history, task, progress, signal));
    return outcomes;
  }
  const workers = Array.from({ length: Math.min(settings.workers, tasks.length) }, () => new Worker(history));
  const stop = () => {
    for (const worker of workers) worker.stop();
  };
  signal?.addEventListener("abort", stop);
  try {
    await Promise.all(workers.map((worker) => takeTurns((task, progress) => worker.run(task, progress))));
    return outcomes;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}

/** Another process of this program. */
class Worker {
  private readonly child: ChildProcess;

  constructor(history: History) {
    this.child = fork(runner(), ["operations/advise/worker.ts"], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    this.tell({ kind: "history", history });
  }

  run(task: Task, onProgress: (share: number) => void): Promise<PolicyOutcome[]> {
    return new Promise((resolve, reject) => {
      const { child } = this;
      const hear = (message: ToPool) => {
        if (message.kind === "progress") onProgress(message.share);
        else
          end(() => {
            resolve(message.outcomes);
          });
      };
      const fail = () => {
        end(() => {
          reject(new OperationFailure("a process that simulated has ended before its work was done"));
        });
      };
      const end = (settle: () => void) => {
        child.off("message", hear).off("exit", fail).off("error", fail);
        settle();
      };
      child.on("message", hear).on("exit", fail).on("error", fail);
      if (child.exitCode === null) this.tell({ kind: "task", task });
      else fail();
    });
  }

  stop(): void {
    // It has nothing that could be left half-written.
    this.child.kill("SIGKILL");
  }

  private tell(message: ToWorker): void {
    // Whoever waits for an answer hears that it has ended.
    this.child.send(message, () => undefined);
  }
}

/** What runs a file of this project: above this one, and above what this one was bundled into. */
function runner(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, "run.js");
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`no run.js in any folder above ${__dirname}`);
  }
}
