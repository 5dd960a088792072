import { setMaxListeners } from "node:events";

/** Ctrl-C as a signal, for as long as a command runs. */
export class Interruption {
  private readonly controller = new AbortController();
  private isListening = false;
  private readonly abort = () => {
    this.controller.abort();
  };

  /** Aborted by Ctrl-C. Until it is read, Ctrl-C ends the process; once it is aborted, the next Ctrl-C does. */
  get signal(): AbortSignal {
    const { signal } = this.controller;
    if (!this.isListening) {
      this.isListening = true;
      // Every open request listens, and there may be many: more than ten listeners are not a leak here.
      setMaxListeners(Infinity, signal);
      process.once("SIGINT", this.abort);
    }
    return signal;
  }

  /** Whether Ctrl-C was pressed. */
  get hasHappened(): boolean {
    return this.controller.signal.aborted;
  }

  /** Stops handling Ctrl-C. */
  stop(): void {
    process.off("SIGINT", this.abort);
  }
}
