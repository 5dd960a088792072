import { loadEnvironments } from "../../environments/load";
import { listFunctionCode } from "../../stacks/function-code";
import { findTypeMistakes } from "../../stacks/type-mistakes";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";

export default defineCommand({
  parameters: (command) => command,

  help: `
Each function is checked with the tsconfig.json that it is bundled with, the nearest one, wherever its handler is.

Exit codes: 0 no errors; 1 errors; 2 a file in environments/ is wrong`,

  run: async ({ root, printAside }) => {
    const mistakes = findTypeMistakes(root, (await loadEnvironments(root)).flatMap(listFunctionCode));
    if (mistakes === "") return EXIT.done;
    printAside(mistakes.trimEnd());
    return EXIT.failed;
  },
});
