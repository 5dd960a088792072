import { InvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";

/**
 * The environment of this name.
 *
 * @throws InvalidInput if there is none, with those there are
 */
export function findEnvironment(name: string, environments: readonly Environment[]): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found) return found;
  const known = environments.map((environment) => environment.name).join(", ");
  throw new InvalidInput([{ file: "environments", message: `there is no ${show(name)}; environments are: ${known}` }]);
}
