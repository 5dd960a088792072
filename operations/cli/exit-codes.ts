import { type ProgramContext } from "./command-context";

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

/** Names on standard error what could not be read from AWS, if anything: a partial result is not what was asked for. */
export function reportUnread(
  { printAside }: Pick<ProgramContext, "printAside">,
  unread: readonly { readonly what: string }[] = [],
): ExitCode {
  if (unread.length === 0) return EXIT.done;
  printAside(`Could not be read: ${unread.map(({ what }) => what).join(", ")}`);
  return EXIT.failed;
}
