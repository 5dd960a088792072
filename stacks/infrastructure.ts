import { type CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { type IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { build, type BuildFailure } from "esbuild";
import { type Construct } from "constructs";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { compileFunction } from "node:vm";
import { formatInfrastructureFile } from "../environments/handler-files";
import { InvalidInput, makeInvalidInput } from "../environments/mistakes";
import { type Environment } from "../environments/schema";
import { type Condition } from "../model/permissions";

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

/** What must exist only once in a program. */
const OWN_PACKAGES = /^(cdktf|constructs|@cdktf\/provider-aws)(\/|$)/;

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
  const loaded = await Promise.allSettled(found.map((name) => load(root, formatInfrastructureFile(name))));
  const mistakes = loaded.flatMap((result) => (result.status === "rejected" ? explain(result.reason) : []));
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
  return new Map(
    loaded.flatMap((result, index) =>
      result.status === "fulfilled" ? [[found[index] ?? "", result.value] as const] : [],
    ),
  );
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

async function load(root: string, file: string): Promise<DefineInfrastructure> {
  const {
    outputFiles: [output],
  } = await build({
    absWorkingDir: resolve(root),
    entryPoints: [file],
    write: false,
    bundle: true,
    packages: "external",
    format: "cjs",
    platform: "node",
    target: "node20",
    supported: { "dynamic-import": false },
    logLevel: "silent",
  });
  const filename = resolve(root, file);
  const fromProject = createRequire(filename);
  const fromHere = createRequire(__filename);
  const module: { exports: { readonly default?: unknown } } = { exports: {} };
  const requirePackage = (id: string) => (OWN_PACKAGES.test(id) ? fromHere : fromProject)(id) as unknown;
  const parameters = ["exports", "require", "module"];
  const run = compileFunction(output?.text ?? "", parameters, { filename }) as (...args: unknown[]) => void;
  try {
    run(module.exports, requirePackage, module);
  } catch (error) {
    throw makeInvalidInput(file, `cannot be loaded: ${readMessage(error)}`);
  }
  const { default: define } = module.exports;
  if (typeof define !== "function") {
    throw makeInvalidInput(file, `expected a function as the default export, got ${typeof define}`);
  }
  return define as DefineInfrastructure;
}

function explain(reason: unknown): InvalidInput["mistakes"] {
  if (reason instanceof InvalidInput) return reason.mistakes;
  if (!(reason instanceof Error && "errors" in reason)) throw reason;
  return (reason as Error & BuildFailure).errors.map(({ text, location }) => ({
    file: location ? `${location.file}:${location.line}:${location.column + 1}` : "functions",
    message: text,
  }));
}

/** On one line: some errors of cdktf have several. */
function readMessage(error: unknown): string {
  const { message = String(error) } = error as Partial<Error>;
  return message.replaceAll(/\s*\n\s*/g, " ");
}
