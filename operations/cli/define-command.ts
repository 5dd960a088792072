import { type Command, type CommandUnknownOpts, type OptionValues } from "@commander-js/extra-typings";
import { type CommandContext } from "./command-context";
import { type ExitCode } from "./exit-codes";

/** What a command takes and does. Its name and description are in `program.ts`, so that help need not load it. */
export interface CommandDefinition<Arguments extends unknown[], Options extends OptionValues> {
  /** Declares arguments and options, which `run` gets parsed and typed. */
  readonly parameters: (command: Command) => Command<Arguments, Options>;
  /** What help tells besides: how it works, exit codes, examples. */
  readonly help: string;
  /** What is told when Ctrl-C has ended it; by default nothing. */
  readonly interrupted?: string;
  /**
   * Does it.
   *
   * @returns undefined for done
   * @throws InvalidInput, OperationFailure, and anything once the context's signal is aborted: the program tells them
   */
  readonly run: (
    context: CommandContext,
    ...parameters: [...values: Arguments, options: Options]
  ) => Promise<ExitCode | undefined>;
}

/** A command that has been typed, ready to run. */
export interface CommandCall {
  readonly run: (context: CommandContext) => Promise<ExitCode | undefined>;
  readonly interrupted: string | undefined;
}

/** Makes a program's command what a definition says, and hands on the call when it is typed. */
export type DefinedCommand = (command: CommandUnknownOpts, onCall: (call: CommandCall) => Promise<void>) => void;

/** Defines a command; a file of `commands/` exports it by default. */
export function defineCommand<Arguments extends unknown[], Options extends OptionValues>({
  parameters,
  help,
  interrupted,
  run,
}: CommandDefinition<Arguments, Options>): DefinedCommand {
  return (command, onCall) => {
    parameters(command as Command)
      .addHelpText("after", help)
      .action((...typed) => {
        const values = typed.slice(0, -1) as [...Arguments, Options];
        return onCall({ run: (context) => run(context, ...values), interrupted });
      });
  };
}
