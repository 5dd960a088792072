import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { findRuntime } from "../../environments/code";
import { isOlder, findNeededProvider } from "../../environments/provider-lock";
import { type Environment } from "../../environments/schema";
import { toOneLine } from "../../performance/foreign-text";
import { readOwnManifest } from "../../stacks/own-file";
import { type Check, fail, pass, memoize, type CheckVerdict, warn, makeCheck } from "./check";
import { type Examination } from "./examination";

/** Native locking in S3 (`use_lockfile`): https://developer.hashicorp.com/terraform/language/v1.10.x/upgrade-guides */
const OLDEST_TERRAFORM = "1.10.0";

const TERRAFORM_DOWNLOAD = "install it from https://developer.hashicorp.com/terraform/install";
const LONGEST_MILLISECONDS = 30_000;

const VERSION = z.object({
  terraform_version: z.string(),
  provider_selections: z.record(z.string(), z.string()).default({}),
});

/** Checks that this computer has Terraform and the environment's provider. */
export function buildTerraformChecks(
  { root, environment, expected }: Examination,
  synthesis: Check,
): [terraform: Check, provider: Check] {
  const folder = join(root, "cdktf.out", "stacks", environment.name);
  const version = memoize(() => readTerraformVersion(existsSync(folder) ? folder : root));
  const terraform = makeCheck("Terraform", [], async () => {
    const found = await version();
    if ("outcome" in found) return found;
    const { terraform_version: is } = found;
    return isOlder(is, OLDEST_TERRAFORM)
      ? fail(`${is} is older than ${OLDEST_TERRAFORM}`, TERRAFORM_DOWNLOAD)
      : pass(is);
  });
  const provider = makeCheck("AWS provider", [terraform, synthesis], async () => {
    const found = await version();
    return "outcome" in found ? found : judgeProvider(found, (await expected()).providerVersions, environment);
  });
  return [terraform, provider];
}

/** Whether Node.js is new enough. */
export function buildNodeCheck(): Check {
  const least = readOwnManifest().engines.node.replace(">=", "");
  const { node } = process.versions;
  return makeCheck("Node.js", [], () =>
    isOlder(node, least) ? fail(`${node} is older than ${least}`, "install it from https://nodejs.org") : pass(node),
  );
}

function judgeProvider(found: z.output<typeof VERSION>, range: string, { name, functions }: Environment): CheckVerdict {
  const [, is] = Object.entries(found.provider_selections).find(([id]) => id.endsWith("/hashicorp/aws")) ?? [];
  const initialize = `terraform -chdir=cdktf.out/stacks/${name} init -upgrade`;
  if (is === undefined)
    return warn("not yet chosen on this computer", `terraform -chdir=cdktf.out/stacks/${name} init`);
  if (!isIn(is, range)) return fail(`${is} is not in ${range}`, initialize);
  const [needy, settings] =
    Object.entries(functions).find(([, each]) => findNeededProvider(findRuntime(each) ?? "", is) !== undefined) ?? [];
  return settings
    ? fail(`${is} does not know ${findRuntime(settings) ?? ""}, the runtime of ${needy}`, initialize)
    : pass(is);
}

async function readTerraformVersion(folder: string): Promise<z.output<typeof VERSION> | CheckVerdict> {
  try {
    const options = { cwd: folder, timeout: LONGEST_MILLISECONDS, env: { ...process.env, CHECKPOINT_DISABLE: "1" } };
    const { stdout } = await promisify(execFile)("terraform", ["version", "-json"], options);
    return VERSION.parse(JSON.parse(stdout));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return fail("it is not on the PATH", TERRAFORM_DOWNLOAD);
    return fail(`\`terraform version\` does not show its version: ${toOneLine(message)}`, TERRAFORM_DOWNLOAD);
  }
}

/** Whether a version is in a range as in `>= 5.100.0, < 7.0.0`. */
function isIn(version: string, range: string): boolean {
  return range.split(",").every((part) => {
    const [, comparison, limit = ""] = /^\s*(>=|<)\s*(\S+)\s*$/.exec(part) ?? [];
    return comparison === undefined || isOlder(version, limit) === (comparison === "<");
  });
}
