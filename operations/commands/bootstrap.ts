import { type Command } from "commander";
import { join, relative, resolve } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { show, makeInvalidInput } from "../../environments/mistakes";
import { renewOutput } from "../../stacks/output-folder";
import { type Account, groupByAccount } from "../../stacks/bootstrap/accounts";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { type CommandContext } from "../cli/command-context";

/** Beside the environments' stacks, which are renewed without it. */
const OUTDIR = "cdktf.out/bootstrap";

/**
 * Up to 39 letters, digits and single - in an owner; up to 100, also _ and ., in a repository, which AWS compares with
 * what a token says.
 * https://docs.github.com/en/repositories/creating-and-managing-repositories/creating-a-new-repository
 */
const REPOSITORY = /^(?=[^/]{1,39}\/)[A-Za-z0-9](-?[A-Za-z0-9])*\/(?!\.{1,2}$)(?!.*\.git$)[\w.-]{1,100}$/i;

const HELP = `
One stack per AWS account, made from environments/*.tfvars: the buckets for states, the identity providers, and of each
environment whose state is in S3 or HCP Terraform three roles: to plan, to deploy, and to check what was deployed.
Terraform applies it, by an administrator of the account. docs/delivery.md leads through it.

Exit codes:
  0    the stacks are written
  2    wrong input: nothing was written

Examples:
  $ npm run ops -- bootstrap acme/shop                      for the repository github.com/acme/shop
  $ npm run ops -- bootstrap acme/shop --state-in-bucket    once the bucket is there`;

interface Options {
  readonly stateInBucket?: boolean;
  readonly json?: boolean;
}

/**
 * Adds the command `bootstrap`: writes the Terraform of what an account has to have before its environments can be
 * delivered.
 *
 * @param exit takes the exit code
 */
export function addBootstrap(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("bootstrap")
    .description("Writes Terraform for what delivery needs in AWS: buckets for states, and roles to plan and deploy.")
    .argument("<repository>", "owner/name on GitHub, whose workflows may take the roles")
    .option("--state-in-bucket", "keep this stack's own state in the bucket that it makes, once it is there")
    .option("--json", "write what there is as JSON")
    .addHelpText("after", HELP)
    .action(async (repository: string, { stateInBucket = false, json = false }: Options) => {
      const written = await writeBootstrap(repository, stateInBucket, surroundings.root);
      const lines = json ? [JSON.stringify(written)] : formatWritten(written);
      lines.forEach(surroundings.print);
      exit(EXIT.done);
    });
}

/** A stack that has been written. */
interface Written {
  readonly folder: string;
  readonly account?: string;
  readonly environments: readonly string[];
  readonly buckets: readonly string[];
}

async function writeBootstrap(repository: string, stateInBucket: boolean, root: string): Promise<Written[]> {
  if (!REPOSITORY.test(repository)) throw makeInvalidInput("bootstrap", `expected owner/name, got ${show(repository)}`);
  const accounts = groupByAccount(await loadEnvironments(root));
  if (stateInBucket && accounts.some(({ buckets }) => buckets.length === 0)) {
    throw makeInvalidInput("bootstrap", "--state-in-bucket: expected an environment with its state in S3, found none");
  }
  // It loads cdktf, which no other command needs.
  const { synthesizeBootstrap } = await import("../../stacks/bootstrap/synthesize");
  await renewOutput(relative(".", resolve(root, OUTDIR)), async (folder) => {
    synthesizeBootstrap(accounts, { repository, stateInBucket, folder, outdir: OUTDIR });
    return Promise.resolve();
  });
  return accounts.map(describe);
}

function describe({ id, stackName, environments, buckets }: Account): Written {
  return {
    folder: join(OUTDIR, "stacks", stackName),
    ...(id !== undefined && { account: id }),
    environments: environments.map(({ name }) => name),
    buckets: buckets.map(({ name }) => name),
  };
}

function formatWritten(written: readonly Written[]): string[] {
  return [
    ...written.flatMap(({ folder, account = "the one you are signed in to", environments, buckets }) => [
      folder,
      `  account: ${account}`,
      `  roles to plan and deploy: ${environments.join(", ")}`,
      `  buckets for states: ${buckets.join(", ") || "none"}`,
    ]),
    "",
    ...written.flatMap(({ folder }) => [
      `Next: terraform -chdir=${folder} init`,
      `      terraform -chdir=${folder} apply`,
    ]),
  ];
}
