import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { ENVIRONMENT_HELP } from "../cli/input";
import { diagnoseEnvironment } from "../doctor/diagnose";
import { formatFindings } from "../doctor/text";

export default defineCommand({
  parameters: (command) =>
    command.argument("<environment>", ENVIRONMENT_HELP).option("--json", "write one JSON object"),

  help: `
Checks this computer, the project, the credentials, the state, and everything that the environment has in AWS. Changes nothing.
Prints one line per check: ok, warn, fail, or skipped because of an earlier check. Checks skipped for the same cause share a line; --json lists each.
Below each problem is the fix.

Exit codes:
  0    nothing failed
  1    something failed
  2    wrong input: nothing was checked
  130  Ctrl-C

Examples:
  $ npm run ops -- doctor prod
  $ npm run ops --silent -- doctor prod --json     for a script`,

  run: async (context, name, { json = false }) => {
    const findings = await diagnoseEnvironment(name, context);
    const passed = findings.every(({ outcome }) => outcome !== "fail");
    if (json) context.print(JSON.stringify({ environment: name, passed, findings }));
    else formatFindings(name, findings).forEach(context.print);
    return passed ? EXIT.done : EXIT.failed;
  },
});
