import { type TargetResult, type WarmingRecord } from "../../warming/contract";
import { type WarmingPlan } from "./plan";
import { type UnstartedRun } from "./start-runs";
import { type WatchEnd } from "./watch";

/** The result: every function warm at the end, not every one, or unknown because watching ended early. */
export type WarmingOutcome = "warmed" | "not_warmed" | Exclude<WatchEnd, "over">;

/** The observed results of all runs. */
export type WarmingSummary = ReturnType<typeof summarizeWarming>;

/** The observed results of one function. */
export type TargetSummary = ReturnType<typeof summarizeTarget>;

/** Adds up a plan's records. Runs that could not be started have none. */
export function summarizeWarming(
  plan: WarmingPlan,
  records: readonly WarmingRecord[],
  end: WatchEnd,
  unstarted: readonly UnstartedRun[],
) {
  const targets = plan.runs.flatMap(({ runId, targets }) => {
    const ownRecords = records.filter((record) => record.runId === runId);
    const failures = unstarted.flatMap(({ run, why }) => (run.runId === runId ? [`not started: ${why}`] : []));
    return targets.map(({ functionName, concurrency }) =>
      summarizeTarget(
        { functionName, asked: concurrency, instances: 0, failures },
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
      /** Instances that pings started, for all functions in all observed rounds; missing if no round was observed. */
      coldStarts: sum(targets.map(({ coldStarts }) => coldStarts)),
      /** Estimated cost of the same rounds, without starting instances; missing if no round was observed. */
      estimatedDollars: Number(sum(records.map(({ estimatedDollars }) => estimatedDollars)).toPrecision(6)),
    }),
    /** The functions with an unknown price, which the estimate does not include. */
    unpriced: plan.unpriced,
  };
}

/** @param unseen what is known if there was no round */
function summarizeTarget(
  unseen: Pick<TargetResult, "functionName" | "asked" | "instances" | "failures">,
  results: readonly TargetResult[],
) {
  const { functionName, asked, instances, failures } = results.at(-1) ?? unseen;
  return {
    functionName,
    rounds: results.length,
    /** In the last round, or the planned number if there was none. */
    asked,
    /** Different instances that answered in the last round. */
    instances,
    /** Instances that pings started, in all rounds. */
    coldStarts: sum(results.map((result) => result.coldStarts)),
    /** Failures in the last round, or why the run could not be started. */
    failures,
  };
}

function findOutcome(targets: readonly TargetSummary[]): WarmingOutcome {
  const isWarm = ({ rounds, asked, instances, failures }: TargetSummary) =>
    rounds > 0 && asked > 0 && instances >= asked && failures.length === 0;
  return targets.every(isWarm) ? "warmed" : "not_warmed";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
