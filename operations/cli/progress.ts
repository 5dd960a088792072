const EVERY_MILLISECONDS = 200;
const COLUMNS = 79;
const BAR_CHARACTERS = 20;

/**
 * Shows how work is going on, in one line that is written again and again.
 *
 * @param line what to show now
 * @param write writes to the terminal as it is
 * @returns what ends it, and clears the line
 */
export function showProgress(line: () => string, write: (text: string) => void): () => void {
  const timer = setInterval(() => {
    write(`\r${line().slice(0, COLUMNS).padEnd(COLUMNS)}`);
  }, EVERY_MILLISECONDS);
  return () => {
    clearInterval(timer);
    write(`\r${" ".repeat(COLUMNS)}\r`);
  };
}

/** A bar for the share that is done, from 0 to 1. */
export function formatProgressBar(share: number): string {
  const done = Math.round(share * BAR_CHARACTERS);
  return `[${"#".repeat(done)}${"-".repeat(BAR_CHARACTERS - done)}]`;
}
