import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseLocalStateFile } from "../environments/names";

/**
 * Finds environments whose file is gone but that were synthesized here or have their state here. Their deployed
 * resources stay in AWS and cost money.
 *
 * @param outdir the output folder, before it is replaced
 * @param names the existing environments
 */
export function findRemovedEnvironments(root: string, outdir: string, names: readonly string[]): string[] {
  const stacks = join(root, outdir, "stacks");
  const known = [
    ...(existsSync(stacks) ? readdirSync(stacks) : []),
    ...readdirSync(root).flatMap((file) => parseLocalStateFile(file) ?? []),
  ];
  return [...new Set(known)].filter((name) => !names.includes(name)).sort();
}

/** Explains what happens to an environment without a file. */
export function describeRemoved(name: string): string {
  return (
    `${name}: environments/${name}.tfvars is gone, but what it deployed stays in AWS. ` +
    `To remove it, restore the file, run npx cdktf destroy ${name}, and then delete the file`
  );
}
