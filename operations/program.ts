import { Command, CommanderError } from "commander";
import { InvalidInput } from "../environments/mistakes";
import { addAdvise } from "./commands/advise";
import { addBootstrap } from "./commands/bootstrap";
import { addCost } from "./commands/cost";
import { addDoctor } from "./commands/doctor";
import { EXIT, type ExitCode } from "./cli/exit-codes";
import { addHcpWorkspaces } from "./commands/hcp-workspaces";
import { addInvestigate } from "./commands/investigate";
import { addNote } from "./commands/note";
import { removeControls } from "./one-line";
import { OperationFailure } from "./cli/operation-failure";
import { addPlanComment } from "./commands/plan-comment";
import { addReport } from "./commands/report";
import { addSmoke } from "./commands/smoke";
import { type CommandContext } from "./cli/command-context";
import { addWarm } from "./commands/warm";

const COMMANDS = [
  addWarm,
  addPlanComment,
  addSmoke,
  addBootstrap,
  addDoctor,
  addCost,
  addHcpWorkspaces,
  addReport,
  addNote,
  addAdvise,
  addInvestigate,
];

/**
 * Runs the command that the arguments name.
 *
 * @param args what follows `npm run ops --`
 * @returns the exit code; what the user has to know has been printed
 */
export async function runOps(args: readonly string[], surroundings: CommandContext): Promise<ExitCode> {
  const { print, printAside } = surroundings;
  let exitCode: ExitCode = EXIT.done;
  const program = new Command("npm run ops --")
    .description("Operates what the environments in environments/*.tfvars have deployed.")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        print(text.trimEnd());
      },
      writeErr: (text) => {
        printAside(text.trimEnd());
      },
    })
    .addHelpText(
      "after",
      `
Examples:
  $ npm run ops -- warm prod             every function of prod, before many requests are to come
  $ npm run ops -- plan-comment prod.json   what Terraform is going to do, as a comment for a pull request
  $ npm run ops -- doctor prod           whether prod is set up right
  $ npm run ops -- investigate prod api  why an alarm of api rings, and what to adjust first
  $ npm run ops -- cost                  what environments cost, by function
  $ npm run ops -- report prod --period month   targets, warming, alarms and memory, beside the month before
  $ npm run ops -- advise prod           what warming would do for each function, and what to set
  $ npm run ops -- help warm             what the command does, its options and exit codes`,
    );
  for (const add of COMMANDS) {
    add(program, surroundings, (code) => {
      exitCode = code;
    });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    // It has been printed already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
    if (!(error instanceof InvalidInput || error instanceof OperationFailure)) throw error;
    printAside(removeControls(error.message));
    return error instanceof InvalidInput ? EXIT.wrongInput : EXIT.failed;
  }
}
