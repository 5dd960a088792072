import { InvalidArgumentError } from "@commander-js/extra-typings";
import { join, resolve } from "node:path";
import { makeInvalidInput } from "../../environments/mistakes";
import { defineCommand } from "../cli/define-command";
import { EXIT, reportUnread } from "../cli/exit-codes";
import { writeWholeFile } from "../cli/files";
import { ENVIRONMENT_HELP, parseMoment, readEnvironment } from "../cli/input";
import { showReading } from "../cli/progress";
import { buildDashboards, describeAsking, planDashboards } from "../dashboard/build";

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .option("--sample", "draw made-up figures, the same each time: AWS is not needed")
      .option(
        "--from <time>",
        "when to begin, such as 3h (ago) or 2026-12-01T22:00Z; the dashboard's own by default",
        parseMoment,
      )
      .option("--to <time>", "when to end; now by default", parseMoment)
      .option(
        "--function <name>",
        "only this function, by its name in the environment's file or in AWS; all by default",
      )
      .option("--logs", "also run the queries of log widgets")
      .option("--output <file>", "the page; reports/<environment>-dashboard.html by default")
      .option("--picture <file>", "also a picture, as .svg or .png", parsePicture),

  help: `
Draws the environment's dashboards as they are in the project's files, not as they are deployed, as CloudWatch would: in a page in one
file, for light and dark, phones and printers, with the numbers behind each chart. The function can be chosen on the page.
With --sample, reviewers see what a changed dashboard looks like: figures are made up, everything computed of them is not, so a wrong
expression shows. Without it, reads CloudWatch, and shows the cost before. Queries of logs cost by the size of the logs, so they need
--logs. It needs cloudwatch:GetMetricData and cloudwatch:DescribeAlarms; with --logs also logs:StartQuery, logs:GetQueryResults and
logs:StopQuery. Changes nothing in AWS. A PNG needs Chromium or Chrome (or CHROMIUM, its path). All times are in UTC.

Exit codes:
  0    done
  1    some data could not be read from AWS, a widget cannot be drawn (the output names it), or there is no browser for a PNG
  2    wrong input: nothing was read
  130  Ctrl-C

Examples:
  $ npm run ops -- dashboard prod --sample                         before a change is deployed
  $ npm run ops -- dashboard prod --sample --picture prod.svg      for a pull request or a README
  $ npm run ops -- dashboard prod --from 12h --function api
  $ npm run ops -- dashboard prod --from 2026-12-01T22:00Z --to 2026-12-02T02:00Z --logs`,

  run: async (context, name, options) => {
    const { root, print, printAside, now } = context;
    const { sample = false, from, to, function: functionName, logs = false, output, picture } = options;
    const environment = await readEnvironment(root, name);
    const file = resolve(root, output ?? join("reports", `${name}-dashboard.html`));
    const pictureFile = picture === undefined ? undefined : resolve(root, picture);
    if (file === pictureFile) throw makeInvalidInput("--picture", "expected another file than the page's");
    const asked = { from: from?.(now()), to: to?.(now()) };
    const browser = picture?.endsWith(".png") === true ? (await import("../dashboard/png")).demandBrowser() : undefined;
    const plan = await planDashboards(root, environment, {
      ...{ asked, functionName, isSample: sample, readsLogs: logs || sample, now: now() },
    });
    if (!sample) describeAsking(plan).forEach(printAside);
    const { page, unread, problems } = sample
      ? await buildDashboards(plan)
      : await showReading(context, (reading) => buildDashboards(plan, reading));
    // The code that draws charts is slow to load.
    const { renderDashboardPage } = await import("../dashboard/page");
    await writeWholeFile(file, await renderDashboardPage(page));
    print(`Written: ${file}`);
    if (pictureFile !== undefined) {
      const { drawDashboardPicture } = await import("../dashboard/picture");
      const drawn = drawDashboardPicture(page);
      if (browser === undefined) await writeWholeFile(pictureFile, drawn.svg);
      else await (await import("../dashboard/png")).writePng(browser, drawn, pictureFile);
      print(`Written: ${pictureFile}`);
    }
    [...problems, ...new Set(unread.map(({ why }) => why))].forEach((line) => {
      printAside(line);
    });
    const exitCode = reportUnread(context, unread);
    return problems.length > 0 ? EXIT.failed : exitCode;
  },
});

function parsePicture(text: string): string {
  if (/\.(svg|png)$/.test(text)) return text;
  throw new InvalidArgumentError("It is neither an .svg nor a .png.");
}
