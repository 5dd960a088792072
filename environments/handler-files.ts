import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, posix, resolve, sep } from "node:path";

/**
 * The endings of files that a function can be bundled from. If there are several, the first one counts: the others are
 * TypeScript's output.
 */
const ENDINGS = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];

/** Where a function's handler is, if it is not the export `handler` of `functions/<name>/handler.ts`. */
export interface HandlerPlace {
  /** `<file>.<export>`, relative to the function's folder. */
  readonly handler?: string | undefined;
  /** The handler's file, relative to the project's folder. */
  readonly entry?: string | undefined;
}

/**
 * Finds the file of a function's handler, relative to the project's folder and with slashes.
 *
 * @param root the project's folder
 * @returns undefined if there is none
 */
export function findHandlerFile(root: string, name: string, place: HandlerPlace = {}): string | undefined {
  if (place.entry !== undefined) {
    return isInRepository(root, place.entry) ? posix.normalize(place.entry) : undefined;
  }
  const file = formatHandlerFile(name, place);
  return ENDINGS.map((ending) => file + ending).find((each) => isFile(join(root, each)));
}

/** The file in which a function's handler is expected in its folder, without the ending. */
export function formatHandlerFile(name: string, { handler = "handler.handler" }: HandlerPlace): string {
  return posix.join("functions", name, handler.slice(0, handler.lastIndexOf(".")));
}

/** The export that is a function's handler. */
export function findHandlerExport({ handler = "handler.handler" }: HandlerPlace): string {
  return handler.slice(handler.lastIndexOf(".") + 1);
}

/** The folder of the repository that a project is in; the project's if it is in none. */
export function findRepository(root: string): string {
  const project = realpathSync(root);
  for (let folder = project; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return folder;
    if (folder === dirname(folder)) return project;
  }
}

/** Whether there is a file, relative to the project's folder, in the repository that the project is in. */
export function isInRepository(root: string, path: string): boolean {
  const file = resolve(root, path);
  return isFile(file) && realpathSync(file).startsWith(findRepository(root) + sep);
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/** A function's file with its infrastructure, relative to the project's folder. */
export function formatInfrastructureFile(name: string): string {
  return `functions/${name}/infrastructure.ts`;
}
