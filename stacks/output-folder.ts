import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

const STACKS = "stacks";
const ASSETS = "assets";
const MANIFEST = "manifest.json";

/**
 * Renews the output folder only once everything has been written without an error; until then it stays as it was.
 * What Terraform keeps beside a stack (`.terraform`, saved plans, its lock file where none is written) survives; stacks that are
 * gone are removed, as the cdktf command does.
 *
 * @param outdir the output folder; need not exist
 * @param write writes a cdktf app's whole output into the folder it is given
 */
export async function renewOutput<T>(outdir: string, write: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(dirname(outdir), { recursive: true });
  const staging = mkdtempSync(`${outdir}.`);
  try {
    const result = await write(staging);
    publish(staging, outdir);
    return result;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

function publish(staging: string, outdir: string): void {
  const stacks = readdirSync(join(staging, STACKS));
  for (const stack of stacks) {
    const from = join(staging, STACKS, stack);
    const to = join(outdir, STACKS, stack);
    mkdirSync(to, { recursive: true });
    rmSync(join(to, ASSETS), { recursive: true, force: true });
    for (const entry of readdirSync(from)) renameSync(join(from, entry), join(to, entry));
  }
  for (const stack of readdirSync(join(outdir, STACKS))) {
    if (!stacks.includes(stack)) rmSync(join(outdir, STACKS, stack), { recursive: true });
  }
  renameSync(join(staging, MANIFEST), join(outdir, MANIFEST));
}
