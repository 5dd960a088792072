import { formatTable } from "../document/text";
import { type Command } from "commander";
import { loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { type CheckFinding } from "../doctor/check";
import { findEnvironment } from "../cli/input";
import { EXIT, type ExitCode } from "../cli/exit-codes";
import { runUntilInterrupted } from "../cli/interruption";
import { formatProgressBar, showProgress } from "../cli/progress";
import { type CommandContext } from "../cli/command-context";

const HELP = `
Looks at this computer, the project, the credentials, the state, and at all that the environment has in AWS; changes nothing.
One line per check: ok, warn, fail, or skipped because of an earlier one; checks that are skipped for one cause share a line, and --json has each.
Below what is not right stands how to mend it.

Exit codes:
  0    nothing failed
  1    something failed
  2    wrong input: nothing was looked at
  130  Ctrl-C

Examples:
  $ npm run ops -- doctor prod
  $ npm run ops --silent -- doctor prod --json     for a script`;

/**
 * Adds the command `doctor`: whether an environment is set up right.
 *
 * @param exit takes the exit code
 */
export function addDoctor(program: Command, surroundings: CommandContext, exit: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description("Tells whether an environment is set up right, and how to mend what is not.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .option("--json", "write one JSON object")
    .addHelpText("after", HELP)
    .action(async (name: string, { json = false }: { readonly json?: boolean }) => {
      const findings = await runUntilInterrupted((signal) => diagnose(name, surroundings, signal));
      if (findings === undefined) {
        exit(EXIT.interrupted);
        return;
      }
      const passed = findings.every(({ outcome }) => outcome !== "fail");
      if (json) surroundings.print(JSON.stringify({ environment: name, passed, findings }));
      else formatFindings(name, findings).forEach(surroundings.print);
      exit(passed ? EXIT.done : EXIT.failed);
    });
}

async function diagnose(
  name: string,
  surroundings: CommandContext,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const { root, writeProgress } = surroundings;
  let environments: readonly Environment[];
  try {
    environments = await loadEnvironments(root);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    // Without its settings, nothing of an environment can be told.
    return error.mistakes.map(({ file, message }) => ({
      check: "environment's file",
      outcome: "fail",
      detail: `${file}: ${message}`,
      mend: `correct ${file}`,
    }));
  }
  const environment = findEnvironment(name, environments);
  // What synthesizes is slow to load.
  const [{ listChecks }, { examine }] = await Promise.all([import("../doctor/checks"), import("../doctor/check")]);
  const checks = listChecks(environment, surroundings, signal);
  let done = 0;
  const line = () => `${formatProgressBar(done / checks.length)} ${done} of ${checks.length} checks`;
  const end = writeProgress && showProgress(line, writeProgress);
  try {
    return await examine(checks, signal, () => done++);
  } finally {
    end?.();
  }
}

function formatFindings(environment: string, findings: readonly CheckFinding[]): string[] {
  const shown = foldFindings(findings);
  const rows = shown.map(({ outcome, check, detail }) => [outcome, check, detail]);
  const lines = formatTable(["", "", ""], rows);
  const count = (wanted: CheckFinding["outcome"]) => findings.filter(({ outcome }) => outcome === wanted).length;
  return [
    `${environment}:`,
    ...shown.flatMap(({ mend }, index) => [
      lines[index] ?? "",
      ...(mend?.split("\n").map((line) => `      -> ${line}`) ?? []),
    ]),
    `${count("ok")} ok, ${count("warn")} to look at, ${count("fail")} failed, ${count("skipped")} skipped`,
  ];
}

/** All that were skipped for one cause as one, where the first of them stands. */
function foldFindings(findings: readonly CheckFinding[]): CheckFinding[] {
  return findings.flatMap((finding, index) => {
    const { cause } = finding;
    if (cause === undefined) return [finding];
    const alike = findings.filter((other) => other.cause === cause);
    if (alike.length === 1) return [finding];
    if (findings.findIndex((other) => other.cause === cause) !== index) return [];
    const { detail = "" } = findings.find(({ check }) => check === cause) ?? {};
    return [{ ...finding, check: `${alike.length} checks`, detail: `because of ${cause}: ${detail}` }];
  });
}
