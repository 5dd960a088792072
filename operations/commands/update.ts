import { accessSync, chmodSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { InvalidInput, makeInvalidInput, type Mistake } from "../../environments/mistakes";
import { explainFileError, readText, UnusableFile } from "../../environments/text-file";
import { findOwnFile, readOwnManifest } from "../../stacks/own-file";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { writeFiles } from "../cli/files";
import { type FileUpdate, mergeFiles } from "../project/merge";
import { formatProjectRecord, readProjectRecord, RECORD } from "../project/record";
import { compareStacks, type StackChanges } from "../project/stack-changes";
import { renderTemplates } from "../project/templates";

/** The package's program. */
const PROGRAM = "bin.js";

const READ_ONLY = "cannot be written: it is read-only";

export default defineCommand({
  parameters: (command) => command,

  help: `
It takes over changed workflows, settings and runbooks, and the version in package.json. What you have changed in these
files stays, and your functions and environments are not touched. It prints each change, and what the new version
changes in each environment's resources. Nothing is deployed.

A change that does not fit your lines is shown again by the next update, until you have made it.

Exit codes: 0 updated; 1 updated, but a change does not fit lines of yours, or a version cannot synthesize the project;
2 nothing is written: the project has no ${RECORD}, or a file cannot be read or written

Examples:
  $ npx warmwatch@latest update`,

  run: async ({ root, print, printAside }) => {
    const record = readProjectRecord(root);
    const templates = renderTemplates(record, resolve(root));
    const maintained = [...templates].filter(([, { isMaintained }]) => isMaintained);
    const updates = mergeFiles(
      new Map(Object.entries(record.files)),
      await readCurrent(
        root,
        maintained.map(([path]) => path),
      ),
      new Map(maintained.map(([path, { text }]) => [path, text])),
    );
    const bases = new Map(templates);
    for (const { path, base } of updates) {
      if (base === undefined) bases.delete(path);
      else bases.set(path, { text: base, isMaintained: true });
    }
    const written = updates.filter(({ outcome }) => outcome !== "kept").map(({ path, text }) => [path, text] as const);
    const contents = { ...Object.fromEntries(written), [RECORD]: formatProjectRecord(record, bases) };
    checkWritable(root, Object.keys(contents));
    const installed = findInstalled(root);
    const comparison = installed === undefined ? undefined : await compareStacks(root, installed, findOwnFile(PROGRAM));
    await replaceFiles(root, contents);

    print(`${record.version} -> ${readOwnManifest().version}`);
    updates.flatMap(describeFile).forEach(print);
    const { changes, failures } = comparison ?? { changes: [], failures: ["no version is installed here"] };
    changes.flatMap(describeStack).forEach(print);
    failures.forEach((failure) => {
      print(`Resources: not compared: ${failure}`);
    });
    print("Next: npm install && npm run check");
    const unfit = updates.filter(({ misfit }) => misfit !== "").map(({ path }) => path);
    if (unfit.length > 0) printAside(`Change by hand, as shown above: ${unfit.join(", ")}`);
    return unfit.length > 0 || (comparison?.failures ?? []).length > 0 ? EXIT.failed : EXIT.done;
  },
});

async function readCurrent(root: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const existing = paths.filter((path) => existsSync(join(root, path)));
  return new Map(
    await Promise.all(
      existing.map(async (path) => {
        try {
          return [path, await readText(join(root, path))] as const;
        } catch (error) {
          throw error instanceof UnusableFile ? makeInvalidInput(path, error.message) : error;
        }
      }),
    ),
  );
}

/** Throws one mistake for each file that cannot be replaced, before anything is written. */
function checkWritable(root: string, paths: readonly string[]): void {
  const mistakes = paths.flatMap((path): Mistake[] => {
    try {
      const file = followLinks(join(root, path));
      // A new file replaces the old one, whatever the old one's permissions are.
      if (existsSync(file)) {
        accessSync(file, constants.W_OK);
        if ((statSync(file).mode & 0o222) === 0) return [{ file: path, message: READ_ONLY }];
      }
      let folder = dirname(file);
      while (!existsSync(folder)) folder = dirname(folder);
      accessSync(`${folder}/.`, constants.W_OK | constants.X_OK);
      return [];
    } catch (error) {
      return [{ file: path, message: `cannot be written: ${explainFileError(error)}` }];
    }
  });
  if (mistakes.length > 0) throw new InvalidInput(mistakes);
}

/** Writes through links, and keeps the files' modes. */
async function replaceFiles(root: string, contents: Readonly<Record<string, string>>): Promise<void> {
  const files = Object.entries(contents).map(([path, text]) => {
    const file = followLinks(join(root, path));
    return { path: relative(root, file), text, mode: existsSync(file) ? statSync(file).mode : undefined };
  });
  await writeFiles(root, Object.fromEntries(files.map(({ path, text }) => [path, text])));
  for (const { path, mode } of files) if (mode !== undefined) chmodSync(join(root, path), mode);
}

function followLinks(file: string): string {
  return existsSync(file) ? realpathSync(file) : file;
}

/** The program of the version that the project has installed, where Node.js would look for it. */
function findInstalled(root: string): string | undefined {
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    const program = join(folder, "node_modules/warmwatch", PROGRAM);
    if (existsSync(program)) return program;
    if (folder === dirname(folder)) return undefined;
  }
}

function describeFile({ path, outcome, diff, misfit }: FileUpdate): string[] {
  const said = { added: "added", updated: "updated", merged: "updated, with your changes" };
  return [
    ...(outcome === "kept" ? [] : [`${path}: ${said[outcome]}`, ...listLines(diff)]),
    ...(misfit === "" ? [] : [`${path}: your lines stay: this change does not fit`, ...listLines(misfit)]),
  ];
}

/** A diff's lines, without its head. */
function listLines(diff: string): string[] {
  const lines = diff.trimEnd().split("\n").slice(4);
  return lines.map((line) => `  ${line}`);
}

function describeStack({ environment, added, changed, removed }: StackChanges): string[] {
  const counts = `${added.length} resources added, ${changed.length} changed, ${removed.length} removed`;
  const list = (sign: string, addresses: readonly string[]) => addresses.map((address) => `  ${sign} ${address}`);
  return [`${environment}: ${counts}`, ...list("+", added), ...list("~", changed), ...list("-", removed)];
}
