import { type TargetResult, type WarmingRecord } from "../../warming/contract";
import { type WarmingPlan } from "./plan";
import { type UnstartedRun } from "./start-runs";
import { type WatchEnd } from "./watch";

/** The result: every function warm at the end, not every one, or unknown because watching ended early. */
export type WarmingOutcome = "warmed" | "not_warmed" | Exclude<WatchEnd, "over">;

/** The observed results of all runs. */
export interface WarmingSummary {
  readonly message: "summary";
  readonly environment: string;
  readonly outcome: WarmingOutcome;
  readonly targets: readonly TargetSummary[];
  /** Instances that pings started, for all functions in all observed rounds; missing if no round was observed. */
  readonly coldStarts?: number;
  /** Estimated cost of the same rounds, without starting instances; missing if no round was observed. */
  readonly estimatedDollars?: number;
  /** The functions with an unknown price, which the estimate does not include. */
  readonly unpriced: readonly string[];
}

/** The observed results of one function. */
export interface TargetSummary {
  readonly functionName: string;
  readonly rounds: number;
  /** In the last round, or the planned number if there was none. */
  readonly asked: number;
  /** Different instances that answered in the last round. */
  readonly instances: number;
  /** Instances that pings started, in all rounds. */
  readonly coldStarts: number;
  /** Failures in the last round, or why the run could not be started. */
  readonly failures: readonly string[];
}

/** Adds up a plan's records. Runs that could not be started have none. */
export function summarizeWarming(
  plan: WarmingPlan,
  records: readonly WarmingRecord[],
  end: WatchEnd,
  unstarted: readonly UnstartedRun[],
): WarmingSummary {
  const targets = plan.runs.flatMap(({ runId, targets }) => {
    const ownRecords = records.filter((record) => record.runId === runId);
    const failures = unstarted.flatMap(({ run, why }) => (run.runId === runId ? [`not started: ${why}`] : []));
    return targets.map(({ functionName, concurrency }) =>
      summarizeTarget(
        { functionName, rounds: 0, asked: concurrency, instances: 0, coldStarts: 0, failures },
        ownRecords.flatMap((record) => record.targets.filter((result) => result.functionName === functionName)),
      ),
    );
  });
  return {
    message: "summary",
    environment: plan.environment,
    outcome: end === "over" ? findOutcome(targets) : end,
    targets,
    ...(records.length > 0 && {
      coldStarts: sum(targets.map(({ coldStarts }) => coldStarts)),
      estimatedDollars: Number(sum(records.map(({ estimatedDollars }) => estimatedDollars)).toPrecision(6)),
    }),
    unpriced: plan.unpriced,
  };
}

/** @param unseen what is known if there was no round */
function summarizeTarget(unseen: TargetSummary, results: readonly TargetResult[]): TargetSummary {
  const last = results.at(-1);
  if (!last) return unseen;
  const { functionName, asked, instances, failures } = last;
  const coldStarts = sum(results.map((result) => result.coldStarts));
  return { functionName, rounds: results.length, asked, instances, coldStarts, failures };
}

function findOutcome(targets: readonly TargetSummary[]): WarmingOutcome {
  const isWarm = ({ rounds, asked, instances, failures }: TargetSummary) =>
    rounds > 0 && asked > 0 && instances >= asked && failures.length === 0;
  return targets.every(isWarm) ? "warmed" : "not_warmed";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
