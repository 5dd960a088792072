import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isAlive, TemporaryFolder } from "./temporary-folder";

const STACKS = "stacks";
const ASSETS = "assets";
const MANIFEST = "manifest.json";
const LOCK = ".lock";
const LOCK_POLL_MILLISECONDS = 20;

/** Its owner writes into a lock at once, unless the disk is full or the computer stops. */
const OWNERLESS_MILLISECONDS = 5000;

/**
 * Replaces the output folder only after everything has been written without an error; until then, it stays as it was.
 * What Terraform keeps next to a stack (`.terraform`, saved plans, its lock file if none is written) stays. Stacks that
 * no longer exist are removed, as the cdktf command does. If several processes do this at the same time, the complete
 * output of the last one stays.
 *
 * @param outdir the output folder; need not exist
 * @param write writes a cdktf app's whole output into the given folder
 */
export async function renewOutput<T>(outdir: string, write: (folder: string) => Promise<T>): Promise<T> {
  mkdirSync(dirname(outdir), { recursive: true });
  const staging = new TemporaryFolder(`${outdir}.`);
  try {
    const result = await write(staging.path);
    mkdirSync(outdir, { recursive: true });
    await runAlone(join(outdir, LOCK), () => {
      publish(staging.path, outdir);
    });
    return result;
  } finally {
    staging.remove();
  }
}

/**
 * Does work that only one process may do at a time. The work finishes before any signal is handled, so only a killed
 * process leaves its lock behind.
 */
async function runAlone(lock: string, work: () => void): Promise<void> {
  while (!isTaken(lock)) {
    if (isAbandoned(lock)) rmSync(lock, { force: true });
    else await setTimeout(LOCK_POLL_MILLISECONDS);
  }
  try {
    work();
  } finally {
    rmSync(lock);
  }
}

function isTaken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function isAbandoned(lock: string): boolean {
  try {
    const owner = Number(readFileSync(lock, "utf8"));
    return owner > 0 ? !isAlive(owner) : statSync(lock).mtimeMs < Date.now() - OWNERLESS_MILLISECONDS;
  } catch {
    // It was released in the meantime.
    return false;
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
