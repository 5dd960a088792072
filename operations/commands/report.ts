import { resolve } from "node:path";
import { defineCommand } from "../cli/define-command";
import { EXIT, reportUnread } from "../cli/exit-codes";
import { prepareFolder, publishReport } from "../cli/files";
import { ENVIRONMENT_HELP, makeChoiceParser, readEnvironment } from "../cli/input";
import { showReading } from "../cli/progress";
import { buildReport, isReportPassed } from "../report/build";
import { buildReportDocument, describeCostBefore } from "../report/document";
import { readEarlierChanges } from "../report/earlier-reports";
import { countMostMetrics, keepsLogs, planReport, takeMeasurements } from "../report/measurements";
import { buildPeriod, PERIOD_NAMES } from "../report/period";
import { writeSetting } from "../report/write-setting";
import { formatChange } from "../tfvars/change-file";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .option("--period <period>", PERIOD_NAMES.join(", "), makeChoiceParser(PERIOD_NAMES), "week")
      .option("--no-logs", "do not read logs, the source of response times without cold starts")
      .option("--write", "write the setting that would have spared most attention into the environment's file")
      .option("--out <folder>", "folder for reports", "reports")
      .option("--json", "write the report to standard output, as one line of JSON"),

  help: `
Shows for each function and for the environment: whether each target is met, now and in the previous period; the effect and
cost of warming; how alarms rang, how fast, how long, and which share of their messages led to a change (see the commands note
and mute); the alarm with the most messages that led to none, and the setting with which it would have rung least often, but at
every ring with a note, replayed on its figures; thresholds that never or always ring, and unsuitable memory sizes, each with a
better value. Writes a JSON file and a page with charts.
CloudWatch keeps the history of alarms only for some weeks, so reports in the same folder are also read for it.
If a part cannot be read from AWS, the output says so and shows the rest. All times are in UTC; a period ends with the last full
hour.

Reading metrics and logs costs money; the cost is shown before and after. Nothing is changed in AWS.

Exit codes:
  0    everything was read, and no target is missed
  1    a target is missed, the environment is not deployed, or some data could not be read from AWS
  2    wrong input: nothing was read; or a tfvars file that --write cannot change safely
  130  Ctrl-C: nothing was written

Examples:
  $ npm run ops -- report prod                              the last 7 days
  $ npm run ops -- report prod --period month               the last 30 days, compared with the 30 days before
  $ npm run ops -- report prod --period quarter --no-logs   90 days, metrics only
  $ npm run ops -- report prod --write                      also write that alarm's setting into environments/prod.tfvars
  $ npm run ops --silent -- report prod --json              for a script`,

  interrupted: "nothing was written",

  run: async (context, name, options) => {
    const { period: periodName, logs, out, write = false, json = false } = options;
    const { root, print, printAside, now } = context;
    const environment = await readEnvironment(root, name);
    const folder = resolve(root, out);
    await prepareFolder(folder);

    const period = buildPeriod(periodName, now());
    const plan = planReport(environment, period, {
      earlierChanges: await readEarlierChanges(folder, name),
      readsLogs: logs && keepsLogs(environment, period),
    });
    printAside(describeCostBefore(countMostMetrics(plan), plan.readsLogs));
    if (logs && !plan.readsLogs) {
      printAside(
        `Logs are not read: ${name} keeps them for ${environment.logRetentionDays} days (log_retention_days).`,
      );
    }
    const report = await showReading(context, async (reading) =>
      buildReport(plan, await takeMeasurements(plan, reading)),
    );
    await publishReport(context, {
      folder,
      name: `${name}-${period.name}-${report.to.slice(0, 13)}`,
      report,
      document: buildReportDocument(report),
      json,
    });
    const say = json ? printAside : print;
    const setting = report.attention?.setting;
    if (write && setting) formatChange(await writeSetting(root, environment, setting)).forEach(say);
    else if (write) say("--write: nothing was written, because no setting is suggested");
    const exitCode = reportUnread(context, report.unread);
    return isReportPassed(report) ? exitCode : EXIT.failed;
  },
});
