import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describeStateLocation } from "../../../environments/names";
import { limitConcurrency } from "../../../functions/warmer/limit-concurrency";
import { toOneLine } from "../../../performance/foreign-text";
import { OperationFailure } from "../../cli/operation-failure";
import { type Check, fail, pass, warn, makeCheck } from "../check";
import { type Examination } from "../examination";
import { IMPORT_IDS } from "./import-ids";
import { type StackResource } from "../../synthesis/stack-resources";

/** A state may be far away. */
const LONGEST_MILLISECONDS = 60_000;

/** Maximum number of resources looked up at once: AWS throttles more. */
const AT_ONCE = 8;

/** Terraform's message if nothing has ever been applied. */
const NO_STATE = "No state file was found";

/**
 * Checks whether AWS has resources that the state lacks, for example after an interrupted apply, or if something with
 * the same name existed before. An apply would fail with AWS's "already exists", or create a second copy.
 */
export function buildMissingCheck(
  { root, environment, aws, expected, identity }: Examination,
  needs: readonly Check[],
): Check {
  const folder = `cdktf.out/stacks/${environment.name}`;
  return makeCheck(
    "complete state",
    needs,
    async () => {
      if (!existsSync(join(root, folder, ".terraform"))) {
        return warn(
          "Terraform has not read the state on this computer: nothing to compare AWS with",
          `terraform -chdir=${folder} init`,
        );
      }
      const present = await readStateAddresses(join(root, folder));
      const stack = await expected();
      const context = { aws, stack, identity: await identity() };
      const limited = limitConcurrency(AT_ONCE);
      const found = await Promise.all(
        stack.all
          .filter(({ address }) => !present.has(address))
          .map(async (resource) => ({
            resource,
            id: await limited(async () => IMPORT_IDS[resource.type]?.(resource, context)),
          })),
      );
      const commands = found.flatMap(({ resource, id }) =>
        id === undefined ? [] : [formatImportCommand(folder, resource, id)],
      );
      const state = describeStateLocation(environment.name, environment.state);
      if (commands.length === 0) return pass("AWS has no resources of the stack that the state lacks");
      const they = commands.length === 1 ? "1 resource is" : `${commands.length} resources are`;
      return fail(`${they} in AWS but not in the state (${state})`, commands.join("\n"));
    },
    `terraform -chdir=${folder} state list`,
  );
}

async function readStateAddresses(folder: string): Promise<ReadonlySet<string>> {
  try {
    const options = {
      cwd: folder,
      timeout: LONGEST_MILLISECONDS,
      env: { ...process.env, CHECKPOINT_DISABLE: "1", TF_CLI_ARGS: "-no-color" },
    };
    const { stdout } = await promisify(execFile)("terraform", ["state", "list"], options);
    return new Set(stdout.split("\n"));
  } catch (error) {
    const { message } = error as Error;
    if (message.includes(NO_STATE)) return new Set();
    throw new OperationFailure(`Terraform cannot read the state: ${toOneLine(message)}`);
  }
}

/** The command that imports a resource, for a POSIX shell. */
function formatImportCommand(folder: string, { address }: StackResource, id: string): string {
  const quoted = /^[\w./:@-]+$/.test(id) ? id : `'${id}'`;
  return `terraform -chdir=${folder} import ${address} ${quoted}`;
}
