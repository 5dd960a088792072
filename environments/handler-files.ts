import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The file that a function is bundled from, in its folder; where there are several, the first: others are what
 * TypeScript made of it.
 */
const HANDLER_FILES = ["handler.ts", "handler.mts", "handler.cts", "handler.js", "handler.mjs", "handler.cjs"];

/**
 * Where a function's handler is, relative to the project's folder and with slashes.
 *
 * @param root the project's folder
 * @returns undefined if there is none
 */
export function findHandlerFile(root: string, name: string): string | undefined {
  return HANDLER_FILES.map((file) => `functions/${name}/${file}`).find((file) => existsSync(join(root, file)));
}
