import { makeInvalidInput, show } from "../../environments/mistakes";
import { isRolledOut } from "../../environments/rollout";
import { formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { listWarmedFunctions, type WarmedFunction } from "../../model/warmed-functions";

/** The function to roll back. */
export interface RollbackSubject {
  readonly environment: string;
  readonly region: string;
  /** Its name in the environment's file. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
  /** The warmer's name in AWS. */
  readonly warmer: string;
  /** How pings reach it; undefined if it gets none. */
  readonly warmed: WarmedFunction | undefined;
  /** Why it gets no pings. */
  readonly unpinged: string;
  readonly hasProvisionedConcurrency: boolean;
  /** Whether its new versions get traffic step by step; then no deployment of the same code moves it. */
  readonly isRolledOut: boolean;
}

/**
 * Selects the function to roll back.
 *
 * @throws InvalidInput if there is no such function, or it is deployed elsewhere
 */
export function selectSubject(environment: Environment, id: string): RollbackSubject {
  const { name, region, functions, existingFunctions } = environment;
  const file = `environments/${name}.tfvars`;
  const settings = Object.hasOwn(functions, id) ? functions[id] : undefined;
  if (!settings && Object.hasOwn(existingFunctions, id))
    throw makeInvalidInput(file, `${id} is deployed elsewhere: roll it back where it is deployed from`);
  if (!settings) {
    const known = Object.keys(functions).join(", ");
    throw makeInvalidInput(file, `there is no function ${show(id)}; functions are: ${known || "none"}`);
  }
  return {
    environment: name,
    region,
    id,
    name: formatDeployedName(name, id),
    warmer: formatDeployedName(name, WARMER),
    warmed: listWarmedFunctions(environment).find((one) => one.id === id),
    unpinged: settings.durable
      ? "it is durable, so each ping would be an execution"
      : "its reserved_concurrency is 0, so nothing can invoke it",
    hasProvisionedConcurrency: settings.provisionedConcurrency !== undefined,
    isRolledOut: isRolledOut(environment.rollout, settings.rollout),
  };
}
