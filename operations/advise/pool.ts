import { type PolicyOutcome } from "../../advisor/compare";
import { type History } from "./history";
import { OtherProcess } from "./worker-process";
import { runTask, type SimulationTask } from "./task";

/** A request to another process: work on the history that it got last. */
export interface PoolQuestion {
  readonly history?: History;
  readonly task: SimulationTask;
}

/** Options for tasks. */
export interface PoolSettings {
  /** Number of separate processes; with one, this process does the work. */
  readonly workers: number;
  /** Called with the finished share of all tasks, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs all tasks, several at a time. The results, in the order of the tasks, do not depend on the number of workers.
 */
export async function runTasks(
  history: History,
  tasks: readonly SimulationTask[],
  settings: PoolSettings,
): Promise<PolicyOutcome[][]> {
  const { signal, onProgress } = settings;
  const sizes = tasks.map(({ policies, repetitions }) => policies.length * repetitions);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const done = tasks.map(() => 0);
  const makeProgress = (index: number) => (share: number) => {
    done[index] = share * (sizes[index] ?? 0);
    onProgress?.(done.reduce((sum, size) => sum + size, 0) / total);
  };
  const outcomes: PolicyOutcome[][] = [];
  const waiting = tasks.entries();
  const takeTurns = async (
    run: (task: SimulationTask, onProgress: (share: number) => void) => Promise<PolicyOutcome[]>,
  ) => {
    // Shared by all workers: each takes the next free one.
    for (const [index, task] of waiting) {
      signal?.throwIfAborted();
      const progress = makeProgress(index);
      outcomes[index] = await run(task, progress);
      progress(1);
    }
  };
  if (settings.workers < 2) {
    await takeTurns((task, progress) => runTask(history, task, progress, signal));
    return outcomes;
  }
  const workers = Array.from(
    { length: Math.min(settings.workers, tasks.length) },
    () => new OtherProcess<PoolQuestion, PolicyOutcome[]>("operations/advise/worker.ts"),
  );
  const stop = () => {
    for (const worker of workers) worker.stop();
  };
  signal?.addEventListener("abort", stop);
  try {
    await Promise.all(
      workers.map((worker) => {
        let told: { readonly history?: History } = { history };
        return takeTurns((task, progress) => {
          const question = { ...told, task };
          told = {};
          return worker.ask(question, progress);
        });
      }),
    );
    return outcomes;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}
