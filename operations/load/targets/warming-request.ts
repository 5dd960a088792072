import { formatDeployedName, WARMER } from "../../../environments/names";
import { type Environment } from "../../../environments/schema";
import { type WarmingRequest } from "../../../warming/contract";
import { buildWarmingTarget, listWarmedFunctions, WARMER_PRICE } from "../../../model/warmed-functions";
import { OperationFailure } from "../../cli/operation-failure";
import { type WarmingRound } from "../target";

/** The warmer's name in AWS. */
export function formatWarmerName(environment: Environment): string {
  return formatDeployedName(environment.name, WARMER);
}

/**
 * A request to the warmer: one round, for a number of instances of one function.
 *
 * @throws OperationFailure for a function that cannot be kept warm
 */
export function buildWarmingRequest(environment: Environment, functionId: string, instances: number): WarmingRequest {
  const warmed = listWarmedFunctions(environment).find(({ id }) => id === functionId);
  if (!warmed)
    throw new OperationFailure(
      `${functionId} of ${environment.name} cannot be kept warm, so there is nothing to compare`,
    );
  const target = { ...buildWarmingTarget(warmed, "pre_deployment"), concurrency: instances };
  return { strategy: "pre_deployment", targets: [target], price: WARMER_PRICE };
}

/**
 * Reads the warmer's answer.
 *
 * @param payload JSON
 * @throws OperationFailure if it is not a round's answer
 */
export function parseWarmingRound(payload: string): WarmingRound {
  const { targets, errorMessage } = JSON.parse(payload) as {
    readonly targets?: readonly WarmingRound[];
    readonly errorMessage?: string;
  };
  const [result] = targets ?? [];
  if (!result) throw new OperationFailure(`the warmer failed: ${errorMessage ?? payload}`);
  const { asked, instances, failures } = result;
  return { asked, instances, failures };
}
