import { resolve } from "node:path";
import { makeInvalidInput } from "../../environments/mistakes";
import { loadDefaultExport } from "../../stacks/project-module";
import { writeModules } from "../../stacks/synthesize-environments";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";

const MAIN = "main.ts";

export default defineCommand({
  parameters: (command) =>
    command.option(
      "--modules <folder>",
      "write a Terraform module per environment there instead, for plain Terraform to call",
    ),

  help: `
It calls the default export of the project's ${MAIN}, which cdktf.json starts, too. Nothing is written if a file is wrong.

A module has no provider and no state: what calls it has them. Its variables are more tags, and the sensitive variables
that the environment's file names. It needs neither Node.js nor cdktf.

Exit codes: 0 written; 1 it cannot be written, or main.ts says so; 2 a file is wrong

Examples:
  $ npm run synth
  $ npm run ops -- synth --modules modules    modules/dev, modules/prod, ...`,

  run: async ({ root, print }, { modules }) => {
    if (modules === "") throw makeInvalidInput("--modules", "expected a folder, got an empty text");
    if (modules !== undefined) {
      (await writeModules(root, resolve(root, modules))).forEach(print);
      return EXIT.done;
    }
    const main = await loadDefaultExport(root, MAIN);
    return (await main()) === 0 ? EXIT.done : EXIT.failed;
  },
});
