import { loadDefaultExport } from "../../stacks/project-module";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";

const MAIN = "main.ts";

export default defineCommand({
  parameters: (command) => command,

  help: `
It calls the default export of the project's ${MAIN}, which cdktf.json starts, too. Nothing is written if a file is wrong.

Exit codes: 0 written; 1 a file is wrong, or cannot be written

Examples:
  $ npm run synth`,

  run: async ({ root }) => {
    const main = await loadDefaultExport(root, MAIN);
    return (await main()) === 0 ? EXIT.done : EXIT.failed;
  },
});
