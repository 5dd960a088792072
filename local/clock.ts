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

  /** This clock's time at a real time; both in milliseconds since 1970. */
  fromRealTime(at: number): number {
    return this.begunAt + (at - this.begunAt) * this.speed;
  }

  /** The real time at this clock's time. */
  toRealTime(at: number): number {
    return this.begunAt + (at - this.begunAt) / this.speed;
  }

  /**
   * Runs work at every time that `next` returns, until there is no next one. If several times pass while the computer
   * is busy, only the first counts.
   *
   * @param next returns the first time after the given one
   * @param since the time after which the first one is; now by default
   * @returns cancels it
   */
  repeat(next: (after: number) => number | undefined, action: (due: number) => void, since = this.now()): () => void {
    let cancel: (() => void) | undefined;
    let isCanceled = false;
    const schedule = (due: number | undefined) => {
      if (due === undefined || isCanceled) return;
      cancel = this.wait(due, () => {
        action(due);
        schedule(next(Math.max(due, this.now())));
      });
    };
    schedule(next(since));
    return () => {
      isCanceled = true;
      cancel?.();
    };
  }

  /**
   * Runs work once.
   *
   * @param milliseconds until then, on this clock
   * @returns cancels it
   */
  after(milliseconds: number, action: () => void): () => void {
    return this.wait(this.now() + milliseconds, action);
  }

  /** Cancels everything. */
  close(): void {
    this.isClosed = true;
    this.timers.forEach(clearTimeout);
    this.timers.clear();
  }

  private wait(due: number, action: () => void): () => void {
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      clearTimeout(timer);
      if (timer) this.timers.delete(timer);
    };
    const start = () => {
      if (this.isClosed) return;
      const milliseconds = Math.max(0, Math.ceil((due - this.now()) / this.speed));
      timer = setTimeout(
        () => {
          cancel();
          if (this.now() >= due) action();
          else start();
        },
        Math.min(milliseconds, LONGEST_TIMER_MILLISECONDS),
      );
      this.timers.add(timer);
    };
    start();
    return cancel;
  }
}
