/** Maximum delay of a Node.js timer; with a longer one, it does not wait at all. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Starts at the current time, and runs a number of times faster. */
export class Clock {
  private readonly begunAt = Date.now();
  // Unlike the system clock, this one is not adjusted while we run.
  private readonly begunMonotonic = performance.now();
  private readonly timers = new Set<NodeJS.Timeout>();
  private isClosed = false;

  constructor(readonly speed: number) {}

  /** Milliseconds since 1970. */
  now(): number {
    return this.begunAt + (performance.now() - this.begunMonotonic) * this.speed;
  }

  /**
   * Runs work at every time that `next` returns, until there is no next one. If several times pass while the computer
   * is busy, only the first counts.
   *
   * @param next returns the first time after the given one
   */
  repeat(next: (after: number) => number | undefined, action: (due: number) => void): void {
    let due = next(this.now());
    const wait = () => {
      if (due === undefined || this.isClosed) return;
      const milliseconds = Math.max(0, Math.ceil((due - this.now()) / this.speed));
      const timer = setTimeout(
        () => {
          this.timers.delete(timer);
          if (due !== undefined && this.now() >= due) {
            action(due);
            due = next(Math.max(due, this.now()));
          }
          wait();
        },
        Math.min(milliseconds, LONGEST_TIMER_MILLISECONDS),
      );
      this.timers.add(timer);
    };
    wait();
  }

  /** Cancels everything. */
  close(): void {
    this.isClosed = true;
    this.timers.forEach(clearTimeout);
    this.timers.clear();
  }
}
