import { makeInvalidInput, show } from "../../environments/mistakes";
import { formatDeployedName, ROLLOUT_CONTROLLER } from "../../environments/names";
import { type Environment } from "../../environments/schema";

/** The function that a command on rollouts is about, or every one of its environment. */
export interface ChosenRollouts {
  readonly environment: string;
  readonly region: string;
  /** The controller's name in AWS. */
  readonly controller: string;
  /** The function's name in the environment's file; undefined for all. */
  readonly id: string | undefined;
  /** Every function that is deployed from here, by its name in AWS: its name in the environment's file. */
  readonly functions: ReadonlyMap<string, string>;
  /** The names in the file of those whose traffic moves step by step. */
  readonly rolledOut: readonly string[];
}

/**
 * Chooses a function, or all.
 *
 * @param rolledOut names in the file of the functions whose traffic moves step by step
 * @throws InvalidInput if there is no such function, or it is deployed elsewhere
 */
export function chooseRollouts(
  { name, region, functions, existingFunctions }: Environment,
  rolledOut: readonly string[],
  id: string | undefined,
): ChosenRollouts {
  const file = `environments/${name}.tfvars`;
  if (id !== undefined && Object.hasOwn(existingFunctions, id))
    throw makeInvalidInput(file, `${id} is deployed elsewhere: its versions are rolled out where it is deployed from`);
  if (id !== undefined && !Object.hasOwn(functions, id)) {
    const known = Object.keys(functions).join(", ");
    throw makeInvalidInput(file, `there is no function ${show(id)}; functions are: ${known || "none"}`);
  }
  return {
    ...{ environment: name, region, controller: formatDeployedName(name, ROLLOUT_CONTROLLER), id, rolledOut },
    functions: new Map(Object.keys(functions).map((one) => [formatDeployedName(name, one), one])),
  };
}
