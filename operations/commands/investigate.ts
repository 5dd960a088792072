import { type Command, InvalidArgumentError } from "commander";
import { loadEnvironments } from "../../environments/load";
import { show, makeInvalidInput } from "../../environments/mistakes";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { type Investigation, type InvestigationTask } from "../investigate/investigation";
import { parseDuration } from "../investigate/window";
import { showProgress } from "../cli/progress";
import { type CommandContext } from "../cli/command-context";

const HELP = `
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
  $ npm run ops --silent -- investigate prod api --json    for a script`;

interface Options {
  readonly alarm?: string;
  readonly since?: number;
  readonly json?: boolean;
}

/**
 * Adds the command `investigate`: why a function's alarm rings.
 *
 * @param exit takes the exit code
 */
export function addInvestigate(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("investigate")
    .description("Finds out why a function's alarm rings, and what to adjust first.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .argument("<function>", "as the environment's file or AWS calls it")
    .option("--alarm <alarm>", "one alarm, by its name or its key, as in errors")
    .option("--since <time>", "how far to look back, 5m to 7d; 1h by default", parseSince)
    .option("--json", "write one JSON object")
    .addHelpText("after", HELP)
    .action(async (environment: string, name: string, options: Options) => {
      exit(await run(environment, name, options, surroundings));
    });
}

async function run(
  environment: string,
  name: string,
  options: Options,
  surroundings: CommandContext,
): Promise<ExitCode> {
  const { print, printAside } = surroundings;
  const task = await buildTask(environment, name, options, surroundings);
  const done = await runUntilInterrupted((signal) => runInvestigation(task, surroundings, signal));
  if (!done) return EXIT.interrupted;
  if (options.json === true) {
    const { toInvestigationJson } = await import("../investigate/json");
    print(JSON.stringify(toInvestigationJson(done)));
  }
  if (!done.hasRead) {
    const reasons = new Set(done.unread.map(({ why }) => why));
    reasons.forEach(printAside);
    return EXIT.failed;
  }
  if (options.json !== true) {
    const { formatInvestigation } = await import("../investigate/text");
    formatInvestigation(done).forEach(print);
  }
  return EXIT.done;
}

async function buildTask(
  environmentName: string,
  name: string,
  { alarm, since }: Options,
  { root, now }: CommandContext,
): Promise<InvestigationTask> {
  const environment = findEnvironment(environmentName, await loadEnvironments(root));
  // What knows the alarms is slow to load.
  const [{ listWatchedFunctions }, { findMeantAlarm, listFunctionAlarms }] = await Promise.all([
    import("../../model/watched-function"),
    import("../investigate/alarms"),
  ]);
  const all = listWatchedFunctions(environment);
  const watched = all.find(({ id }) => id === name) ?? all.find((one) => one.name === name);
  if (!watched) {
    throw makeInvalidInput(
      "investigate",
      `${environmentName} has no function ${show(name)}; functions are: ${all.map(({ id }) => id).join(", ")}`,
    );
  }
  const alarms = listFunctionAlarms(environment, watched);
  const chosen = alarm === undefined ? undefined : findMeantAlarm(alarm, alarms);
  if (alarm !== undefined && !chosen) {
    const names = alarms.map((one) => one.name).join(", ");
    throw makeInvalidInput("investigate", `${watched.id} has no alarm ${show(alarm)}; alarms are: ${names || "none"}`);
  }
  return { environment, watched, alarms, chosen, since, now: now() };
}

async function runInvestigation(
  task: InvestigationTask,
  { wait, writeProgress }: CommandContext,
  signal: AbortSignal,
): Promise<Investigation> {
  const { investigate } = await import("../investigate/investigation");
  let step = "";
  const hide = writeProgress ? showProgress(() => `Reading ${step} …`, writeProgress) : () => undefined;
  try {
    const onStep = (next: string) => {
      step = next;
    };
    return await investigate(task, { signal, wait, onStep });
  } finally {
    hide();
  }
}

function parseSince(text: string): number {
  const duration = parseDuration(text);
  if (duration === undefined) throw new InvalidArgumentError("It is no time from 5m to 7d, as in 30m, 1h or 2d.");
  return duration;
}
