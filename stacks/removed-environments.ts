import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseLocalStateFile } from "../environments/names";

/**
 * Environments that have no file any more, though they were synthesized here or their state is here. What is deployed
 * of them stays in AWS, and is paid for.
 *
 * @param outdir the output folder, before it is renewed
 * @param names the environments that there are
 */
export function findRemovedEnvironments(root: string, outdir: string, names: readonly string[]): string[] {
  const stacks = join(root, outdir, "stacks");
  const known = [
    ...(existsSync(stacks) ? readdirSync(stacks) : []),
    ...readdirSync(root).flatMap((file) => parseLocalStateFile(file) ?? []),
  ];
  return [...new Set(known)].filter((name) => !names.includes(name)).sort();
}

/** Tells what becomes of an environment without a file. */
export function describeRemoved(name: string): string {
  return (
    `${name}: environments/${name}.tfvars is gone, and what is deployed of it stays in AWS. ` +
    `To remove that, restore the file, run npx cdktf destroy ${name}, and then delete the file`
  );
}
