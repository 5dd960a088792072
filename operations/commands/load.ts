import { loadEnvironments } from "../../environments/load";
import { defineCommand } from "../cli/define-command";
import { EXIT } from "../cli/exit-codes";
import { prepareFolder, publishReport } from "../cli/files";
import { buildLoadDocument } from "../load/document";
import { readEarlierReport } from "../load/earlier-report";
import { runLoad } from "../load/run-load";
import { resolveLoadSettings } from "../load/settings";
import { openTarget } from "../load/targets/open-target";
import { isVerdictPassed } from "../targets/verdict";

/**
 * Defines the command.
 *
 * @param open makes ready what is to be loaded; tests bring their own
 */
export const defineLoad = (open: typeof openTarget) =>
  defineCommand({
    parameters: (command) =>
      command
        .argument("<profile>", "cold-start, sustained or stress")
        .option(
          "--environment <name>",
          "a file in environments/, without .tfvars; needed with an address (default: dev)",
        )
        .option("--function <name>", "as the environment's file calls it", "api")
        .option(
          "--target <where>",
          "local: the environment runs on this computer; or the address of a deployed function",
          "local",
        )
        .option("--path <path>", "what is asked for, with GET", "/health")
        .option(
          "--rate <number>",
          "requests a second, above 0, at most 20000; of stress: at the first step (default: 10)",
        )
        .option(
          "--seconds <number>",
          "how long, above 0, at most 86400; of stress: each step (default: sustained 60, stress 5)",
        )
        .option(
          "--idle <number>",
          "of cold-start: seconds without a request until instances are gone, above 0, at most 86400 (default: local 15, an address 900)",
        )
        .option("--force", "load a protected environment")
        .option("--out <folder>", "where reports are written", "load-reports")
        .option("--compare <file>", "an earlier run's JSON file: tells what has changed")
        .option("--json", "write the report to standard output, as one line of JSON"),

    help: `
Profiles:
  cold-start  once no instance is left: bursts of 1, 2, 5, 10 and 20 requests, without warming, and again with a
              round of the warmer before each burst, which is asked for as many instances
  sustained   a constant rate of arrivals for a time
  stress      a rate that grows by a quarter every few seconds until the function breaks twice (over 1 % errors, p99
              over five times the first step's, or a rate that this computer cannot keep), then the first rate again

Requests are sent when they are due, answered or not, and latencies count from then. An address that is a function URL
of a function with endpoint = "iam" gets signed requests. Figures are compared with the targets: cold starts below 5 %,
init below 1 s, p50/p90/p99 below 200/500/1000 ms without cold starts, memory 60 to 80 %, errors below 0.1 %,
availability above 99.95 %. A JSON file and a page with charts are written.

Exit codes:
  0    something was measured, and no target is missed
  1    a target is missed, or the run could not be done
  2    wrong input: nothing was sent
  130  Ctrl-C: nothing was written

Examples:
  $ npm run load -- cold-start                                          what warming is worth, on this computer
  $ npm run load -- sustained --rate 50 --seconds 300 --path /notes     on this computer, for five minutes
  $ npm run load -- stress --compare load-reports/before.json           and how it changed since then
  $ npm run load -- sustained --target https://….lambda-url.eu-west-1.on.aws --environment staging`,

    interrupted: "nothing was written",

    run: async (context, profile, options) => {
      const { out, compare, json = false } = options;
      const settings = resolveLoadSettings({ ...options, profile }, await loadEnvironments(context.root));
      const baseline = compare === undefined ? undefined : await readEarlierReport(compare);
      await prepareFolder(out);
      const report = await runLoad({ settings, baseline, open }, context);
      await publishReport(context, {
        folder: out,
        name: `${settings.profile}-${settings.environment.name}-${report.startedAt.replaceAll(/[:.]/g, "-")}`,
        report,
        document: buildLoadDocument(report),
        json,
      });
      return isVerdictPassed(report.verdicts) ? EXIT.done : EXIT.failed;
    },
  });

export default defineLoad(openTarget);
