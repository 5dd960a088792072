import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
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

export default defineCommand({
  parameters: (command) => command,

  help: `
It takes over changed workflows, settings and runbooks, and the version in package.json. What you have changed in these
files stays, and your functions and environments are not touched. It prints each change, and what the new version
changes in each environment's resources. Nothing is deployed.

Exit codes: 0 updated; 1 a change does not fit a file of yours, which was kept; 2 the project has no ${RECORD}

Examples:
  $ npx warmwatch@latest update`,

  run: async ({ root, print, printAside }) => {
    const record = readProjectRecord(root);
    const templates = renderTemplates(record, resolve(root));
    const maintained = [...templates].filter(([, { isMaintained }]) => isMaintained);
    const updates = mergeFiles(
      new Map(Object.entries(record.files)),
      new Map(maintained.flatMap(([path]) => readCurrent(root, path))),
      new Map(maintained.map(([path, { text }]) => [path, text])),
    );
    const installed = findInstalled(root);
    const changes = installed === undefined ? [] : await compareStacks(root, installed, findOwnFile(PROGRAM));
    const written = updates.filter(({ outcome }) => outcome !== "kept").map(({ path, text }) => [path, text]);
    await writeFiles(root, {
      ...(Object.fromEntries(written) as Record<string, string>),
      [RECORD]: formatProjectRecord(record, templates),
    });

    print(`${record.version} -> ${readOwnManifest().version}`);
    updates.forEach((update) => {
      describeFile(update).forEach(print);
    });
    if (installed === undefined) print("Resources: not compared, because no version is installed here");
    changes.flatMap(describeStack).forEach(print);
    print("Next: npm install && npm run check");
    const kept = updates.filter(({ outcome }) => outcome === "kept");
    if (kept.length === 0) return EXIT.done;
    printAside(`Change by hand, as shown above: ${kept.map(({ path }) => path).join(", ")}`);
    return EXIT.failed;
  },
});

function readCurrent(root: string, path: string): [path: string, text: string][] {
  const file = join(root, path);
  return existsSync(file) ? [[path, readFileSync(file, "utf8")]] : [];
}

/** The program of the version that the project has installed, where Node.js would look for it. */
function findInstalled(root: string): string | undefined {
  for (let folder = resolve(root); ; folder = dirname(folder)) {
    const program = join(folder, "node_modules/warmwatch", PROGRAM);
    if (existsSync(program)) return program;
    if (folder === dirname(folder)) return undefined;
  }
}

function describeFile({ path, outcome, diff }: FileUpdate): string[] {
  const said = {
    added: "added",
    updated: "updated",
    merged: "updated, with your changes",
    kept: "kept as it is: this change does not fit",
  };
  const [, ...lines] = diff.trimEnd().split("\n");
  return [`${path}: ${said[outcome]}`, ...(outcome === "added" ? [] : lines.slice(2)).map((line) => `  ${line}`)];
}

function describeStack({ environment, added, changed, removed }: StackChanges): string[] {
  const counts = `${added.length} resources added, ${changed.length} changed, ${removed.length} removed`;
  const list = (sign: string, addresses: readonly string[]) => addresses.map((address) => `  ${sign} ${address}`);
  return [`${environment}: ${counts}`, ...list("+", added), ...list("~", changed), ...list("-", removed)];
}
