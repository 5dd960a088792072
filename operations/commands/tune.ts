import { InvalidArgumentError } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { defineCommand } from "../cli/define-command";
import { EXIT, reportUnread } from "../cli/exit-codes";
import { prepareFolder, publishReport } from "../cli/files";
import { ENVIRONMENT_HELP, readEnvironment } from "../cli/input";
import { formatChange } from "../tfvars/change-file";
import { buildTuningDocument } from "../tune/document";
import { tune } from "../tune/tune";
import { writeSize } from "../tune/write-size";

const LEAST_DOLLARS = 0.0001;
const MOST_DOLLARS = 100;

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("<function>", "its name in the environment's file")
      .option("--event <file.json>", "the event of each request")
      .option("--path <path>", "instead of an event: GET this path, as the function's endpoint passes it on")
      .option(
        "--max-dollars <dollars>",
        `the most that the requests may cost, from ${LEAST_DOLLARS} to ${MOST_DOLLARS}`,
        parseDollars,
        0.05,
      )
      .option("--force", "allow a protected environment")
      .option("--write", "write the recommended size into the environment's file")
      .option("--out <folder>", "folder for the report", "advice")
      .option("--json", "write the report to standard output, as one line of JSON"),

  help: `
Sends real requests to a function at several memory sizes, on both architectures, cold and warm, and recommends the size that costs least for
each request, of those that meet the response times in its targets and leave a reserve of memory. See docs/tuning.md for details.

The requests go to temporary copies of the function (<name>-tune-arm64, <name>-tune-x86_64) with a version for each size, and do what the
function does: what it writes is written. The function itself, its aliases and Terraform's state are not touched. The copies are deleted at
the end, also after Ctrl-C; the next run finds what is left after kill -9.

Exit codes:
  0    done; with --write, the size was written
  1    the function fails with this event, no size answered, AWS refused something, or a file could not be written
  2    wrong input: nothing was sent; or a tfvars file that --write cannot change safely
  130  Ctrl-C: nothing was written

Examples:
  $ npm run ops -- tune dev api --path /notes              GET /notes
  $ npm run ops -- tune dev worker --event order.json      an event from a file
  $ npm run ops -- tune dev api --path /notes --write      also write the recommended size into environments/dev.tfvars
  $ npm run ops -- tune prod api --path /notes --force --max-dollars 0.2
  $ npm run ops --silent -- tune dev api --path /notes --json     for a script`,

  interrupted: "nothing was written",

  run: async (context, name, functionId, { event, path, maxDollars, out, ...options }) => {
    const { force = false, write = false, json = false } = options;
    const { root, print, printAside } = context;
    const environment = await readEnvironment(root, name);
    const folder = resolve(root, out);
    await prepareFolder(folder);
    const report = await tune(environment, { functionId, event, path, force, write }, maxDollars, context);
    // A dot is in no function's name: this is no page of another one.
    const file = `${name}-${functionId}.memory`;
    await publishReport(context, { folder, name: file, report, document: buildTuningDocument(report), json });
    const { size } = report.recommendation;
    if (write && size) {
      const change = await writeSize(root, environment, functionId, size);
      formatChange(change).forEach(json ? printAside : print);
    } else if (write) printAside("Nothing was written: nothing is to be changed.");
    const exitCode = reportUnread(context, report.unread);
    return report.sizes.some(({ warmMilliseconds }) => warmMilliseconds) ? exitCode : EXIT.failed;
  },
});

function parseDollars(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value >= LEAST_DOLLARS && value <= MOST_DOLLARS) return value;
  throw new InvalidArgumentError(`It is not a number from ${LEAST_DOLLARS} to ${MOST_DOLLARS}.`);
}
