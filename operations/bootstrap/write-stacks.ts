import { join, relative, resolve } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { show, makeInvalidInput } from "../../environments/mistakes";
import { type Account, groupByAccount } from "../../stacks/bootstrap/accounts";
import { synthesizeBootstrap } from "../../stacks/bootstrap/synthesize";
import { renewOutput } from "../../stacks/output-folder";

/** Next to the environments' stacks, which are replaced without it. */
const OUTDIR = "cdktf.out/bootstrap";

/**
 * Up to 39 letters, digits and single - in an owner; up to 100, also _ and ., in a repository. AWS compares the name
 * with a token's claim.
 * https://docs.github.com/en/repositories/creating-and-managing-repositories/creating-a-new-repository
 */
const REPOSITORY = /^(?=[^/]{1,39}\/)[A-Za-z0-9](-?[A-Za-z0-9])*\/(?!\.{1,2}$)(?!.*\.git$)[\w.-]{1,100}$/i;

/** A written stack. */
export interface WrittenStack {
  readonly folder: string;
  readonly account?: string;
  readonly environments: readonly string[];
  readonly buckets: readonly string[];
  /** What exceeds quotas that AWS raises on request. */
  readonly notes: readonly string[];
}

/**
 * Writes Terraform for everything that each account needs before its environments can be delivered.
 *
 * @param repository owner/name on GitHub
 * @throws InvalidInput
 */
export async function writeBootstrap(
  repository: string,
  stateInBucket: boolean,
  root: string,
): Promise<WrittenStack[]> {
  if (!REPOSITORY.test(repository)) throw makeInvalidInput("bootstrap", `expected owner/name, got ${show(repository)}`);
  const accounts = groupByAccount(await loadEnvironments(root));
  if (stateInBucket && accounts.some(({ buckets }) => buckets.length === 0)) {
    throw makeInvalidInput("bootstrap", "--state-in-bucket: expected an environment with its state in S3, found none");
  }
  const notes = await renewOutput(relative(".", resolve(root, OUTDIR)), async (folder) =>
    Promise.resolve(synthesizeBootstrap(accounts, { repository, stateInBucket, folder, outdir: OUTDIR })),
  );
  return accounts.map((account) => describe(account, notes));
}

function describe({ id, stackName, environments, buckets }: Account, notes: readonly string[]): WrittenStack {
  return {
    folder: join(OUTDIR, "stacks", stackName),
    ...(id !== undefined && { account: id }),
    environments: environments.map(({ name }) => name),
    buckets: buckets.map(({ name }) => name),
    notes: notes.filter((note) => note.startsWith(`${stackName}: `)),
  };
}
