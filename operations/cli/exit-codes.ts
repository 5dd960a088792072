/** Exit codes for scripts. */
export const EXIT = {
  /** Done as requested. */
  done: 0,
  /** AWS refused it, or the result is not as requested. */
  failed: 1,
  /** The arguments, or a file in environments/, are wrong: nothing was done. */
  wrongInput: 2,
  /** Ctrl-C: 128 plus the signal's number, as in shells. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
