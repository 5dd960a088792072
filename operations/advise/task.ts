import { comparePolicies, type PolicyOutcome } from "../../advisor/compare";
import { type Prices } from "../../advisor/cost";
import { type EnvironmentModel } from "../../advisor/environments";
import { type Policy } from "../../advisor/policy";
import { demandOf, type History } from "./history";

/** What is simulated at once: some policies on one history. It can be sent to another process. */
export interface Task {
  readonly policies: readonly Policy[];
  /** Each repetition takes the next one. */
  readonly models: readonly [EnvironmentModel, ...EnvironmentModel[]];
  readonly prices: Prices;
  readonly memoryMb: number;
  readonly repetitions: number;
  readonly seed: number;
}

/** Does a task. A policy's outcome is the same whichever others are simulated beside it. */
export function runTask(
  history: History,
  task: Task,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<PolicyOutcome[]> {
  const { startsAt, seconds } = history;
  return comparePolicies({
    ...task,
    demand: demandOf(history, signal),
    startsAt,
    seconds,
    onProgress,
  });
}
