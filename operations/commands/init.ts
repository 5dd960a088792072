import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { InvalidInput, makeInvalidInput } from "../../environments/mistakes";
import { defineCommand } from "../cli/define-command";
import { writeFiles } from "../cli/files";
import { formatProjectRecord, RECORD } from "../project/record";
import { makeProjectFacts, renderTemplates } from "../project/templates";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<folder>", "the new project's folder; . for the current one")
      .option("--yes", "for scripts; nothing is asked anyway"),

  help: `
It writes one function with a test, the environments dev, staging and prod, workflows for GitHub, settings and runbooks.
Files that exist are not overwritten: nothing is written then.

Exit codes: 0 written; 1 it cannot be written; 2 a file exists, or wrong arguments

Examples:
  $ npx warmwatch init shop`,

  run: async ({ root, print }, folder) => {
    if (folder.trim() === "") throw makeInvalidInput("init", "expected a folder, got an empty text");
    const target = resolve(root, folder);
    const facts = makeProjectFacts(target);
    const files = renderTemplates(facts, target);
    const contents = { ...Object.fromEntries([...files].map(([path, { text }]) => [path, text])) };
    contents[RECORD] = formatProjectRecord(facts, files);
    const existing = Object.keys(contents).filter((path) => existsSync(join(target, path)));
    if (existing.length > 0) {
      throw new InvalidInput(existing.map((path) => ({ file: join(folder, path), message: "exists already" })));
    }
    await writeFiles(target, contents);
    const place = relative(".", target);
    print(`Written: ${Object.keys(contents).length} files of the project ${facts.name}`);
    print(`Next${place === "" ? "" : `, in ${place}`}: npm install && npm run check`);
    return undefined;
  },
});
