import { resolve } from "node:path";
import { findOwnFile, readOwnManifest } from "../../stacks/own-file";
import { makeInvalidInput } from "../../environments/mistakes";
import { isOlder } from "../../environments/provider-lock";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { writeFiles } from "../cli/files";
import { checkWritable, readCurrent } from "../project/maintained-files";
import { type FileUpdate, mergeFiles } from "../project/merge";
import { updateKeys } from "../project/renamed-keys";
import { formatProjectRecord, readProjectRecord, RECORD } from "../project/record";
import { compareStacks, findInstalled, PROGRAM, type StackChanges } from "../project/stack-changes";
import { renderTemplates } from "../project/templates";

export default defineCommand({
  parameters: (command) => command,

  help: `
It takes over changed workflows, settings and runbooks, and the version in package.json. What you have changed in these
files stays, and your functions are not touched. In your environments, it writes the new names of renamed keys. It
prints each change, and what the new version changes in each environment's resources. Nothing is deployed.

A change that does not fit your lines is shown again by the next update, until you have made it.

Exit codes: 0 updated; 1 updated, but a change does not fit lines of yours, or this version cannot synthesize the
project; 2 nothing is written: the project has no ${RECORD}, a later version has updated it, or a file cannot be
read or written

Examples:
  $ npx warmwatch@latest update`,

  run: async ({ root, print, printAside }) => {
    const record = readProjectRecord(root);
    const { version } = readOwnManifest();
    if (isOlder(version, record.version)) {
      const message = `expected version ${record.version}, by which it was updated, or a later one, got ${version}`;
      throw makeInvalidInput(RECORD, `${message}: npx warmwatch@latest update`);
    }
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
    const all = [...updates, ...(await updateKeys(root))];
    const written = all.filter(({ outcome }) => outcome !== "kept").map(({ path, text }) => [path, text] as const);
    const contents = { ...Object.fromEntries(written), [RECORD]: formatProjectRecord(record, bases) };
    checkWritable(root, Object.keys(contents));
    const installed = findInstalled(root);
    const write = () => writeFiles(root, contents);
    const comparison =
      installed === undefined ? undefined : await compareStacks(root, installed, findOwnFile(PROGRAM), write);
    if (!comparison) await write();

    print(`${record.version} -> ${version}`);
    all.flatMap(describeFile).forEach(print);
    const { changes, failures } = comparison ?? { changes: [], failures: ["no version is installed here"] };
    changes.flatMap(describeStack).forEach(print);
    failures.forEach((failure) => {
      print(`Resources: not compared: ${failure}`);
    });
    print("Next: npm install && npm run check");
    const unfit = all.filter(({ misfit }) => misfit !== "").map(({ path }) => path);
    if (unfit.length > 0) printAside(`Change by hand, as shown above: ${unfit.join(", ")}`);
    return unfit.length > 0 || comparison?.isReady === false ? EXIT.failed : EXIT.done;
  },
});

function describeFile({ path, outcome, diff, misfit }: FileUpdate): string[] {
  const said = { added: "added", updated: "updated", merged: "updated, with your changes" };
  return [
    ...(outcome === "kept" ? [] : [`${path}: ${said[outcome]}`, ...listLines(diff)]),
    ...(misfit === "" ? [] : [`${path}: your lines stay: this change does not fit`, ...listLines(misfit)]),
  ];
}

function listLines(diff: string): string[] {
  return diff
    .trimEnd()
    .split("\n")
    .map((line) => `  ${line}`);
}

function describeStack({ environment, added, changed, removed }: StackChanges): string[] {
  const counts = `${added.length} resources added, ${changed.length} changed, ${removed.length} removed`;
  const list = (sign: string, addresses: readonly string[]) => addresses.map((address) => `  ${sign} ${address}`);
  return [`${environment}: ${counts}`, ...list("+", added), ...list("~", changed), ...list("-", removed)];
}
