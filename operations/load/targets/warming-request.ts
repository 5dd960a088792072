import { deployedName, WARMER } from "../../../environments/names";
import { type Environment } from "../../../environments/schema";
import { type WarmingRequest } from "../../../warming/contract";
import { targetOf, warmedFunctions, WARMER_PRICE } from "../../../model/warmed-functions";
import { OperationFailure } from "../../operation-failure";
import { type WarmingRound } from "../target";

/** The warmer's name in AWS. */
export function warmerOf(environment: Environment): string {
  return deployedName(environment.name, WARMER);
}

/**
 * What the warmer is asked: one round, for so many instances of one function.
 *
 * @throws OperationFailure for a function that cannot be kept warm
 */
export function warmingRequest(environment: Environment, functionId: string, instances: number): WarmingRequest {
  const warmed = warmedFunctions(environment).find(({ id }) => id === functionId);
  if (!warmed)
    throw new OperationFailure(`${functionId} of ${environment.name} cannot be kept warm: nothing to compare`);
  const target = { ...targetOf(warmed, "pre_deployment"), concurrency: instances };
  return { strategy: "pre_deployment", targets: [target], price: WARMER_PRICE };
}

/**
 * Reads the warmer's answer.
 *
 * @param payload JSON
 * @throws OperationFailure when it is not that of a round
 */
export function warmingRound(payload: string): WarmingRound {
  const { targets, errorMessage } = JSON.parse(payload) as {
    readonly targets?: readonly WarmingRound[];
    readonly errorMessage?: string;
  };
  const [result] = targets ?? [];
  if (!result) throw new OperationFailure(`the warmer failed: ${errorMessage ?? payload}`);
  const { asked, instances, failures } = result;
  return { asked, instances, failures };
}
