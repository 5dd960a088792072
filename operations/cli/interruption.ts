import { setMaxListeners } from "node:events";
import { SAME_PRESS_MILLISECONDS } from "../../local/signals";
import { EXIT } from "./exit-codes";

/** Ctrl-C, and `kill` without a number. */
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Ctrl-C as a signal, for as long as a command runs. */
export class Interruption {
  private readonly controller = new AbortController();
  private isListening = false;
  private abortedAt: number | undefined;
  private readonly receive = () => {
    const now = Date.now();
    if (this.abortedAt === undefined) {
      this.abortedAt = now;
      this.controller.abort();
    } else if (now - this.abortedAt > SAME_PRESS_MILLISECONDS) process.exit(EXIT.interrupted);
  };

  /** Aborted by Ctrl-C. Until it is read, Ctrl-C ends the process; once it is aborted, the next Ctrl-C does. */
  get signal(): AbortSignal {
    const { signal } = this.controller;
    if (!this.isListening) {
      this.isListening = true;
      // Every open request listens, and there may be many: more than ten listeners are not a leak here.
      setMaxListeners(Infinity, signal);
      for (const name of SIGNALS) process.on(name, this.receive);
    }
    return signal;
  }

  /** Whether Ctrl-C was pressed. */
  get hasHappened(): boolean {
    return this.controller.signal.aborted;
  }

  /** Stops handling Ctrl-C. */
  stop(): void {
    for (const name of SIGNALS) process.off(name, this.receive);
  }
}
