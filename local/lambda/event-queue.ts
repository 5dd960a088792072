import { type Clock } from "../clock";
import {
  type AcceptedEvent,
  buildDestinationRecord,
  type DestinationRecord,
  type EndCondition,
} from "./destination-record";
import { type InvocationResult } from "./execution-environment";
import { LambdaServiceError } from "./service-errors";

/** Asynchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */

/** How long Lambda waits after the first and the second failure of a function. */
const FAILURE_DELAYS_MILLISECONDS = [60_000, 120_000];

const FIRST_THROTTLE_DELAY_MILLISECONDS = 1000;
const LONGEST_THROTTLE_DELAY_MILLISECONDS = 300_000;

/** What Lambda does with a function's asynchronous events. */
export interface EventInvokeConfig {
  /** After failures of the function, 0 to 2. */
  readonly maximumRetries: number;
  readonly maximumAgeMilliseconds: number;
  /** ARNs; without one, Lambda drops the event. */
  readonly onFailure?: string;
  readonly onSuccess?: string;
}

/** What Lambda does unless it is told otherwise. */
export const DEFAULT_EVENT_INVOKE_CONFIG: EventInvokeConfig = {
  maximumRetries: 2,
  maximumAgeMilliseconds: 6 * 3_600_000,
};

/** An event whose caller does not wait. */
export interface AsynchronousEvent extends AcceptedEvent {
  readonly functionName: string;
  readonly config: EventInvokeConfig;
  readonly invoke: () => Promise<InvocationResult>;
}

/** What became of an event. */
export interface EventEnd {
  readonly functionName: string;
  readonly condition: EndCondition;
  /** How often the function ran. */
  readonly attempts: number;
  /** The ARN of where the record goes. */
  readonly destination: string | undefined;
  readonly record: DestinationRecord;
}

/** Events whose callers do not wait, until they are handled or given up. */
export class EventQueue {
  private readonly cancels = new Set<() => void>();
  private isClosed = false;

  /** @param onLost gets the reason why an event that was accepted has no end */
  constructor(
    private readonly clock: Clock,
    private readonly onEnd: (end: EventEnd) => void,
    private readonly onLost: (functionName: string, error: Error) => void,
  ) {}

  /** Accepts an event. It is retried after failures, and while the function is throttled. */
  add(event: AsynchronousEvent): void {
    this.handle(event).catch((error: unknown) => {
      if (!this.isClosed) this.onLost(event.functionName, error as Error);
    });
  }

  /** Drops events that have not been handled. */
  close(): void {
    this.isClosed = true;
    this.cancels.forEach((cancel) => {
      cancel();
    });
  }

  private async handle(event: AsynchronousEvent): Promise<void> {
    const { maximumRetries, maximumAgeMilliseconds } = event.config;
    const end = this.clock.now() + maximumAgeMilliseconds;
    let attempts = 0;
    let throttleDelay = FIRST_THROTTLE_DELAY_MILLISECONDS;
    let last: InvocationResult | undefined;
    while (this.clock.now() < end) {
      let delay = throttleDelay;
      try {
        last = await event.invoke();
        const failureDelay = FAILURE_DELAYS_MILLISECONDS[attempts++];
        if (last.functionError === undefined) {
          this.finish(event, "Success", attempts, last);
          return;
        }
        if (attempts > maximumRetries || failureDelay === undefined) {
          this.finish(event, "RetriesExhausted", attempts, last);
          return;
        }
        delay = failureDelay;
      } catch (error) {
        if (!(error instanceof LambdaServiceError) || error.status !== 429) throw error;
        throttleDelay = Math.min(throttleDelay * 2, LONGEST_THROTTLE_DELAY_MILLISECONDS);
      }
      await this.wait(Math.min(delay, end - this.clock.now()));
    }
    this.finish(event, "EventAgeExceeded", attempts, last);
  }

  private finish(event: AsynchronousEvent, condition: EndCondition, attempts: number, last?: InvocationResult): void {
    if (this.isClosed) return;
    const { functionName, config } = event;
    const destination = condition === "Success" ? config.onSuccess : config.onFailure;
    const record = buildDestinationRecord(event, { condition, attempts, last, at: this.clock.now() });
    this.onEnd({ functionName, condition, attempts, destination, record });
  }

  /** Never ends after the queue was closed. */
  private wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isClosed) return;
      const cancel = this.clock.after(milliseconds, () => {
        this.cancels.delete(cancel);
        resolve();
      });
      this.cancels.add(cancel);
    });
  }
}
