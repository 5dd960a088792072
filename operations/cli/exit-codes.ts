/** How a command ended, for scripts. */
export const EXIT = {
  /** As asked. */
  done: 0,
  /** AWS refused it, or it did not come out as asked. */
  failed: 1,
  /** What was typed, or a file in environments/, is wrong: nothing was done. */
  wrongInput: 2,
  /** By Ctrl-C: 128 and the signal's number, as shells have it. */
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
