import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeInvalidInput } from "../../environments/mistakes";
import { explainFileError } from "../../environments/text-file";
import { type Document } from "../document/document";
import { formatDocument } from "../document/text";
import { type ProgramContext } from "./command-context";
import { OperationFailure } from "./operation-failure";

/**
 * Writes a file to the user's path, as a whole or not at all, and creates missing folders.
 *
 * @throws InvalidInput if it cannot be written
 */
export async function writeWholeFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    // A device or a pipe, such as /dev/stdout, cannot be replaced.
    if (existsSync(path) && !statSync(path).isFile()) await writeFile(path, content);
    else replaceFiles({ [path]: content });
  } catch (error) {
    throw makeInvalidInput(path, `cannot be written: ${explainFileError(error)}`);
  }
}

/** A report in all its formats. */
export interface PublishedReport {
  readonly folder: string;
  /** The name of its files, without extension. */
  readonly name: string;
  /** The content of its JSON. */
  readonly report: object;
  /** The content of its page and of the terminal's lines. */
  readonly document: Document;
  /** Whether standard output gets the JSON; the lines then go to standard error. */
  readonly json: boolean;
}

/**
 * Writes a report's JSON and page, prints it, and shows its location.
 *
 * @throws OperationFailure
 */
export async function publishReport(
  { print, printAside }: Pick<ProgramContext, "print" | "printAside">,
  { folder, name, report, document, json }: PublishedReport,
): Promise<void> {
  // The code that draws charts is slow to load.
  const { renderPage } = await import("../document/html");
  const files = await writeFiles(folder, {
    [`${name}.json`]: `${JSON.stringify(report, undefined, 2)}\n`,
    [`${name}.html`]: await renderPage(document),
  });
  formatDocument(document).forEach(json ? printAside : print);
  if (json) print(JSON.stringify(report));
  printAside(`Written: ${files.join(", ")}`);
}

/**
 * Checks that reports can be written, before spending minutes on one.
 *
 * @throws OperationFailure
 */
export async function prepareFolder(folder: string): Promise<void> {
  await explainFailure(folder, async () => {
    await mkdir(folder, { recursive: true });
    const probe = makeTemporaryName(join(folder, "probe"));
    writeFileSync(probe, "", { flag: "wx" });
    rmSync(probe);
  });
}

/**
 * Writes files completely. If one cannot be written, no new file is left. Missing folders are created.
 *
 * @param contents by file name
 * @returns their paths
 * @throws OperationFailure
 */
export async function writeFiles(folder: string, contents: Readonly<Record<string, string>>): Promise<string[]> {
  const files = Object.entries(contents).map(([name, content]) => [join(folder, name), content] as const);
  await explainFailure(folder, () => {
    replaceFiles(Object.fromEntries(files));
  });
  return files.map(([path]) => path);
}

/**
 * Replaces files with new ones, so that no one ever sees half of one: through links, and with their modes. If one
 * cannot be written, no new file is left. Signals are handled only afterward; otherwise they could leave files behind.
 *
 * @param contents by path
 */
export function replaceFiles(contents: Readonly<Record<string, string | Uint8Array>>): void {
  const files = Object.entries(contents).map(([path, content]) => {
    const file = followLinks(path);
    return { file, temporary: makeTemporaryName(file), content, mode: readWritableMode(file) };
  });
  const made: string[] = [];
  try {
    for (const { file, temporary, content, mode } of files) {
      mkdirSync(dirname(file), { recursive: true });
      made.push(temporary);
      // The data is on disk then: some file systems report only then that they are full.
      writeFileSync(temporary, content, { flag: "wx", flush: true });
      if (mode !== undefined) chmodSync(temporary, mode);
    }
    for (const { file, temporary, mode } of files) {
      renameSync(temporary, file);
      if (mode === undefined) made.push(file);
    }
  } catch (error) {
    for (const file of made) rmSync(file, { force: true });
    throw error;
  }
}

/** The file that a path leads to, if there is one. */
export function followLinks(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/**
 * The mode of a file that may be replaced: a new file would take its place, whatever its permissions are.
 *
 * @returns undefined if there is no such file
 */
export function readWritableMode(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  accessSync(file, constants.W_OK);
  const { mode } = statSync(file);
  if ((mode & 0o222) === 0) throw new Error("it is read-only");
  return mode;
}

function makeTemporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

async function explainFailure(folder: string, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new OperationFailure(`files cannot be written to ${folder}: ${explainFileError(error)}`);
  }
}
