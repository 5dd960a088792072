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
 * @param open prepares the target; tests pass their own
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
        .option("--function <name>", "its name in the environment's file", "api")
        .option(
          "--target <where>",
          "local, to run the environment on this computer, or the address of a deployed function",
          "local",
        )
        .option("--path <path>", "path to request with GET", "/health")
        .option(
          "--rate <number>",
          "requests per second, above 0, at most 20000; for stress: in the first step (default: 10)",
        )
        .option(
          "--seconds <number>",
          "duration, above 0, at most 86400; for stress: of each step (default: sustained 60, stress 5)",
        )
        .option(
          "--idle <number>",
          "for cold-start: seconds without a request until instances have ended, above 0, at most 86400 (default: local 15, an address 900)",
        )
        .option("--force", "allow a protected environment")
        .option("--out <folder>", "folder for reports", "load-reports")
        .option("--compare <file>", "an earlier run's JSON file: shows what has changed")
        .option("--json", "write the report to standard output, as one line of JSON"),

    help: `
Profiles:
  cold-start  bursts of 1, 2, 5, 10 and 20 requests when no instance is left, without warming, and again with a
              round of the warmer before each burst that requests the same number of instances
  sustained   a constant arrival rate for a time
  stress      a rate that grows by a quarter every few seconds until the function breaks twice (over 1 % errors, p99
              over five times the first step's, or a rate that this computer cannot keep), then the first rate again

Requests are sent when they are due, whether or not earlier ones were answered, and latencies count from that time. Requests
to a function URL are signed if the function has endpoint = "iam". Figures are compared with the function's targets (key targets
of the environment's file); by default: cold starts below 5 %, init below 1 s, p50/p90/p99 below 200/500/1000 ms without
cold starts, memory 60 to 80 %, errors below 0.1 %, availability above 99.95 %. A JSON file and a page with charts are
written.

Exit codes:
  0    something was measured, and no target is missed
  1    a target is missed, or the run failed
  2    wrong input: nothing was sent
  130  Ctrl-C: nothing was written

Examples:
  $ npm run load -- cold-start                                          the effect of warming, on this computer
  $ npm run load -- sustained --rate 50 --seconds 300 --path /notes     on this computer, for five minutes
  $ npm run load -- stress --compare load-reports/before.json           show what has changed since then
  $ npm run load -- sustained --target https://….lambda-url.eu-west-1.on.aws --environment staging`,

    interrupted: "nothing was written",

    run: async (context, profile, options) => {
      const { out, compare, json = false } = options;
      const settings = resolveLoadSettings({ ...options, profile }, await loadEnvironments(context.root));
      const baseline = compare === undefined ? undefined : await readEarlierReport(compare);
      await prepareFolder(out);
      const report = await runLoad(settings, baseline, open, context);
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
