import { InvalidArgumentError } from "@commander-js/extra-typings";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { ENVIRONMENT_HELP, readEnvironment } from "../cli/input";
import { showReading } from "../cli/progress";
import { buildTask } from "../investigate/build-task";
import { investigate } from "../investigate/investigation";
import { toInvestigationJson } from "../investigate/json";
import { formatDocument } from "../document/text";
import { buildInvestigationDocument } from "../investigate/document";
import { parseDuration } from "../investigate/window";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("<function>", "as the environment's file or AWS calls it")
      .option("--alarm <alarm>", "one alarm, by its name or its key, as in errors")
      .option("--since <time>", "how far to look back, 5m to 7d; 1h by default", parseSince)
      .option("--json", "write one JSON object"),

  help: `
Looks at a function's alarms, deployments, logs, traces and figures, beside yesterday and last week, and says what to adjust first and why.
With --alarm, at the time in which that alarm rang last, in the last 7 days. Nothing is changed; reading metrics and logs costs money, which
is told. What AWS does not allow is named, and the rest is told. All times are in UTC.

Exit codes:
  0    investigated
  1    nothing could be read
  2    wrong input: nothing was read
  130  Ctrl-C

Examples:
  $ npm run ops -- investigate prod api                    the last hour
  $ npm run ops -- investigate prod api --since 2d
  $ npm run ops -- investigate prod api --alarm errors     when prod-api-errors rang last
  $ npm run ops --silent -- investigate prod api --json    for a script`,

  run: async (context, environmentName, name, { alarm, since, json = false }) => {
    const { root, print, printAside, now, signal, wait } = context;
    const environment = await readEnvironment(root, environmentName);
    const task = buildTask(environment, { name, alarm, since, now: now() });
    const done = await showReading(context, (onStep) => investigate(task, { signal, wait, onStep }));
    if (json) print(JSON.stringify(toInvestigationJson(done)));
    if (!done.hasRead) {
      new Set(done.unread.map(({ why }) => why)).forEach((reason) => {
        printAside(reason);
      });
      return EXIT.failed;
    }
    if (!json) formatDocument(buildInvestigationDocument(done)).forEach(print);
    return EXIT.done;
  },
});

function parseSince(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new InvalidArgumentError("It is no time from 5m to 7d, as in 30m, 1h or 2d.");
  return duration;
}
