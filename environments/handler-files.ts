import { existsSync } from "node:fs";
import { join } from "node:path";

/**
 * The files that a function can be bundled from. If a folder has several, the first one counts: the others are
 * TypeScript's output.
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

/** A function's file with its infrastructure, relative to the project's folder. */
export function formatInfrastructureFile(name: string): string {
  return `functions/${name}/infrastructure.ts`;
}
