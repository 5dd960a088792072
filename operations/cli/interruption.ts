import { setMaxListeners } from "node:events";

/**
 * Does work that Ctrl-C ends: its signal is aborted then. Once only: whoever presses Ctrl-C again wants the process to
 * end at once.
 *
 * @returns undefined when Ctrl-C was pressed and the work has failed because of it
 */
export async function runUntilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const interruption = new AbortController();
  // Every request under way listens, and there may be many at once: more than ten are no leak here.
  setMaxListeners(Infinity, interruption.signal);
  const interrupt = () => {
    interruption.abort();
  };
  process.once("SIGINT", interrupt);
  try {
    return await work(interruption.signal);
  } catch (error) {
    if (interruption.signal.aborted) return undefined;
    throw error;
  } finally {
    process.off("SIGINT", interrupt);
  }
}
