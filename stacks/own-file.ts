import { existsSync, readFileSync } from "node:fs";
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

/** What this program's package.json says. */
export interface OwnManifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Reads this program's package.json, which is not that of the project that uses it. */
export function readOwnManifest(): OwnManifest {
  return JSON.parse(readFileSync(findOwnFile("package.json"), "utf8")) as OwnManifest;
}
