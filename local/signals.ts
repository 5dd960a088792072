/** npm hands on the signal that the terminal has already sent: one press of Ctrl-C arrives twice. */
const SAME_PRESS_MILLISECONDS = 500;

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** How this process is asked to end: by Ctrl-C, by `kill`, or by the terminal's end. */
export class EndSignals {
  private askedAt: number | undefined;
  private onAsked: (() => void) | undefined;

  /** From now on, the first signal ends this process at once, unless something is to be done before. */
  constructor() {
    for (const [signal, exitCode] of Object.entries(EXIT_CODES)) {
      process.on(signal, () => {
        this.receive(exitCode);
      });
    }
  }

  /** Resolves at the first signal. Whoever waits is to end this process; a second signal does so at once. */
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
