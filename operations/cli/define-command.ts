import { type Command, type CommandUnknownOpts, type OptionValues } from "@commander-js/extra-typings";
import { type CommandContext } from "./command-context";
import { type ExitCode } from "./exit-codes";

/** A command's arguments and work. Its name and description are in `program.ts`, so help does not have to load it. */
export interface CommandDefinition<Arguments extends unknown[], Options extends OptionValues> {
  /** Declares arguments and options, which are passed to `run` parsed and typed. */
  readonly parameters: (command: Command) => Command<Arguments, Options>;
  /** Additional help text: how it works, exit codes, examples. */
  readonly help: string;
  /** The message after Ctrl-C; by default none. */
  readonly interrupted?: string;
  /**
   * Runs the command.
   *
   * @returns the exit code; undefined means success
   * @throws InvalidInput, OperationFailure, and any error once the context's signal is aborted; the program reports
   *   them
   */
  readonly run: (
    context: CommandContext,
    ...parameters: [...values: Arguments, options: Options]
  ) => Promise<ExitCode | undefined>;
}

/** A parsed command, ready to run. */
export interface CommandCall {
  readonly run: (context: CommandContext) => Promise<ExitCode | undefined>;
  readonly interrupted: string | undefined;
}

/** Adds a definition to a program's command, and passes on its call. */
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
