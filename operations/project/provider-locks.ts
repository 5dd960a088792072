import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { formatLockFile, isOlder, LOCK_FILE, readLockedProvider } from "../../environments/provider-lock";
import { TemporaryFolder } from "../../stacks/temporary-folder";
import { OperationFailure } from "../cli/operation-failure";
import { readProviderRange, VERSIONS_FILE } from "./templates";

/** For everybody's computers, and for the workflows. */
const PLATFORMS = ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64", "windows_amd64"];

/** The environments without a lock file. */
export function findUnlocked(root: string, environments: readonly string[]): string[] {
  return environments.filter((name) => !existsSync(join(root, formatLockFile(name))));
}

/**
 * Makes the lock files of environments, like the newest one of the project. Without any, Terraform makes one.
 *
 * @param unlocked environments without a lock file
 * @returns the contents of files to write, by their paths in the project
 * @throws OperationFailure if Terraform is needed and fails
 */
export async function lockProviders(
  root: string,
  environments: readonly string[],
  unlocked: readonly string[],
): Promise<Record<string, string>> {
  if (unlocked.length === 0) return {};
  const range = readProviderRange();
  const lock = (await readNewestLock(root, environments)) ?? (await makeLock(range));
  const files = unlocked.flatMap((name): [string, string][] => [
    [`providers/${name}/${VERSIONS_FILE}`, range],
    [formatLockFile(name), lock],
  ]);
  return Object.fromEntries(files);
}

async function readNewestLock(root: string, environments: readonly string[]): Promise<string | undefined> {
  let newest: { readonly name: string; readonly version: string } | undefined;
  for (const name of environments) {
    const version = await readLockedProvider(root, name);
    if (version !== undefined && (!newest || isOlder(newest.version, version))) newest = { name, version };
  }
  return newest && readFileSync(join(root, formatLockFile(newest.name)), "utf8");
}

async function makeLock(range: string): Promise<string> {
  const folder = new TemporaryFolder(join(tmpdir(), "warmwatch-lock-"));
  try {
    writeFileSync(join(folder.path, VERSIONS_FILE), range);
    const platforms = PLATFORMS.map((platform) => `-platform=${platform}`);
    await promisify(execFile)("terraform", [`-chdir=${folder.path}`, "providers", "lock", ...platforms]);
    return readFileSync(join(folder.path, LOCK_FILE), "utf8");
  } catch (error) {
    const { code, stderr = "", message } = error as NodeJS.ErrnoException & { readonly stderr?: string };
    throw new OperationFailure(
      code === "ENOENT"
        ? "Terraform is needed to make the first lock file: install it from https://developer.hashicorp.com/terraform/install"
        : `terraform providers lock failed: ${stderr.trim() || message}`,
    );
  } finally {
    folder.remove();
  }
}
