import { type InvocationResult } from "./execution-environment";
import { LambdaServiceError } from "./service-errors";

/** Asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */

/** How long Lambda waits after the first and the second failure of a function; after the third, it drops the event. */
const FAILURE_DELAYS_MILLISECONDS = [60_000, 120_000];

const FIRST_THROTTLE_DELAY_MILLISECONDS = 1000;
const LONGEST_THROTTLE_DELAY_MILLISECONDS = 300_000;
const LONGEST_AGE_MILLISECONDS = 6 * 3_600_000;

/** Events whose callers do not wait, until they are handled or dropped. */
export class EventQueue {
  private readonly timers = new Set<NodeJS.Timeout>();
  private isClosed = false;

  /** Accepts an event. `invoke` is retried after failures, and for six hours while the function is throttled. */
  add(invoke: () => Promise<InvocationResult>): void {
    const since = Date.now();
    let failures = 0;
    let throttleDelay = FIRST_THROTTLE_DELAY_MILLISECONDS;
    const attempt = async () => {
      try {
        const { functionError } = await invoke();
        const delay = FAILURE_DELAYS_MILLISECONDS[failures++];
        if (functionError && delay !== undefined) this.later(delay, attempt);
      } catch (error) {
        if (!(error instanceof LambdaServiceError) || error.status !== 429) throw error;
        if (Date.now() - since > LONGEST_AGE_MILLISECONDS) return;
        this.later(throttleDelay, attempt);
        throttleDelay = Math.min(throttleDelay * 2, LONGEST_THROTTLE_DELAY_MILLISECONDS);
      }
    };
    this.run(attempt);
  }

  /** Drops events that have not been handled. */
  close(): void {
    this.isClosed = true;
    this.timers.forEach(clearTimeout);
  }

  private later(milliseconds: number, attempt: () => Promise<void>): void {
    if (this.isClosed) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      this.run(attempt);
    }, milliseconds);
    this.timers.add(timer);
  }

  private run(attempt: () => Promise<void>): void {
    // The event was accepted: the function's log shows later failures, if the function was reached.
    attempt().catch(() => undefined);
  }
}
