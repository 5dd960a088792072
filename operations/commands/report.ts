import { resolve } from "node:path";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { prepareFolder, publishReport } from "../cli/files";
import { ENVIRONMENT_HELP, makeChoiceParser, readEnvironment } from "../cli/input";
import { showReading } from "../cli/progress";
import { buildReport, isReportPassed } from "../report/build";
import { buildReportDocument, describeCostBefore } from "../report/document";
import { readEarlierChanges } from "../report/earlier-reports";
import { countMostMetrics, keepsLogs, planReport, takeMeasurements } from "../report/measurements";
import { buildPeriod, PERIOD_NAMES } from "../report/period";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .option("--period <period>", PERIOD_NAMES.join(", "), makeChoiceParser(PERIOD_NAMES), "week")
      .option("--no-logs", "do not read logs, from which response times without cold starts come")
      .option("--out <folder>", "where reports are written", "reports")
      .option("--json", "write the report to standard output, as one line of JSON"),

  help: `
For each function and for the environment: every target met or not, and how it was in the period before; what warming did
and cost; how alarms rang, how soon, how long, and whether something was changed (see the command note); thresholds that
never or always ring and memory that does not suit, each with a better value. A JSON file and a page with charts are
written. CloudWatch forgets how alarms rang after some weeks: what reports in the same folder tell of it is counted, too.
What AWS does not tell is named, and the rest is told. All times are in UTC; a period ends with the last full hour.

Reading metrics and logs costs money; how much is told before, and after. Nothing is changed.

Exit codes:
  0    no target is missed
  1    a target is missed or none could be judged, the environment is not deployed, or nothing could be read
  2    wrong input: nothing was read
  130  Ctrl-C: nothing was written

Examples:
  $ npm run ops -- report prod                              the last 7 days
  $ npm run ops -- report prod --period month               the last 30 days, beside the 30 days before
  $ npm run ops -- report prod --period quarter --no-logs   90 days, metrics only
  $ npm run ops --silent -- report prod --json              for a script`,

  interrupted: "nothing was written",

  run: async (context, name, { period: periodName, logs, out, json = false }) => {
    const { root, printAside, now, signal, wait } = context;
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
    const report = await showReading(context, async (onStep) =>
      buildReport(plan, await takeMeasurements(plan, { signal, wait, onStep })),
    );
    await publishReport(context, {
      folder,
      name: `${name}-${period.name}-${report.to.slice(0, 13)}`,
      report,
      document: buildReportDocument(report),
      json,
    });
    return isReportPassed(report) ? EXIT.done : EXIT.failed;
  },
});
