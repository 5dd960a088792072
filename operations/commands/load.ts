import { Command, CommanderError } from "commander";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { LocalEnvironmentError } from "../../local/problem";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { removeControls } from "../one-line";
import { OperationFailure } from "../cli/operation-failure";
import { showProgress } from "../cli/progress";
import { prepareFolder, writeFiles } from "../cli/files";
import { readEarlierReport } from "../load/earlier-report";
import { measureLoad } from "../load/measure";
import { formatProgress } from "../load/progress";
import { buildLoadReport } from "../load/report";

import { type LoadReport } from "../load/report-schema";
import { Run } from "../load/run";
import { type LoadSettings, type LoadArguments, resolveLoadSettings } from "../load/settings";
import { type LoadContext } from "../load/load-context";
import { type LoadTarget } from "../load/target";
import { formatLoadReport } from "../load/text";
import { isVerdictPassed } from "../targets/verdict";

const HELP = `
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
  $ npm run load -- sustained --target https://….lambda-url.eu-west-1.on.aws --environment staging`;

interface Options extends Omit<LoadArguments, "profile"> {
  readonly out: string;
  readonly compare?: string;
  readonly json?: boolean;
}

/**
 * Loads a function as the arguments say, and writes reports.
 *
 * @param args what follows `npm run load --`
 * @returns the exit code; what the user has to know has been printed
 */
export async function load(args: readonly string[], surroundings: LoadContext): Promise<ExitCode> {
  const { print, printAside } = surroundings;
  let exitCode: ExitCode = EXIT.done;
  const program = new Command("npm run load --")
    .description("Loads a function, and tells whether it meets its targets.")
    .argument("<profile>", "cold-start, sustained or stress")
    .option("--environment <name>", "a file in environments/, without .tfvars; needed with an address (default: dev)")
    .option("--function <name>", "as the environment's file calls it", "api")
    .option(
      "--target <where>",
      "local: the environment runs on this computer; or the address of a deployed function",
      "local",
    )
    .option("--path <path>", "what is asked for, with GET", "/health")
    .option("--rate <number>", "requests a second, above 0, at most 20000; of stress: at the first step (default: 10)")
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
    .option("--json", "write the report to standard output, as one line of JSON")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        print(text.trimEnd());
      },
      writeErr: (text) => {
        printAside(text.trimEnd());
      },
    })
    .addHelpText("after", HELP)
    .action(async (profile: string, options: Options) => {
      exitCode = await loadAndReport({ ...options, profile }, options, surroundings);
    });
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // It has been printed already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
    if (!isExplained(error)) throw error;
    printAside(removeControls(error.message));
    return error instanceof InvalidInput ? EXIT.wrongInput : EXIT.failed;
  }
}

/** Whether an error's message is meant for the user as it is. */
function isExplained(error: unknown): error is Error {
  return [InvalidInput, OperationFailure, LocalEnvironmentError].some((known) => error instanceof known);
}

async function loadAndReport(wish: LoadArguments, options: Options, surroundings: LoadContext): Promise<ExitCode> {
  const { root, print, printAside } = surroundings;
  const settings = resolveLoadSettings(wish, await loadEnvironments(root));
  const baseline = options.compare === undefined ? undefined : await readEarlierReport(options.compare);
  await prepareFolder(options.out);

  const report = await runUntilInterrupted((signal) => runMeasurement(settings, baseline, surroundings, signal));
  if (!report) {
    printAside("Interrupted: nothing was written.");
    return EXIT.interrupted;
  }
  const name = `${settings.profile}-${settings.environment.name}-${report.startedAt.replaceAll(/[:.]/g, "-")}`;
  const { renderLoadPage } = await import("../load/page/page");
  const files = await writeFiles(options.out, {
    [`${name}.json`]: `${JSON.stringify(report, undefined, 2)}\n`,
    [`${name}.html`]: renderLoadPage(report),
  });
  formatLoadReport(report).forEach(options.json === true ? printAside : print);
  if (options.json === true) print(JSON.stringify(report));
  printAside(`Written: ${files.join(", ")}`);
  return isVerdictPassed(report.verdicts) ? EXIT.done : EXIT.failed;
}

async function runMeasurement(
  settings: LoadSettings,
  baseline: LoadReport | undefined,
  surroundings: LoadContext,
  signal: AbortSignal,
): Promise<LoadReport> {
  const { root, now, printAside, writeProgress } = surroundings;
  printAside(settings.url ? `Loading ${settings.url.href}` : `Starting ${settings.environment.name} on this computer`);
  const target: LoadTarget = await surroundings.openTarget(settings, root);
  try {
    signal.throwIfAborted();
    const run = new Run(target, signal);
    const hideProgress = writeProgress ? showProgress(() => formatProgress(run), writeProgress) : () => undefined;
    const startedAt = now();
    try {
      const stress = await measureLoad(run, settings);
      const version = await readVersion(root);
      return buildLoadReport({ run, settings, stress, startedAt, endedAt: now(), baseline, version });
    } finally {
      hideProgress();
    }
  } finally {
    await target.close();
  }
}

async function readVersion(root: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { readonly version: string };
  return version;
}
