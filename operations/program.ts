import { Command, CommanderError } from "@commander-js/extra-typings";
import { InvalidInput } from "../environments/mistakes";
import { LocalEnvironmentError } from "../local/problem";
import { type ProgramContext } from "./cli/command-context";
import { type CommandCall, type DefinedCommand } from "./cli/define-command";
import { EXIT, type ExitCode } from "./cli/exit-codes";
import { Interruption } from "./cli/interruption";
import { OperationFailure } from "./cli/operation-failure";
import { removeControls } from "./one-line";

/** A command as the program's help shows it; the rest is loaded when it is asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly parameters: string;
  readonly description: string;
  readonly load: () => Promise<{ readonly default: DefinedCommand }>;
}

/** Every command, in the order in which help shows them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "warm",
    parameters: "<environment> [function...]",
    description: "Warms functions before a deployment or an event, and shows each round.",
    load: () => import("./commands/warm"),
  },
  {
    name: "plan-comment",
    parameters: "[plan.json...]",
    description: "Writes one Markdown comment about the plans of environments.",
    load: () => import("./commands/plan-comment"),
  },
  {
    name: "smoke",
    parameters: "<environment> <outputs.json>",
    description: "Checks a deployment: URLs answer, alarms exist, first metrics are seen.",
    load: () => import("./commands/smoke"),
  },
  {
    name: "bootstrap",
    parameters: "<repository>",
    description: "Writes Terraform for what delivery needs in AWS: buckets for states, and roles to plan and deploy.",
    load: () => import("./commands/bootstrap"),
  },
  {
    name: "doctor",
    parameters: "<environment>",
    description: "Tells whether an environment is set up right, and how to mend what is not.",
    load: () => import("./commands/doctor"),
  },
  {
    name: "cost",
    parameters: "[environment]",
    description: "Tells what monitoring and warming cost, and provisioned concurrency would.",
    load: () => import("./commands/cost"),
  },
  {
    name: "hcp-workspaces",
    parameters: "[environment...]",
    description: "Sets up the environments' workspaces in HCP Terraform (Terraform Cloud).",
    load: () => import("./commands/hcp-workspaces"),
  },
  {
    name: "report",
    parameters: "<environment>",
    description: "Reports on a week, a month or a quarter: targets, warming, alarms, memory.",
    load: () => import("./commands/report"),
  },
  {
    name: "note",
    parameters: "<environment> <alarm> <text>",
    description: "Notes what was changed because an alarm rang.",
    load: () => import("./commands/note"),
  },
  {
    name: "advise",
    parameters: "[environment] [function]",
    description: "Simulates ways of warming on a function's traffic, and says what to set.",
    load: () => import("./commands/advise"),
  },
  {
    name: "investigate",
    parameters: "<environment> <function>",
    description: "Finds out why a function's alarm rings, and what to adjust first.",
    load: () => import("./commands/investigate"),
  },
  {
    name: "load",
    parameters: "<profile>",
    description: "Loads a function, and tells whether it meets its targets.",
    load: () => import("./commands/load"),
  },
];

const HELP = `
Examples:
  $ npm run ops -- warm prod             every function of prod, before many requests are to come
  $ npm run ops -- plan-comment prod.json   what Terraform is going to do, as a comment for a pull request
  $ npm run ops -- doctor prod           whether prod is set up right
  $ npm run ops -- investigate prod api  why an alarm of api rings, and what to adjust first
  $ npm run ops -- cost                  what environments cost, by function
  $ npm run ops -- report prod --period month   targets, warming, alarms and memory, beside the month before
  $ npm run ops -- advise prod           what warming would do for each function, and what to set
  $ npm run ops -- load stress           how much a function stands, on this computer
  $ npm run ops -- help warm             what the command does, its options and exit codes`;

/**
 * Runs the command that the arguments name.
 *
 * @param args what follows `npm run ops --`
 * @returns the exit code; what the user has to know has been printed
 */
export async function runOps(
  args: readonly string[],
  context: ProgramContext,
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<ExitCode> {
  const { print, printAside } = context;
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
    .configureHelp({ subcommandTerm: (command) => `${command.name()} ${command.usage()}` })
    .addHelpText("after", HELP);
  const asked = args.find((text) => text !== "help" && !text.startsWith("-"));
  for (const { name, parameters, description, load } of commands) {
    const command = program.command(name).description(description);
    if (name !== asked) command.arguments(parameters);
    else {
      const { default: define } = await load();
      define(command, async (call) => {
        exitCode = await runCall(call, context);
      });
    }
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // It has been printed already.
    return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
  }
}

async function runCall({ run, interrupted }: CommandCall, context: ProgramContext): Promise<ExitCode> {
  const { printAside } = context;
  const interruption = new Interruption();
  try {
    const exitCode = await run({
      ...context,
      get signal() {
        return interruption.signal;
      },
    });
    return exitCode ?? EXIT.done;
  } catch (error) {
    if (interruption.hasHappened) {
      if (interrupted !== undefined) printAside(`Interrupted: ${interrupted}.`);
      return EXIT.interrupted;
    }
    if (!isExplained(error)) throw error;
    printAside(removeControls(error.message));
    return error instanceof InvalidInput ? EXIT.wrongInput : EXIT.failed;
  } finally {
    interruption.stop();
  }
}

/** Whether an error's message is meant for the user as it is. */
function isExplained(error: unknown): error is Error {
  return [InvalidInput, OperationFailure, LocalEnvironmentError].some((known) => error instanceof known);
}
