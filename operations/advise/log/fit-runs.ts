import { type Expectation, type Fit, type LoggedRun } from "../../../advisor/fit";
import { OtherProcess } from "../worker-process";

/** A request to another process. */
export interface FitQuestion {
  readonly runs: readonly LoggedRun[];
  readonly expectation: Expectation;
}

/** Fits to runs in a separate process: fitting never pauses, and would keep this process from handling Ctrl-C. */
export async function fitRuns(
  question: FitQuestion,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Fit> {
  signal.throwIfAborted();
  const other = new OtherProcess<FitQuestion, Fit>("operations/advise/log/fit-worker.ts");
  const stop = () => {
    other.stop();
  };
  signal.addEventListener("abort", stop);
  try {
    return await other.ask(question, onProgress);
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}
