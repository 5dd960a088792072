import { type Expectation, type Fit, type LoggedRun } from "../../../advisor/fit";
import { useProcesses } from "../worker-process";

/** A request to another process. */
export interface FitQuestion {
  readonly runs: readonly LoggedRun[];
  readonly expectation: Expectation;
}

/** Fits to runs in a separate process: fitting never pauses, and would keep this process from handling Ctrl-C. */
export function fitRuns(question: FitQuestion, onProgress: (share: number) => void, signal: AbortSignal): Promise<Fit> {
  return useProcesses<FitQuestion, Fit, Fit>("operations/advise/log/fit-worker.ts", 1, signal, async ([ask]) => {
    if (!ask) throw new Error("There is no process");
    return ask(question, onProgress);
  });
}
