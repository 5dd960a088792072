import { type Command, InvalidArgumentError } from "commander";
import { resolve } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { showProgress } from "../cli/progress";
import { prepareFolder, writeFiles } from "../cli/files";
import { type ReportPlan } from "../report/measurements";
import { buildPeriod, type PeriodName, PERIODS } from "../report/period";
import { type PerformanceReport } from "../report/report-schema";
import { type CommandContext } from "../cli/command-context";

const HELP = `
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
  $ npm run ops --silent -- report prod --json              for a script`;

interface Options {
  readonly period: PeriodName;
  readonly logs: boolean;
  readonly out: string;
  readonly json?: boolean;
}

/**
 * Adds the command `report`: how an environment did in a week, a month or a quarter.
 *
 * @param exit takes the exit code
 */
export function addReport(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("report")
    .description("Reports on a week, a month or a quarter: targets, warming, alarms, memory.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .option("--period <period>", Object.keys(PERIODS).join(", "), parsePeriod, "week")
    .option("--no-logs", "do not read logs, from which response times without cold starts come")
    .option("--out <folder>", "where reports are written", "reports")
    .option("--json", "write the report to standard output, as one line of JSON")
    .addHelpText("after", HELP)
    .action(async (name: string, options: Options) => {
      exit(await report(name, options, surroundings));
    });
}

async function report(name: string, options: Options, surroundings: CommandContext): Promise<ExitCode> {
  const { root, print, printAside, now } = surroundings;
  const environment = findEnvironment(name, await loadEnvironments(root));
  const folder = resolve(root, options.out);
  await prepareFolder(folder);

  // They load much that no other command needs.
  const { keepsLogs, countMostMetrics, planReport } = await import("../report/measurements");
  const { readEarlierChanges } = await import("../report/earlier-reports");
  const { isReportPassed } = await import("../report/build");
  const { describeCostBefore, formatReport } = await import("../report/text");
  const { renderReportPage } = await import("../report/page/page");

  const period = buildPeriod(options.period, now());
  const plan = planReport(environment, period, {
    earlierChanges: await readEarlierChanges(folder, name),
    readsLogs: options.logs && keepsLogs(environment, period),
  });
  printAside(describeCostBefore(countMostMetrics(plan), plan.readsLogs));
  if (options.logs && !plan.readsLogs) {
    printAside(`Logs are not read: ${name} keeps them for ${environment.logRetentionDays} days (log_retention_days).`);
  }
  const done = await runUntilInterrupted((signal) => buildMeasuredReport(plan, surroundings, signal));
  if (!done) {
    printAside("Interrupted: nothing was written.");
    return EXIT.interrupted;
  }
  const file = `${name}-${period.name}-${done.to.slice(0, 13)}`;
  const files = await writeFiles(folder, {
    [`${file}.json`]: `${JSON.stringify(done, undefined, 2)}\n`,
    [`${file}.html`]: renderReportPage(done),
  });
  formatReport(done).forEach(options.json === true ? printAside : print);
  if (options.json === true) print(JSON.stringify(done));
  printAside(`Written: ${files.join(", ")}`);
  return isReportPassed(done) ? EXIT.done : EXIT.failed;
}

async function buildMeasuredReport(
  plan: ReportPlan,
  { wait, writeProgress }: CommandContext,
  signal: AbortSignal,
): Promise<PerformanceReport> {
  const { takeMeasurements } = await import("../report/measurements");
  const { buildReport } = await import("../report/build");
  let step = "";
  const hide = writeProgress ? showProgress(() => `Reading ${step} …`, writeProgress) : () => undefined;
  try {
    const onStep = (next: string) => {
      step = next;
    };
    return buildReport(plan, await takeMeasurements(plan, { signal, wait, onStep }));
  } finally {
    hide();
  }
}

function parsePeriod(text: string): PeriodName {
  const found = (Object.keys(PERIODS) as PeriodName[]).find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`It is none of ${Object.keys(PERIODS).join(", ")}.`);
  return found;
}
