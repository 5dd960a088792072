import { type TargetResult, type WarmingRecord } from "../../warming/contract";
import { type WarmingPlan } from "./plan";
import { type WatchEnd } from "./watch";

/** How it came out: every function warm at the end, not every one, or unknown because watching ended before. */
export type WarmingOutcome = "warmed" | "not_warmed" | Exclude<WatchEnd, "over"> | "interrupted";

/** What was seen of all runs. */
export interface WarmingSummary {
  readonly message: "summary";
  readonly environment: string;
  readonly outcome: WarmingOutcome;
  readonly targets: readonly TargetSummary[];
  /** Instances that had to be started, of all functions in all rounds. */
  readonly coldStarts: number;
  /** An estimate, without what starting instances costs. */
  readonly estimatedDollars: number;
  /** The functions whose price is unknown, of which the estimate knows nothing. */
  readonly unpriced: readonly string[];
}

/** What was seen of one function. */
export interface TargetSummary {
  readonly functionName: string;
  readonly rounds: number;
  /** In the last round, or to be asked for if there was none. */
  readonly asked: number;
  /** Different instances that answered in the last round. */
  readonly instances: number;
  /** Instances that had to be started, in all rounds. */
  readonly coldStarts: number;
  /** What went wrong in the last round. */
  readonly failures: readonly string[];
}

/** Adds up a plan's records. */
export function summarizeWarming(
  plan: WarmingPlan,
  records: readonly WarmingRecord[],
  end: WatchEnd | "interrupted",
): WarmingSummary {
  const targets = plan.runs.flatMap(({ runId, targets }) => {
    const ownRecords = records.filter((record) => record.runId === runId);
    return targets.map(({ functionName, concurrency }) =>
      summarizeTarget(
        functionName,
        concurrency,
        ownRecords.flatMap((record) => record.targets.filter((result) => result.functionName === functionName)),
      ),
    );
  });
  return {
    message: "summary",
    environment: plan.environment,
    outcome: end === "over" ? findOutcome(targets) : end,
    targets,
    coldStarts: sum(targets.map(({ coldStarts }) => coldStarts)),
    estimatedDollars: Number(sum(records.map(({ estimatedDollars }) => estimatedDollars)).toPrecision(6)),
    unpriced: plan.unpriced,
  };
}

function summarizeTarget(functionName: string, concurrency: number, results: readonly TargetResult[]): TargetSummary {
  const { asked, instances, failures } = results.at(-1) ?? { asked: concurrency, instances: 0, failures: [] };
  return {
    functionName,
    rounds: results.length,
    asked,
    instances,
    coldStarts: sum(results.map(({ coldStarts }) => coldStarts)),
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
