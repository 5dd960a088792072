import { type CaseComparison, compareCases, type PolicyOutcome } from "../../advisor/compare";
import { type History, readDemand } from "./history";
import { type Ask, useProcesses } from "./worker-process";

/** A unit of simulation: some cases on one history. It can be sent to another process. */
export type SimulationTask = Omit<CaseComparison, "demand" | "startsAt" | "seconds" | "onProgress">;

const WORKER = "operations/advise/worker.ts";

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
  const sizes = tasks.map(({ cases, repetitions }) => cases.length * repetitions);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const done = tasks.map(() => 0);
  const makeProgress = (index: number) => (share: number) => {
    done[index] = share * (sizes[index] ?? 0);
    onProgress?.(done.reduce((sum, size) => sum + size, 0) / total);
  };
  const outcomes: PolicyOutcome[][] = [];
  const waiting = tasks.entries();
  const takeTurns = async (run: Ask<SimulationTask, PolicyOutcome[]>) => {
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
  const count = Math.min(settings.workers, tasks.length);
  return useProcesses<PoolQuestion, PolicyOutcome[], PolicyOutcome[][]>(WORKER, count, signal, async (processes) => {
    await Promise.all(
      processes.map((ask) => {
        let told: { readonly history?: History } = { history };
        return takeTurns((task, progress) => {
          const question = { ...told, task };
          told = {};
          return ask(question, progress);
        });
      }),
    );
    return outcomes;
  });
}

/** Runs a task in this process. A case's result does not depend on the other cases in the task. */
export function runTask(
  history: History,
  task: SimulationTask,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<PolicyOutcome[]> {
  const { startsAt, seconds } = history;
  return compareCases({ ...task, demand: readDemand(history, signal), startsAt, seconds, onProgress });
}
