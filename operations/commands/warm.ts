import { loadEnvironments } from "../../environments/load";
import { AwsFailure } from "../aws/failure";
import { defineCommand } from "../cli/define-command";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { ENVIRONMENT_HELP } from "../cli/input";
import { showProgress } from "../cli/progress";
import { planWarming } from "../warming/plan";
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

export default defineCommand({
  parameters: (command) =>
    command
      .argument("<environment>", ENVIRONMENT_HELP)
      .argument("[function...]", "their names in the environment's file; all by default")
      .option("--full-time", "do all rounds, even if the instances are proven warm")
      .option("--json", "write one line of JSON per round, and one with the summary"),

  help: `
The environment's warmer does the rounds that pre_deployment in its tfvars file describes, until the instances are proven warm.
They continue if you close this terminal; Ctrl-C only stops watching.

Exit codes:
  0    warmed as requested
  1    the last round had failures or fewer instances than requested, its record did not arrive in time, or AWS refused:
       what was started continues
  2    wrong input: nothing was started
  130  Ctrl-C: the rounds continue

Examples:
  $ npm run ops -- warm prod                     every function of prod that can be kept warm
  $ npm run ops -- warm prod api orders          these two
  $ npm run ops -- warm prod --full-time         all rounds, to keep the instances warm until an event begins
  $ npm run ops --silent -- warm prod --json     for a script`,

  run: async (context, environment, functions, { fullTime = false, json = false }) => {
    const { root, print, printAside, now } = context;
    const plan = planWarming(await loadEnvironments(root), { environment, functions, fullTime });
    const startedAt = now();
    const unstarted = await startRuns(plan);
    const started = { ...plan, runs: plan.runs.filter((run) => !unstarted.some((one) => one.run === run)) };
    formatStart(plan, unstarted).forEach(json ? printAside : print);

    const seen: TimedRecord[] = [];
    const end = await showProgress(
      context,
      () => formatWaiting(started, seen, { startedAt, now: now() }),
      (clear) =>
        watchRuns(started, startedAt, context, (timed) => {
          clear();
          seen.push(timed);
          const lines = json ? [JSON.stringify(timed.record)] : formatRoundLines(plan, timed);
          lines.forEach(print);
        }),
    ).catch((error: unknown) => {
      if (!(error instanceof AwsFailure)) throw error;
      printAside(error.message);
      return "unread" as const;
    });

    const records = seen.map(({ record }) => record);
    const summary = summarizeWarming(plan, records, end, unstarted);
    const lines = json ? [JSON.stringify(summary)] : formatSummary(plan, summary);
    lines.forEach(print);
    const unknown = explainUnknownEnd(started, end);
    if (unknown !== undefined) printAside(unknown);
    return EXIT_CODES[summary.outcome];
  },
});
