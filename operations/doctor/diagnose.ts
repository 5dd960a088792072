import { findEnvironment, loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { type CommandContext } from "../cli/command-context";
import { formatProgressBar, showProgress } from "../cli/progress";
import { type CheckFinding, examine } from "./check";
import { listChecks } from "./checks";

/**
 * Looks at everything that has to be right for an environment.
 *
 * @throws InvalidInput if there is none of this name; a wrong file is a finding
 */
export async function diagnoseEnvironment(name: string, context: CommandContext): Promise<readonly CheckFinding[]> {
  let environments: readonly Environment[];
  try {
    environments = await loadEnvironments(context.root);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    // Without its settings, nothing can be checked in an environment.
    return error.mistakes.map(({ file, message }) => ({
      check: "environment's file",
      outcome: "fail",
      detail: `${file}: ${message}`,
      fix: `correct ${file}`,
    }));
  }
  const { signal } = context;
  const checks = listChecks(findEnvironment(name, environments), context, signal);
  let done = 0;
  return showProgress(
    context,
    () => `${formatProgressBar(done / checks.length)} ${done} of ${checks.length} checks`,
    () => examine(checks, signal, () => done++),
  );
}
