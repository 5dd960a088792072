import { toOneLine } from "../one-line";
import { setImmediate as afterInputAndOutput, setTimeout as pause } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { type TargetResponse, type PlatformReport } from "./target";

/**
 * Sends requests at times that are set beforehand, whether or not earlier ones were answered, as users do. Each latency
 * counts from the time at which the request was due, so a target that stalls cannot hide what it did to those who came
 * meanwhile (no coordinated omission).
 *
 * Our own because the generators on npm are closed loops: autocannon's `overallRate` is a limit on connections that
 * each wait for their answer, and none of them tells when each request was due.
 */

/** What is due within half a millisecond is sent. */
const EARLY_MILLISECONDS = 0.5;

/** Timers may be so late, so they are set for before that, and the rest is waited for without. */
const LATE_TIMER_MILLISECONDS = 1;

/** Lateness that users would not cause, but a computer that has too much to do. */
const LATE_MILLISECONDS = 10;

/** Behind the schedule, answers are taken in between. */
const DISPATCH_MILLISECONDS = 5;

/** More open requests than this would exhaust the computer instead of the target. */
const MAX_OPEN = 10_000;

/** How a request ended: with a status, or without any answer. */
export interface Ending {
  /** From the time at which the request was due, or was sent if that was earlier; missing for one that was not sent. */
  readonly latencyMilliseconds?: number;
  readonly status?: number;
  /** Why there was no answer. */
  readonly failure?: string;
  readonly report?: PlatformReport;
}

/** One request. Times are milliseconds on the run's clock. */
export interface SentRequest {
  /** The phase it belongs to, by its place in their order. */
  readonly phase: number;
  readonly dueAt: number;
  readonly sentAt: number;
  /** Undefined while it is open. */
  ending?: Ending;
}

/** Whether a request was sent so much after it was due that the computer is to blame, or not at all. */
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

  /** @param signal ends the sending, and rejects what waits for it */
  constructor(
    private readonly send: () => Promise<TargetResponse>,
    private readonly signal: AbortSignal,
  ) {}

  /** Milliseconds since the run began, without what was left out. */
  get now(): number {
    return (this.stoppedAt ?? performance.now()) - this.origin;
  }

  /** Whether something is going on that has no place on the clock. */
  get isStopped(): boolean {
    return this.stoppedAt !== undefined;
  }

  /** Requests without an answer so far. */
  get open(): number {
    return this.openRequests;
  }

  /**
   * Sends one request at each of the times, and resolves when the last one was sent.
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
        // Where one request follows another within a millisecond, only a timer leaves the processor to others.
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

  /** Resolves when every request was answered, or was given up. */
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

  /** Waits for something that is to have no place on the run's clock. */
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
