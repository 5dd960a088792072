import { formatTable } from "../document/text";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { type Command, InvalidArgumentError } from "commander";
import { loadEnvironments } from "../../environments/load";
import { type Environment } from "../../environments/schema";
import { MAX_ATTEMPTS } from "../aws/failure";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { type SmokeCheck, checkAlarms, checkMetrics, checkUrl, type SmokeContext } from "../smoke/checks";
import { type Callable, readAlarmNames, readCallables } from "../smoke/inputs";
import { type CommandContext } from "../cli/command-context";

const HELP = `
After a deployment: every function's URL answers with status 200, every alarm of the synthesized stack exists, and CloudWatch shows the first
metrics of the functions that were called. A metric that is late is told, and is no failure.

Exit codes:
  0    nothing failed
  1    a URL does not answer, an alarm is missing, or AWS did not tell (unknown)
  2    wrong input: nothing was checked
  130  Ctrl-C

Examples:
  $ terraform -chdir=cdktf.out/stacks/prod output -json > outputs.json
  $ npm run ops -- smoke prod outputs.json
  $ npm run ops -- smoke prod outputs.json --path status --wait-minutes 10
  $ npm run ops --silent -- smoke prod outputs.json --json     for a script`;

interface Options {
  readonly path: string;
  readonly waitMinutes: number;
  readonly json?: boolean;
}

/** What is checked, read before anything is asked. */
interface Smoke {
  readonly environment: Environment;
  readonly callables: readonly Callable[];
  readonly alarms: readonly string[];
}

/**
 * Adds the command `smoke`: whether what has just been deployed works.
 *
 * @param exit takes the exit code
 */
export function addSmoke(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("smoke")
    .description("Checks a deployment: URLs answer, alarms exist, first metrics are seen.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .argument("<outputs.json>", "what `terraform output -json` has written")
    .option("--path <path>", "what every URL answers with status 200", parsePath, "health")
    .option("--wait-minutes <minutes>", "how long to wait for the first metrics, from 0 to 60", parseMinutes, 5)
    .option("--json", "write one JSON object")
    .addHelpText("after", HELP)
    .action(async (name: string, file: string, { path, waitMinutes, json = false }: Options) => {
      const { root, print, printAside } = surroundings;
      const environment = findEnvironment(name, await loadEnvironments(root));
      const [callables, alarms] = await Promise.all([readCallables(root, file), readAlarmNames(root, name)]);
      const checks = await runUntilInterrupted((signal) =>
        runSmoke({ environment, callables, alarms }, { path, waitMinutes }, { ...surroundings, signal }, printAside),
      );
      if (checks === undefined) {
        exit(EXIT.interrupted);
        return;
      }
      const passed = checks.every(({ outcome }) => outcome === "ok" || outcome === "late");
      const rows = checks.map(({ check, outcome, detail }) => [outcome, check, detail]);
      if (json) print(JSON.stringify({ environment: name, passed, checks }));
      else [`${name}:`, ...formatTable(["", "", ""], rows)].forEach(print);
      exit(passed ? EXIT.done : EXIT.failed);
    });
}

async function runSmoke(
  { environment, callables, alarms }: Smoke,
  { path, waitMinutes }: Pick<Options, "path" | "waitMinutes">,
  waiting: SmokeContext,
  progress: (line: string) => void,
): Promise<SmokeCheck[]> {
  const { name, region, functions } = environment;
  const client = new CloudWatchClient({ region, maxAttempts: MAX_ATTEMPTS });
  const since = waiting.now();
  const answers = await Promise.all(
    callables.map(async (callable) => {
      const isSigned = functions[callable.id]?.endpoint === "iam";
      return { callable, check: await checkUrl({ callable, path, region, isSigned }, waiting) };
    }),
  );
  const alarmCheck = await checkAlarms(client, { environment: name, region }, alarms);
  const called = answers.filter(({ check }) => check.outcome === "ok").map(({ callable }) => callable);
  if (called.length > 0 && waitMinutes > 0)
    progress(`waiting up to ${waitMinutes} minutes for the first metrics in CloudWatch`);
  const metrics = await checkMetrics(client, region, called, { since, forMinutes: waitMinutes }, waiting);
  return [...answers.map(({ check }) => check), alarmCheck, ...metrics];
}

function parsePath(text: string): string {
  if (!URL.canParse(text.replace(/^\/+/, ""), "https://function/")) throw new InvalidArgumentError("It is no path.");
  return text.replace(/^\/+/, "");
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (!/^\d+$/.test(text) || minutes > 60) throw new InvalidArgumentError("It is no whole number from 0 to 60.");
  return minutes;
}
