import { type FSWatcher, readdirSync, watch } from "node:fs";
import { join } from "node:path";
import { findStats } from "./find-stats";

/** More folders than a project has: a folder full of data must not slow down everything. */
const MAX_LISTED = 5000;

interface WatchedFolder {
  readonly watcher: FSWatcher;
  /** Tells a folder from another one that has taken its place. */
  readonly inode: number;
}

/** Tells of files that are written, added, renamed or removed in folders. */
export class FolderWatcher {
  private readonly watched = new Map<string, WatchedFolder>();
  private isLost = false;

  /**
   * @param onChange gets the path of what has changed, again and again while it is written
   * @param onLost gets the reason, once, if a folder cannot be watched
   */
  constructor(
    private readonly onChange: (path: string) => void,
    private readonly onLost: (reason: string) => void,
  ) {}

  /**
   * Watches these folders from now on, each without the folders in it, and no others.
   *
   * @param folders those that do not exist are left out
   * @returns the folders that were not watched before
   */
  watch(folders: ReadonlySet<string>): readonly string[] {
    for (const folder of this.watched.keys()) if (!folders.has(folder)) this.unwatch(folder);
    return [...folders].filter((folder) => this.add(folder));
  }

  /** Watches nothing anymore. */
  close(): void {
    for (const folder of this.watched.keys()) this.unwatch(folder);
  }

  private add(folder: string): boolean {
    const inode = findStats(folder)?.ino;
    if (inode === this.watched.get(folder)?.inode) return false;
    this.unwatch(folder);
    if (inode === undefined) return false;
    try {
      const watcher = watch(folder, (_, name) => {
        this.onChange(name === null ? folder : join(folder, name));
      });
      watcher.on("error", (error) => {
        this.lose(folder, error);
      });
      this.watched.set(folder, { watcher, inode });
      return true;
    } catch (error) {
      this.lose(folder, error as Error);
      return false;
    }
  }

  private unwatch(folder: string): void {
    this.watched.get(folder)?.watcher.close();
    this.watched.delete(folder);
  }

  private lose(folder: string, { code, message }: NodeJS.ErrnoException): void {
    this.unwatch(folder);
    // It was removed a moment ago, of which the folder above tells.
    if (code === "ENOENT" || this.isLost) return;
    this.isLost = true;
    this.onLost(message);
  }
}

/** Folders with all folders in them, except for those of packages and hidden ones. */
export function listFolders(tops: Iterable<string>): ReadonlySet<string> {
  const folders = new Set(tops);
  for (const folder of folders) {
    if (folders.size > MAX_LISTED) break;
    for (const entry of readFolder(folder)) {
      if (entry.isDirectory() && entry.name !== "node_modules" && !entry.name.startsWith(".")) {
        folders.add(join(folder, entry.name));
      }
    }
  }
  return folders;
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // There is no such folder, or not anymore.
    return [];
  }
}
