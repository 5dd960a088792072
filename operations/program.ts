import { Command, CommanderError } from "@commander-js/extra-typings";
import { InvalidInput } from "../environments/mistakes";
import { isSystemError } from "../environments/text-file";
import { LocalEnvironmentError } from "../local/problem";
import { type ProgramContext } from "./cli/command-context";
import { type CommandCall, type DefinedCommand } from "./cli/define-command";
import { EXIT, type ExitCode } from "./cli/exit-codes";
import { Interruption } from "./cli/interruption";
import { OperationFailure } from "./cli/operation-failure";
import { readOwnManifest } from "../stacks/own-file";
import { removeControls } from "../performance/foreign-text";

/** A command in the program's help; the rest is loaded when needed. */
export interface CommandEntry {
  readonly name: string;
  readonly parameters: string;
  readonly description: string;
  readonly load: () => Promise<{ readonly default: DefinedCommand }>;
}

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "init",
    parameters: "<folder>",
    description: "Writes a new project.",
    load: () => import("./commands/init"),
  },
  {
    name: "update",
    parameters: "",
    description: "Takes over this version's workflows and settings, and shows what it changes.",
    load: () => import("./commands/update"),
  },
  {
    name: "lock",
    parameters: "",
    description: "Makes missing lock files of Terraform's providers.",
    load: () => import("./commands/lock"),
  },
  {
    name: "types",
    parameters: "",
    description: "Checks the types of functions, each by its own tsconfig.json.",
    load: () => import("./commands/types"),
  },
  {
    name: "synth",
    parameters: "",
    description: "Turns every environment into Terraform, in cdktf.out.",
    load: () => import("./commands/synth"),
  },
  {
    name: "start",
    parameters: "[environment]",
    description: "Runs an environment on this computer, as it would be deployed.",
    load: () => import("./commands/start"),
  },
  {
    name: "warm",
    parameters: "<environment> [function...]",
    description: "Warms functions before a deployment or an event, and shows each round.",
    load: () => import("./commands/warm"),
  },
  {
    name: "rollback",
    parameters: "<environment> <function>",
    description: "Puts a function back on an earlier version, after warming that version.",
    load: () => import("./commands/rollback"),
  },
  {
    name: "rollout",
    parameters: "<action> <environment> [function]",
    description: "Shows how new versions get traffic, and pauses, resumes or aborts that.",
    load: () => import("./commands/rollout"),
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
    description: "Checks a deployment: URLs answer, alarms exist, first metrics arrive.",
    load: () => import("./commands/smoke"),
  },
  {
    name: "bootstrap",
    parameters: "<repository>",
    description: "Writes Terraform for what delivery needs in AWS: buckets for states, and roles that plan and deploy.",
    load: () => import("./commands/bootstrap"),
  },
  {
    name: "doctor",
    parameters: "<environment>",
    description: "Checks whether an environment is set up correctly, and shows how to fix problems.",
    load: () => import("./commands/doctor"),
  },
  {
    name: "cost",
    parameters: "[environment]",
    description: "Shows the cost of monitoring and warming, and of provisioned concurrency instead.",
    load: () => import("./commands/cost"),
  },
  {
    name: "budget",
    parameters: "<environment>",
    description: "Shows how much of each objective's error budget is left, and what spent it.",
    load: () => import("./commands/budget"),
  },
  {
    name: "hcp-workspaces",
    parameters: "[environment...]",
    description: "Sets up the environments' workspaces in HCP Terraform (Terraform Cloud).",
    load: () => import("./commands/hcp-workspaces"),
  },
  {
    name: "dashboard",
    parameters: "<environment>",
    description: "Draws an environment's dashboards as a page or a picture, from CloudWatch or with made-up figures.",
    load: () => import("./commands/dashboard"),
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
    name: "mute",
    parameters: "<environment> [alarm...]",
    description: "Mutes alarms for some time, with the reason: during a rollout, or at a planned time.",
    load: () => import("./commands/mute"),
  },
  {
    name: "advise",
    parameters: "[environment] [function]",
    description: "Simulates ways of warming on a function's traffic, and recommends settings.",
    load: () => import("./commands/advise"),
  },
  {
    name: "tune",
    parameters: "<environment> <function>",
    description: "Measures a function at several memory sizes, and recommends the cheapest that does its work.",
    load: () => import("./commands/tune"),
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
    description: "Load-tests a function, and shows whether it meets its targets.",
    load: () => import("./commands/load"),
  },
];

const HELP = `
Examples:
  $ npm run ops -- warm prod             every function of prod, before many requests are expected
  $ npm run ops -- plan-comment prod.json   what Terraform will do, as a comment for a pull request
  $ npm run ops -- doctor prod           whether prod is set up correctly
  $ npm run ops -- investigate prod api  why an alarm of api rings, and what to adjust first
  $ npm run ops -- rollback prod api     back to the version before, which is warmed first
  $ npm run ops -- rollout status prod   who has traffic while new versions get it step by step
  $ npm run ops -- cost                  the cost of environments, by function
  $ npm run ops -- dashboard prod --sample   what the dashboard will look like, with made-up figures
  $ npm run ops -- mute prod --for 1h --why "rollout of 42"   no messages of alarms, for an hour
  $ npm run ops -- report prod --period month   targets, warming, alarms and memory, compared with the month before
  $ npm run ops -- advise prod           what warming would do for each function, and recommended settings
  $ npm run ops -- tune dev api --path /notes   which memory size costs least, measured
  $ npm run ops -- load stress           how much load a function can handle, on this computer
  $ npm run ops -- help warm             help on the command: description, options, exit codes`;

/**
 * Runs the command in the arguments.
 *
 * @param args the arguments after `npm run ops --`
 * @returns the exit code; all messages have been printed
 */
export async function runOps(
  args: readonly string[],
  context: ProgramContext,
  commands: readonly CommandEntry[] = COMMANDS,
): Promise<ExitCode> {
  const { print, printAside } = context;
  let exitCode: ExitCode = EXIT.done;
  const program = new Command("npm run ops --")
    .description("Operates the deployments of the environments in environments/*.tfvars.")
    .version(readOwnManifest().version)
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
    if (name !== asked) {
      if (parameters !== "") command.arguments(parameters);
    } else {
      const { default: define } = await load();
      define(command, async (call) => {
        exitCode = await runCall(call, context);
      });
    }
  }
  // Help on a command that does not exist would be the help of all.
  const isUnknown = asked !== undefined && !commands.some(({ name }) => name === asked);
  try {
    await program.parseAsync(args[0] === "help" && isUnknown ? [asked] : args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // It has already been printed.
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

/** Whether an error's message is for the user. */
function isExplained(error: unknown): error is Error {
  const isKnown = [InvalidInput, OperationFailure, LocalEnvironmentError].some((known) => error instanceof known);
  return isKnown || isSystemError(error);
}
