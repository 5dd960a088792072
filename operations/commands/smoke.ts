import { InvalidArgumentError } from "@commander-js/extra-typings";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, makeIntegerParser, readEnvironment } from "../cli/input";
import { formatTable } from "../document/text";
import { readAlarmNames, readCallables } from "../smoke/inputs";
import { runSmoke } from "../smoke/run";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("<outputs.json>", "output of `terraform output -json`")
      .option("--path <path>", "path at which every URL answers with status 200", parsePath, "health")
      .option(
        "--wait-minutes <minutes>",
        "how long to wait for the first metrics, from 0 to 60",
        makeIntegerParser(0, 60),
        5,
      )
      .option("--json", "write one JSON object"),

  help: `
Checks after a deployment that every function's URL answers with status 200, that every alarm of the synthesized stack exists, and that
CloudWatch shows the first metrics of the functions that were called. A late metric is reported, but is not a failure.

Exit codes:
  0    nothing failed
  1    a URL does not answer, an alarm is missing, or AWS did not provide the data (unknown)
  2    wrong input: nothing was checked
  130  Ctrl-C

Examples:
  $ terraform -chdir=cdktf.out/stacks/prod output -json > outputs.json
  $ npm run ops -- smoke prod outputs.json
  $ npm run ops -- smoke prod outputs.json --path status --wait-minutes 10
  $ npm run ops --silent -- smoke prod outputs.json --json     for a script`,

  run: async (context, name, file, { path, waitMinutes, json = false }) => {
    const { root, print } = context;
    const environment = await readEnvironment(root, name);
    const [callables, alarms] = await Promise.all([readCallables(root, file, environment), readAlarmNames(root, name)]);
    const checks = await runSmoke(environment, callables, alarms, { path, waitMinutes }, context);
    const passed = checks.every(({ outcome }) => outcome === "ok" || outcome === "late");
    const rows = checks.map(({ check, outcome, detail }) => [outcome, check, detail]);
    if (json) print(JSON.stringify({ environment: name, passed, checks }));
    else [`${name}:`, ...formatTable(["", "", ""], rows)].forEach(print);
    return passed ? EXIT.done : EXIT.failed;
  },
});

function parsePath(text: string): string {
  const path = text.replace(/^\/+/, "");
  if (!URL.canParse(path, "https://function/")) throw new InvalidArgumentError("It is not a path.");
  return path;
}
