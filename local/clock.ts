/** The longest that a timer of Node.js waits; with more, it does not wait at all. */
const LONGEST_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Begins at the time it is, and goes a number of times faster. */
export class Clock {
  private readonly begunAt = Date.now();
  // Unlike the clock on the wall, this one is not set while we run.
  private readonly begunMonotonic = performance.now();
  private readonly timers = new Set<NodeJS.Timeout>();
  private isClosed = false;

  constructor(readonly speed: number) {}

  /** Milliseconds since 1970. */
  now(): number {
    return this.begunAt + (performance.now() - this.begunMonotonic) * this.speed;
  }

  /**
   * Does something at every time that `next` tells, until there is no next one. Of times that pass while the computer
   * is busy, only the first is kept.
   *
   * @param next the first time after the one given
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

  /** Nothing is due any more. */
  close(): void {
    this.isClosed = true;
    this.timers.forEach(clearTimeout);
    this.timers.clear();
  }
}
