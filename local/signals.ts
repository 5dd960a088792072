/** npm forwards the signal that the terminal has already sent: one press of Ctrl-C arrives twice. */
export const SAME_PRESS_MILLISECONDS = 500;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Signals that ask this process to end: Ctrl-C, `kill`, or a closed terminal. */
export class EndSignals {
  private askedAt: number | undefined;
  private onAsked: (() => void) | undefined;

  /** After this call, the first signal ends this process at once, unless there is work to do first. */
  constructor() {
    for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
      process.on(signal, () => {
        this.receive(exitCode);
      });
    }
  }

  /** Resolves at the first signal. The waiting code must end this process; a second signal does so at once. */
  asked(): Promise<void> {
    return new Promise((resolve) => (this.onAsked = resolve));
  }

  private receive(exitCode: number): void {
    const now = Date.now();
    if (this.askedAt === undefined && this.onAsked) {
      this.askedAt = now;
      this.onAsked();
    } else if (this.askedAt === undefined || now - this.askedAt > SAME_PRESS_MILLISECONDS) process.exit(exitCode);
  }
}
