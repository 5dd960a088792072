import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/**
 * A folder that is removed at the latest when this process ends, for any reason except a kill. A killed process leaves
 * it behind; the next process on this computer that makes a folder at the same place removes it.
 */
export class TemporaryFolder {
  readonly path: string;

  /** @param prefix the folder's path, without the unique suffix */
  constructor(prefix: string) {
    removeOrphans(prefix);
    this.path = mkdtempSync(`${formatOwnedPrefix(prefix)}${process.pid}-`);
    process.on("exit", this.remove);
  }

  /** Removes the folder with its contents. */
  readonly remove = (): void => {
    process.off("exit", this.remove);
    rmSync(this.path, { recursive: true, force: true });
  };
}

/** Process ids are meaningless for another computer or container that shares a folder. */
function formatOwnedPrefix(prefix: string): string {
  return `${prefix}${hostname()}-`;
}

function removeOrphans(prefix: string): void {
  const owned = basename(formatOwnedPrefix(prefix));
  const folder = dirname(prefix);
  for (const name of readdirSync(folder)) {
    const [, pid] = name.startsWith(owned) ? (/^(\d+)-\w{6}$/.exec(name.slice(owned.length)) ?? []) : [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Whether there is such a process, of any user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
