import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { mkdir, open, rename, rm, writeFile } from "node:fs/promises";
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
export async function writeTextFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // A device or a pipe, such as /dev/stdout, cannot be replaced.
    if (existsSync(path) && !statSync(path).isFile()) await writeFile(path, text);
    else {
      const temporary = makeTemporaryName(path);
      await writeWhole(temporary, text);
      await rename(temporary, path);
    }
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
    await writeWhole(probe, "");
    await rm(probe);
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
  const files = Object.entries(contents).map(([name, content]) => {
    const path = join(folder, name);
    return { path, temporary: makeTemporaryName(path), content };
  });
  await explainFailure(folder, async () => {
    const made: string[] = [];
    try {
      for (const { temporary, content } of files) {
        await mkdir(dirname(temporary), { recursive: true });
        await writeWhole(temporary, content);
      }
      for (const { temporary, path } of files) {
        const isNew = !existsSync(path);
        await rename(temporary, path);
        if (isNew) made.push(path);
      }
    } catch (error) {
      const remains = [...files.map(({ temporary }) => temporary), ...made];
      await Promise.all(remains.map((file) => rm(file, { force: true })));
      throw error;
    }
  });
  return files.map(({ path }) => path);
}

/** The data is on disk when it resolves: some file systems report only then that they are full. */
async function writeWhole(path: string, content: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  await file.close();
}

function makeTemporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

async function explainFailure(folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new OperationFailure(`files cannot be written to ${folder}: ${explainFileError(error)}`);
  }
}
