import { toOneLine } from "../../performance/foreign-text";
import { setImmediate as afterInputAndOutput, setTimeout as pause } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { type TargetResponse, type PlatformReport } from "./target";

/**
 * Sends requests at predefined times, whether or not earlier ones were answered, as users do. Each latency counts from
 * the time at which the request was due, so a stalled target cannot hide its effect on the requests of that time (no
 * coordinated omission).
 *
 * We wrote our own because the generators on npm are closed loops: autocannon's `overallRate` limits connections that
 * each wait for their answer, and none of them reports when each request was due.
 */

/** Requests that are due within half a millisecond are sent. */
const EARLY_MILLISECONDS = 0.5;

/** Timers may be this late, so they are set earlier, and the rest of the wait does not use a timer. */
const LATE_TIMER_MILLISECONDS = 1;

/** Lateness that shows an overloaded computer. */
const LATE_MILLISECONDS = 10;

/** If the sender is behind schedule, it reads answers in between. */
const DISPATCH_MILLISECONDS = 5;

/** Maximum number of open requests: more would exhaust the computer instead of the target. */
const MAX_OPEN = 10_000;

/** The result of a request: a status, or no answer. */
export interface Ending {
  /**
   * Measured from the time at which the request was due, or was sent if that was earlier; missing for an unsent one.
   */
  readonly latencyMilliseconds?: number;
  readonly status?: number;
  /** Why there was no answer. */
  readonly failure?: string;
  readonly report?: PlatformReport;
}

/** One request. Times are milliseconds on the run's clock. */
export interface SentRequest {
  /** The index of its phase. */
  readonly phase: number;
  readonly dueAt: number;
  readonly sentAt: number;
  /** Undefined while it is open. */
  ending?: Ending;
}

/** Whether a request was sent so late that the computer is the cause, or not sent at all. */
export function isLate(request: SentRequest): boolean {
  return !isSent(request) || request.sentAt - request.dueAt > LATE_MILLISECONDS;
}

/** Whether a request has left this computer. */
export function isSent({ ending }: SentRequest): boolean {
  return !ending || ending.latencyMilliseconds !== undefined;
}

/** A run's clock and its requests. */
export class OpenLoop {
  readonly requests: SentRequest[] = [];
  private openRequests = 0;
  private origin = performance.now();
  private stoppedAt: number | undefined;
  private onSettled: () => void = () => undefined;

  /** @param signal ends the sending, and rejects pending waits */
  constructor(
    private readonly send: () => Promise<TargetResponse>,
    private readonly signal: AbortSignal,
  ) {}

  /** Milliseconds since the run began, without excluded times. */
  get now(): number {
    return (this.stoppedAt ?? performance.now()) - this.origin;
  }

  /** Whether excluded time is running. */
  get isStopped(): boolean {
    return this.stoppedAt !== undefined;
  }

  /** Requests without an answer so far. */
  get open(): number {
    return this.openRequests;
  }

  /**
   * Sends one request at each of the times, and resolves when the last one has been sent.
   *
   * @param arrivals milliseconds after `startAt`, in their order
   * @param startAt on the run's clock
   */
  async run(arrivals: Iterable<number>, phase: number, startAt: number): Promise<void> {
    let awakeSince = performance.now();
    for (const arrival of arrivals) {
      const dueAt = startAt + arrival;
      let isClose = false;
      for (let wait = dueAt - this.now; wait > EARLY_MILLISECONDS; wait = dueAt - this.now) {
        const milliseconds = Math.floor(wait - EARLY_MILLISECONDS - LATE_TIMER_MILLISECONDS);
        // If requests follow each other within a millisecond, only a timer gives other work a chance.
        if (milliseconds < 1 && isClose) await afterInputAndOutput(undefined, { signal: this.signal });
        else await pause(Math.max(1, milliseconds), undefined, { signal: this.signal });
        isClose = true;
        awakeSince = performance.now();
      }
      if (performance.now() - awakeSince > DISPATCH_MILLISECONDS) {
        await afterInputAndOutput(undefined, { signal: this.signal });
        awakeSince = performance.now();
      }
      this.dispatch(phase, dueAt);
    }
  }

  /** Resolves when every request has been answered or abandoned. */
  async settle(): Promise<void> {
    this.signal.throwIfAborted();
    if (this.openRequests === 0) return;
    await new Promise<void>((resolve, reject) => {
      const abort = () => {
        reject(new Error("aborted"));
      };
      this.signal.addEventListener("abort", abort, { once: true });
      this.onSettled = () => {
        this.signal.removeEventListener("abort", abort);
        resolve();
      };
    });
  }

  /** Waits for something that does not count on the run's clock. */
  async leaveOut(work: () => Promise<void>): Promise<void> {
    const stoppedAt = (this.stoppedAt = performance.now());
    await work();
    this.origin += performance.now() - stoppedAt;
    this.stoppedAt = undefined;
  }

  private dispatch(phase: number, dueAt: number): void {
    const sentAt = this.now;
    const request: SentRequest = { phase, dueAt, sentAt };
    this.requests.push(request);
    if (this.openRequests >= MAX_OPEN) {
      request.ending = { failure: `not sent: ${MAX_OPEN} requests without an answer` };
      return;
    }
    this.openRequests++;
    const latencyMilliseconds = () => this.now - Math.min(dueAt, sentAt);
    this.send().then(
      ({ status, report }) => {
        this.end(request, { latencyMilliseconds: latencyMilliseconds(), status, ...(report && { report }) });
      },
      (error: unknown) => {
        this.end(request, { latencyMilliseconds: latencyMilliseconds(), failure: formatMessage(error) });
      },
    );
  }

  private end(request: SentRequest, ending: Ending): void {
    request.ending = ending;
    if (--this.openRequests === 0) this.onSettled();
  }
}

/** Times of a constant rate, in milliseconds. */
export function* generateConstantRate(perSecond: number, seconds: number): Generator<number> {
  const count = Math.round(perSecond * seconds);
  for (let index = 0; index < count; index++) yield (index * 1000) / perSecond;
}

/** All at one time. */
export function makeBurst(size: number): number[] {
  return Array.from({ length: size }, () => 0);
}

function formatMessage(error: unknown): string {
  return toOneLine(error instanceof Error ? error.message : String(error));
}
