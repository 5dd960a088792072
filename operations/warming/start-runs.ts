import { AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { invokeFunction } from "../aws/functions";
import { type RunRequest, type WarmingPlan } from "./plan";

/** A run that could not be started. */
export interface UnstartedRun {
  readonly run: RunRequest;
  readonly why: string;
}

/**
 * Starts every run of a plan. The warmer does the rounds by itself, even if this process ends.
 *
 * @returns those that could not be started
 * @throws AwsFailure if none could be started
 */
export async function startRuns({ environment, region, warmer, runs }: WarmingPlan): Promise<UnstartedRun[]> {
  const aws = new AwsAccess(region);
  const notFound = `the warmer ${warmer} is not deployed in ${region}: npx cdktf deploy ${environment}`;
  const unstarted: UnstartedRun[] = [];
  for (const run of runs) {
    try {
      await invokeFunction(aws, { name: warmer, kind: "Event", payload: run }, notFound);
    } catch (error) {
      if (!(error instanceof AwsFailure)) throw error;
      unstarted.push({ run, why: error.message });
    }
  }
  if (unstarted.length === runs.length) throw new AwsFailure([...new Set(unstarted.map(({ why }) => why))].join("; "));
  return unstarted;
}
