import { makeInvalidInput } from "../../environments/mistakes";
import { type AwsAccess } from "../aws/access";
import { type MovableAlias, readAlias } from "../aws/aliases";
import { type DeployedFunction, LATEST_VERSION, readVersions } from "../aws/functions";
import { OperationFailure } from "../cli/operation-failure";
import { formatPercent } from "../document/formats";
import { type RollbackSubject } from "./subject";

/** How many versions a message lists. */
const LISTED_VERSIONS = 10;

/** What is to be moved, and where to. */
export interface RollbackPlan {
  readonly live: MovableAlias;
  readonly warm: MovableAlias;
  /** The version that traffic gets now; undefined if it was deleted. */
  readonly current: DeployedFunction | undefined;
  readonly target: DeployedFunction;
  /** Whether no version is newer than the target, so that a deployment of the same code would not move the aliases. */
  readonly isNewest: boolean;
}

/**
 * Reads aliases and versions, and chooses the version to go back to.
 *
 * @param to the version's number; by default, the newest one that is older than the one that traffic gets
 * @throws InvalidInput if there is no such version
 * @throws OperationFailure if the aliases cannot be moved from where they are, or AWS refuses
 */
export async function planRollback(
  aws: AwsAccess,
  subject: RollbackSubject,
  to: string | undefined,
): Promise<RollbackPlan> {
  const { name } = subject;
  const live = await readAlias(aws, name, "live");
  const warm = await readAlias(aws, name, "warm");
  for (const one of [live, warm]) checkWeights(one, subject, to);
  const versions = (await readVersions(aws, name))
    .filter(({ version }) => version !== LATEST_VERSION)
    .sort((one, other) => Number(other.version) - Number(one.version));
  const target = to === undefined ? findPrevious(versions, live, warm) : findVersion(versions, to, name);
  const current = versions.find(({ version }) => version === live.version);
  return { live, warm, current, target, isNewest: target.version === versions[0]?.version };
}

/**
 * Weights are removed if the version is named that gets all requests: then it is clear which of two is meant. AWS sets
 * some itself while provisioned concurrency moves, which cannot be removed from here:
 * https://github.com/hashicorp/terraform-provider-aws/pull/48116
 */
function checkWeights(
  { functionName, alias, version, others }: MovableAlias,
  { environment, id, hasProvisionedConcurrency, isRolledOut }: RollbackSubject,
  to: string | undefined,
): void {
  const shares = Object.entries(others).map(([other, share]) => `version ${other} (${formatPercent(share * 100)})`);
  if (shares.length === 0 || (to !== undefined && !hasProvisionedConcurrency)) return;
  const is = `Nothing was moved: alias ${alias} is on version ${version}, and also sends requests to ${shares.join(", ")}`;
  const choose = `--to ${[version, ...Object.keys(others)].join(" or --to ")}`;
  if (hasProvisionedConcurrency) {
    throw new OperationFailure(
      `${is}; its provisioned concurrency is probably moving, which takes minutes: wait for that, or remove the weights: aws lambda update-alias --function-name ${functionName} --name ${alias} --routing-config AdditionalVersionWeights={}`,
    );
  }
  throw new OperationFailure(
    isRolledOut
      ? `${is}, as during a rollout; to go back: npm run ops -- rollout abort ${environment} ${id}; if none is running, name the version that gets all requests: ${choose}`
      : `${is}; name the version that gets all requests: ${choose}`,
  );
}

function findVersion(versions: readonly DeployedFunction[], to: string, name: string): DeployedFunction {
  const found = versions.find(({ version }) => version === to);
  if (found) return found;
  const known = versions.slice(0, LISTED_VERSIONS).map(({ version }) => version);
  throw makeInvalidInput("--to", `${name} has no version ${to}; the newest are: ${known.join(", ") || "none"}`);
}

function findPrevious(
  versions: readonly DeployedFunction[],
  { functionName, version: live }: MovableAlias,
  { version: warm }: MovableAlias,
): DeployedFunction {
  if (Number(warm) > Number(live)) {
    throw new OperationFailure(
      `Nothing was moved: live is on version ${live}, but warm is on ${warm}, as after a rollback that did not finish; --to ${live} finishes it, and --to with another version goes there`,
    );
  }
  const previous = versions.find(({ version }) => Number(version) < Number(live));
  if (previous) return previous;
  throw new OperationFailure(
    `Nothing was moved: ${functionName} has no version older than ${live}: fix the code and deploy`,
  );
}
