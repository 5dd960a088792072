import { comparePolicies, type PolicyOutcome } from "../../advisor/compare";
import { type Prices } from "../../advisor/cost";
import { type InstanceModel } from "../../advisor/instances";
import { type Policy } from "../../advisor/policy";
import { readDemand, type History } from "./history";

/** A unit of simulation: some policies on one history. It can be sent to another process. */
export interface SimulationTask {
  readonly policies: readonly Policy[];
  /** Each repetition takes the next one. */
  readonly models: readonly [InstanceModel, ...InstanceModel[]];
  readonly prices: Prices;
  readonly memoryMb: number;
  readonly repetitions: number;
  readonly seed: number;
}

/** Runs a task. A policy's result does not depend on the other policies in the task. */
export function runTask(
  history: History,
  task: SimulationTask,
  onProgress: (share: number) => void,
  signal?: AbortSignal,
): Promise<PolicyOutcome[]> {
  const { startsAt, seconds } = history;
  return comparePolicies({
    ...task,
    demand: readDemand(history, signal),
    startsAt,
    seconds,
    onProgress,
  });
}
