import { defineCommand } from "../cli/define-command";
import { EXIT, reportUnread } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, makeDurationParser, readEnvironment } from "../cli/input";
import { showReading } from "../cli/progress";
import { buildTask } from "../investigate/build-task";
import { investigate } from "../investigate/investigation";
import { formatInvestigationJson } from "../investigate/json";
import { formatDocument } from "../document/text";
import { buildInvestigationDocument } from "../investigate/document";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("<function>", "its name in the environment's file or in AWS")
      .option("--alarm <alarm>", "one alarm, by its name or its key, for example errors")
      .option("--since <time>", "how far to look back, 5m to 7d; 1h by default", makeDurationParser("5m", "7d"))
      .option("--json", "write one JSON object"),

  help: `
Reads a function's alarms, deployments, logs, traces and figures, compares them with yesterday and last week, and shows what to adjust first and why.
With --alarm, it investigates the last time when that alarm rang, in the last 7 days. It changes nothing. Reading metrics and logs costs money; the
output shows the cost. If a part cannot be read from AWS, the output says so and shows the rest. All times are in UTC.

Exit codes:
  0    done
  1    some data could not be read from AWS (the output names it)
  2    wrong input: nothing was read
  130  Ctrl-C

Examples:
  $ npm run ops -- investigate prod api                    the last hour
  $ npm run ops -- investigate prod api --since 2d
  $ npm run ops -- investigate prod api --alarm errors     when prod-api-errors rang last
  $ npm run ops --silent -- investigate prod api --json    for a script`,

  run: async (context, environmentName, name, { alarm, since, json = false }) => {
    const { root, print, printAside, now } = context;
    const environment = await readEnvironment(root, environmentName);
    const task = buildTask(environment, { name, alarm, since, now: now() });
    const done = await showReading(context, (reading) => investigate(task, reading));
    if (json) print(formatInvestigationJson(done));
    if (!done.hasRead) {
      new Set(done.unread.map(({ why }) => why)).forEach((reason) => {
        printAside(reason);
      });
      return EXIT.failed;
    }
    if (!json) formatDocument(buildInvestigationDocument(done)).forEach(print);
    return reportUnread(context, done.unread);
  },
});
