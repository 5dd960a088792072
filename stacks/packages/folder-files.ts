import { readdirSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";

/** A file of a folder. */
export interface FolderFile {
  /** Absolute. */
  readonly path: string;
  /** Relative to the folder, with slashes. */
  readonly place: string;
}

/** Every file below a folder. */
export function listFolder(folder: string): readonly FolderFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, place: relative(folder, path).split(sep).join(posix.sep) }));
}
