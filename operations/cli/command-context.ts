/** A program's surroundings, except AWS. Tests pass their own. */
export interface ProgramContext {
  /** The project's folder. */
  readonly root: string;
  /** Writes a line of output: to standard output. */
  readonly print: (line: string) => void;
  /** Writes any other line: to standard error. */
  readonly printAside: (line: string) => void;
  /** Writes directly to the terminal; missing if there is none. */
  readonly writeProgress?: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Rejects if the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** A command's surroundings, except AWS. */
export interface CommandContext extends ProgramContext {
  /** Aborted by Ctrl-C. As long as the command has not read it, Ctrl-C ends the whole process. */
  readonly signal: AbortSignal;
}
