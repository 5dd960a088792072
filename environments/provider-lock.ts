import { existsSync } from "node:fs";
import { join } from "node:path";
import { NODE_RUNTIMES, type NodeRuntime } from "./runtimes";
import { readText } from "./text-file";

/**
 * The first AWS provider that knows a runtime, or a key:
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/CHANGELOG.md
 */
const FIRST_PROVIDERS: Readonly<Record<string, string>> = {
  "nodejs24.x": "6.21.0",
  java25: "6.20.0",
  "python3.14": "6.20.0",
  durable: "6.25.0",
};

/** The file that fixes one version of each provider for Terraform. */
export const LOCK_FILE = ".terraform.lock.hcl";

/** Where an environment's lock file is, relative to the project's folder. */
export function formatLockFile(environment: string): string {
  return `providers/${environment}/${LOCK_FILE}`;
}

/**
 * The version of the AWS provider in an environment's lock file.
 *
 * @param root the project's folder
 * @returns undefined if there is no lock file: Terraform then takes the newest
 * @throws UnusableFile
 */
export async function readLockedProvider(root: string, environment: string): Promise<string | undefined> {
  const path = join(root, formatLockFile(environment));
  if (!existsSync(path)) return undefined;
  const [, version] =
    /^provider "[^"]*\/hashicorp\/aws" \{[^}]*?^\s*version\s*=\s*"([^"]+)"/m.exec(await readText(path)) ?? [];
  return version;
}

/** The first AWS provider that knows a runtime, or a key, if this version does not. */
export function findNeededProvider(runtimeOrKey: string, version: string): string | undefined {
  const { [runtimeOrKey]: first } = FIRST_PROVIDERS;
  return first !== undefined && isOlder(version, first) ? first : undefined;
}

/** The newest Node.js on Lambda that an AWS provider knows; the oldest one if its version is not known. */
export function findNodeRuntime(version: string | undefined): NodeRuntime {
  const known = (runtime: NodeRuntime) => version !== undefined && findNeededProvider(runtime, version) === undefined;
  return NODE_RUNTIMES.findLast(known) ?? NODE_RUNTIMES[0];
}

/** Whether a version such as 5.100.0 is older than another one. */
export function isOlder(version: string, other: string): boolean {
  return version.localeCompare(other, "en", { numeric: true }) < 0;
}
