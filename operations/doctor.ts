import { type Command } from "commander";
import { loadEnvironments } from "../environments/load";
import { InvalidInput } from "../environments/mistakes";
import { type Environment } from "../environments/schema";
import { type Finding } from "./doctor/check";
import { environmentCalled } from "./environment-choice";
import { EXIT, type ExitCode } from "./exit-codes";
import { untilCtrlC } from "./interruption";
import { progressBar, showProgress } from "./progress";
import { type Surroundings } from "./surroundings";
import { textTable } from "./text-table";

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
export function addDoctor(program: Command, surroundings: Surroundings, exit: (code: ExitCode) => void): void {
  program
    .command("doctor")
    .description("Tells whether an environment is set up right, and how to mend what is not.")
    .argument("<environment>", "a file in environments/, without .tfvars")
    .option("--json", "write one JSON object")
    .addHelpText("after", HELP)
    .action(async (name: string, { json = false }: { readonly json?: boolean }) => {
      const findings = await untilCtrlC((signal) => diagnose(name, surroundings, signal));
      if (findings === undefined) {
        exit(EXIT.interrupted);
        return;
      }
      const passed = findings.every(({ outcome }) => outcome !== "fail");
      if (json) surroundings.print(JSON.stringify({ environment: name, passed, findings }));
      else textOf(name, findings).forEach(surroundings.print);
      exit(passed ? EXIT.done : EXIT.failed);
    });
}

async function diagnose(name: string, surroundings: Surroundings, signal: AbortSignal): Promise<readonly Finding[]> {
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
  const environment = environmentCalled(name, environments);
  // What synthesizes is slow to load.
  const [{ checksOf }, { examine }] = await Promise.all([import("./doctor/checks"), import("./doctor/check")]);
  const checks = checksOf(environment, surroundings, signal);
  let done = 0;
  const line = () => `${progressBar(done / checks.length)} ${done} of ${checks.length} checks`;
  const end = writeProgress && showProgress(line, writeProgress);
  try {
    return await examine(checks, signal, () => done++);
  } finally {
    end?.();
  }
}

function textOf(environment: string, findings: readonly Finding[]): string[] {
  const shown = folded(findings);
  const rows = shown.map(({ outcome, check, detail }) => [outcome, check, detail]);
  const lines = textTable(["", "", ""], rows);
  const count = (wanted: Finding["outcome"]) => findings.filter(({ outcome }) => outcome === wanted).length;
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
function folded(findings: readonly Finding[]): Finding[] {
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
