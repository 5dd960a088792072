import { type CommandContext, type ProgramContext } from "./command-context";

const EVERY_MILLISECONDS = 200;
const COLUMNS = 79;
const BAR_CHARACTERS = 20;

/**
 * Runs work, and shows its progress in a terminal, if there is one, in one line that is updated in place.
 *
 * @param formatLine returns the current text
 * @param work gets a function that clears the line, to print other output
 */
export async function showProgress<T>(
  { writeProgress }: Pick<ProgramContext, "writeProgress">,
  formatLine: () => string,
  work: (clear: () => void) => Promise<T>,
): Promise<T> {
  if (!writeProgress) return work(() => undefined);
  const clear = () => {
    writeProgress(`\r${" ".repeat(COLUMNS)}\r`);
  };
  const timer = setInterval(() => {
    writeProgress(`\r${formatLine().slice(0, COLUMNS).padEnd(COLUMNS)}`);
  }, EVERY_MILLISECONDS);
  try {
    return await work(clear);
  } finally {
    clearInterval(timer);
    clear();
  }
}

/** The surroundings of work that reads one thing after the other. */
export interface ReadingContext extends Pick<CommandContext, "signal" | "wait"> {
  /** Called with what is read next. */
  readonly onStep: (what: string) => void;
}

/** Runs work that reports what it reads next, and shows that in a terminal. */
export function showReading<T>(
  { signal, wait, ...context }: CommandContext,
  work: (reading: ReadingContext) => Promise<T>,
): Promise<T> {
  let step = "";
  const onStep = (what: string) => {
    step = what;
  };
  return showProgress(
    context,
    () => `Reading ${step} …`,
    () => work({ signal, wait, onStep }),
  );
}

/** A bar for the finished share, from 0 to 1. */
export function formatProgressBar(share: number): string {
  const done = Math.round(share * BAR_CHARACTERS);
  return `[${"#".repeat(done)}${"-".repeat(BAR_CHARACTERS - done)}]`;
}
