import { type CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { type IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { type Construct } from "constructs";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { formatInfrastructureFile } from "../environments/handler-files";
import { InvalidInput, makeInvalidInput, type Mistake } from "../environments/mistakes";
import { type Environment } from "../environments/schema";
import { type Condition } from "../model/permissions";
import { loadDefaultExport, readMessage } from "./project-module";

/** The function to which infrastructure belongs, as it is deployed. */
export interface InfrastructureOwner {
  /** Its name in AWS, with which names of what is made for it should begin. */
  readonly name: string;
  /** The role it runs as. */
  readonly role: IamRole;
  /** The alias through which traffic enters. */
  readonly live: LambdaAlias;
  readonly logs: CloudwatchLogGroup;
  /**
   * Lets the function's role do something.
   *
   * @param actions as in `["dynamodb:GetItem"]`
   * @param resources ARNs of what it may do that with
   * @param condition IAM's, by operator and key
   */
  grant(actions: readonly string[], resources: readonly string[], condition?: Condition): void;
  /**
   * Gives the function an environment variable. Run locally, a variable with an attribute of what is made here is not
   * set: nothing of it exists there.
   *
   * @throws Error if the function has the variable already
   */
  setVariable(name: string, value: string): void;
}

/**
 * Makes what one function needs besides its settings. It is the default export of `functions/<name>/infrastructure.ts`
 * and runs once for each environment with the function.
 */
export type DefineInfrastructure = (
  scope: Construct,
  context: { readonly environment: Environment; readonly deployed: InfrastructureOwner },
) => unknown;

/**
 * Loads the infrastructure of every function that has some.
 *
 * @param root the project's folder
 * @throws InvalidInput for a file that does not compile or has no function as its default export
 */
export async function loadInfrastructure(
  root: string,
  names: Iterable<string>,
): Promise<ReadonlyMap<string, DefineInfrastructure>> {
  const found = [...new Set(names)].filter((name) => existsSync(resolve(root, formatInfrastructureFile(name))));
  const mistakes: Mistake[] = [];
  const loaded = new Map<string, DefineInfrastructure>();
  const load = async (name: string) => {
    try {
      loaded.set(name, (await loadDefaultExport(root, formatInfrastructureFile(name))) as DefineInfrastructure);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      mistakes.push(...error.mistakes);
    }
  };
  await Promise.all(found.map(load));
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return loaded;
}

/**
 * Calls a function's infrastructure.
 *
 * @throws InvalidInput if it throws
 */
export function runInfrastructure(
  define: DefineInfrastructure,
  scope: Construct,
  name: string,
  context: Parameters<DefineInfrastructure>[1],
): void {
  const file = formatInfrastructureFile(name);
  let result: unknown;
  try {
    result = define(scope, context);
  } catch (error) {
    throw makeInvalidInput(file, `failed for ${context.environment.name}: ${readMessage(error)}`);
  }
  // What is made later would be missing.
  if (typeof result === "object" && result !== null && "then" in result)
    throw makeInvalidInput(file, "expected a function that is not async");
}
