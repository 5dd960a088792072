import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Finds a file of this project, from wherever the program that needs it was bundled to below the project's folder.
 *
 * @param path relative to the project's folder
 */
export function findOwnFile(path: string): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const file = join(folder, path);
    if (existsSync(file)) return file;
    if (folder === dirname(folder)) throw new Error(`no ${path} in any folder above ${__dirname}`);
  }
}
