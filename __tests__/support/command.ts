import { type CommandEntry, runOps } from "../../operations/program";
import { makeProject, makeTfvars, readFiles } from "./project";

/** What a command meets; everything has a default. */
export interface CommandSetting {
  /** Of the project: path -> content; an environment `dev` by default. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** The project's folder, where there is one already. */
  readonly root?: string;
  /** Milliseconds since 1970; of a fixed time, waiting moves it on. */
  readonly now?: number | (() => number);
  /** Hears how long the command waits, before it goes on at once. */
  readonly onWait?: (milliseconds: number) => unknown;
  /** A terminal to show progress in. */
  readonly writeProgress?: (text: string) => void;
  /** Hears of each line, printed or printed aside. */
  readonly onLine?: (line: string) => void;
  readonly commands?: readonly CommandEntry[];
}

/** How a command ended, and what it has written, by line. */
export interface CommandRun {
  readonly exitCode: number;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The project's folder. */
  readonly root: string;
  /** Everything in the project's folder now, by its path from there. */
  readonly files: Readonly<Record<string, string>>;
}

/** Runs a command in a project of its own, in this process: `npm run ops -- <args>`. */
export async function runCommand(args: readonly string[], setting: CommandSetting = {}): Promise<CommandRun> {
  const { files = { "environments/dev.tfvars": makeTfvars() }, root = makeProject(files) } = setting;
  const { now = Date.now, onWait, writeProgress, onLine, commands } = setting;
  let waited = 0;
  const stdout: string[] = [];
  const stderr: string[] = [];
  const exitCode = await runOps(
    args,
    {
      root,
      print: (line) => {
        stdout.push(line);
        onLine?.(line);
      },
      printAside: (line) => {
        stderr.push(line);
        onLine?.(line);
      },
      ...(writeProgress && { writeProgress }),
      now: typeof now === "number" ? () => now + waited : now,
      wait: async (milliseconds, signal) => {
        waited += milliseconds;
        await onWait?.(milliseconds);
        signal.throwIfAborted();
      },
    },
    commands,
  );
  return {
    exitCode,
    stdout,
    stderr,
    root,
    get files() {
      return readFiles(root);
    },
  };
}
