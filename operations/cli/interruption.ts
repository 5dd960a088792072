import { setMaxListeners } from "node:events";

/** Ctrl-C as a signal, for as long as a command runs. */
export class Interruption {
  private readonly controller = new AbortController();
  private isListening = false;
  private readonly abort = () => {
    this.controller.abort();
  };

  /** Aborted by Ctrl-C. Before somebody asks for it, Ctrl-C ends the process; once it is aborted, the next one does. */
  get signal(): AbortSignal {
    const { signal } = this.controller;
    if (!this.isListening) {
      this.isListening = true;
      // Every request under way listens, and there may be many at once: more than ten are no leak here.
      setMaxListeners(Infinity, signal);
      process.once("SIGINT", this.abort);
    }
    return signal;
  }

  /** Whether Ctrl-C was pressed. */
  get hasHappened(): boolean {
    return this.controller.signal.aborted;
  }

  /** Leaves Ctrl-C to others again. */
  stop(): void {
    process.off("SIGINT", this.abort);
  }
}
