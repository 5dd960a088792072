import { type Run } from "./run";

const EVERY_MILLISECONDS = 200;
const BAR_CHARACTERS = 20;
const COLUMNS = 79;

/**
 * Shows how a run is going on, in one line that is written again and again.
 *
 * @param write writes to the terminal as it is
 * @returns what ends it, and clears the line
 */
export function showProgress(run: Run, write: (text: string) => void): () => void {
  const timer = setInterval(() => {
    write(`\r${progressLine(run).slice(0, COLUMNS).padEnd(COLUMNS)}`);
  }, EVERY_MILLISECONDS);
  return () => {
    clearInterval(timer);
    write(`\r${" ".repeat(COLUMNS)}\r`);
  };
}

/** What is going on. */
export function progressLine({ activity, fraction, loop }: Run): string {
  const done = Math.round(fraction * BAR_CHARACTERS);
  const bar = fraction === 0 ? "" : `[${"#".repeat(done)}${"-".repeat(BAR_CHARACTERS - done)}] `;
  return `${bar}${activity}: ${loop.requests.length} sent, ${loop.open} open`;
}
