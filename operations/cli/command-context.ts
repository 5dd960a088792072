/** What a program meets outside of itself, AWS apart. Tests bring their own. */
export interface ProgramContext {
  /** The project's folder. */
  readonly root: string;
  /** Writes a line that was asked for: to standard output. */
  readonly print: (line: string) => void;
  /** Writes any other line: to standard error. */
  readonly printAside: (line: string) => void;
  /** Writes to the terminal as it is; missing where there is none. */
  readonly writeProgress?: (text: string) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Rejects when the signal is aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/** What a command meets outside of itself, AWS apart. */
export interface CommandContext extends ProgramContext {
  /** Aborted by Ctrl-C, which ends the whole process as long as the command has not asked for this. */
  readonly signal: AbortSignal;
}
