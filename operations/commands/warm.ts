import { type Command } from "commander";
import { loadEnvironments } from "../../environments/load";
import { AwsFailure } from "../aws/failure";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { showProgress } from "../cli/progress";
import { type CommandContext } from "../cli/command-context";
import { planWarming, type WarmingPlan } from "../warming/plan";
import { type TimedRecord } from "../warming/run-log";
import { startRuns } from "../warming/start-runs";
import { type WarmingOutcome, summarizeWarming } from "../warming/summary";
import { formatRoundLines, formatStart, formatSummary, explainUnknownEnd, formatWaiting } from "../warming/text";
import { watchRuns } from "../warming/watch";

const EXIT_CODES: Readonly<Record<WarmingOutcome, ExitCode>> = {
  warmed: EXIT.done,
  not_warmed: EXIT.failed,
  time_limit: EXIT.failed,
  unread: EXIT.failed,
  interrupted: EXIT.interrupted,
};

const HELP = `
The environment's warmer does the rounds as pre_deployment in its tfvars file says, until the instances are proven warm.
They go on when this terminal is closed; Ctrl-C only ends the watching.

Exit codes:
  0    warmed as asked
  1    the last round had failures or fewer instances than asked for, its record did not come in time, or AWS refused:
       what could be started goes on
  2    wrong input: nothing was started
  130  Ctrl-C: the rounds go on

Examples:
  $ npm run ops -- warm prod                     every function of prod that can be kept warm
  $ npm run ops -- warm prod api orders          these two
  $ npm run ops -- warm prod --full-time         all rounds, to keep the instances warm until an event begins
  $ npm run ops --silent -- warm prod --json     for a script`;

interface Options {
  readonly fullTime?: boolean;
  readonly json?: boolean;
}

/**
 * Adds the command `warm`: warming before a deployment or an event, started by hand.
 *
 * @param exit takes the exit code
 */
export function addWarm(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("warm")
    .description("Warms functions before a deployment or an event, and shows each round.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .argument("[function...]", "as the environment's file calls them; all by default")
    .option("--full-time", "do all the rounds, proven warm or not")
    .option("--json", "write one line of JSON per round, and one with the summary")
    .addHelpText("after", HELP)
    .action(async (environment: string, functions: string[], { fullTime = false, json = false }: Options) => {
      const environments = await loadEnvironments(surroundings.root);
      const plan = planWarming(environments, { environment, functions, fullTime });
      exit(EXIT_CODES[await warm(plan, json, surroundings)]);
    });
}

async function warm(plan: WarmingPlan, json: boolean, surroundings: CommandContext): Promise<WarmingOutcome> {
  const { print, printAside, now, writeProgress } = surroundings;
  const startedAt = now();
  const unstarted = await startRuns(plan);
  const started = { ...plan, runs: plan.runs.filter((run) => !unstarted.some((one) => one.run === run)) };
  formatStart(plan, unstarted).forEach(json ? printAside : print);

  const seen: TimedRecord[] = [];
  const showWaiting = () =>
    writeProgress && showProgress(() => formatWaiting(started, seen, { startedAt, now: now() }), writeProgress);
  let hideWaiting = showWaiting();
  const watched = await runUntilInterrupted((interruption) =>
    watchRuns(started, startedAt, surroundings, interruption, (timed) => {
      hideWaiting?.();
      seen.push(timed);
      const lines = json ? [JSON.stringify(timed.record)] : formatRoundLines(plan, timed);
      lines.forEach(print);
      hideWaiting = showWaiting();
    }),
  )
    .finally(() => hideWaiting?.())
    .catch((error: unknown) => {
      if (!(error instanceof AwsFailure)) throw error;
      printAside(error.message);
      return "unread" as const;
    });
  const end = watched ?? "interrupted";

  const records = seen.map(({ record }) => record);
  const summary = summarizeWarming(plan, records, end, unstarted);
  const lines = json ? [JSON.stringify(summary)] : formatSummary(plan, summary);
  lines.forEach(print);
  const unknown = explainUnknownEnd(started, end);
  if (unknown !== undefined) printAside(unknown);
  return summary.outcome;
}
