import { type Clock } from "../clock";
import { type InvocationResult } from "../lambda/execution-environment";
import { LambdaServiceError } from "../lambda/service-errors";
import { judgeBatch } from "./batch-response";
import { parseFilters, type MessageFilter } from "./event-filter";
import { type LocalQueue } from "./local-queue";
import { type Message } from "./message-files";
import { buildSqsRecord, type SqsRecord } from "./sqs-event";

/** With how many batches at a time Lambda begins; here, it does not scale up further. */
const USUAL_CONCURRENCY = 5;

/** Of an event's 6 MB: the rest is for what is written around the messages. */
const MOST_BYTES = 5 * 1024 * 1024;

const FIRST_THROTTLE_DELAY_MILLISECONDS = 1000;

/** How Lambda reads a queue: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html */
export interface QueueMapping {
  readonly queueArn: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly batchSize: number;
  readonly windowMilliseconds: number;
  /** Whether the function may answer which messages failed. */
  readonly reportsFailures: boolean;
  /** Patterns, JSON. */
  readonly filters: readonly string[];
  /** Batches at a time. */
  readonly maximumConcurrency?: number;
}

/** What a poller needs. */
export interface PollerHandlers {
  readonly invoke: (event: { readonly Records: readonly SqsRecord[] }) => Promise<InvocationResult>;
  /** Gets the reason why a whole batch returns although the function did not fail. */
  readonly onBatchRefused: (problem: string) => void;
  /** Messages cannot be read or written; nothing is polled anymore. */
  readonly onError: (error: Error) => void;
}

/** Polls a queue, and invokes a function with batches of its messages. */
export class QueuePoller {
  private readonly passes: MessageFilter;
  /** Received, until the window ends or the batch is complete. */
  private collected: Message[] = [];
  private windowEndsAt: number | undefined;
  private running = 0;
  private unwatch: () => void = () => undefined;
  private isStopped = false;
  private isClosed = false;

  /** @throws LocalEnvironmentError for a filter that is not supported here */
  constructor(
    private readonly mapping: QueueMapping,
    private readonly queue: LocalQueue,
    private readonly clock: Clock,
    private readonly handlers: PollerHandlers,
  ) {
    this.passes = parseFilters(mapping.filters);
  }

  /** Begins to poll. */
  start(): void {
    this.unwatch = this.queue.watch(() => {
      this.poll();
    });
  }

  /** Receives nothing anymore; what has been received is still handled. */
  stop(): void {
    this.isStopped = true;
    this.unwatch();
    if (this.collected.length > 0) this.handOver();
  }

  /** Ends at once; messages that are being worked on are visible after a restart. */
  close(): void {
    this.isClosed = true;
  }

  private poll(): void {
    const { maximumConcurrency = USUAL_CONCURRENCY } = this.mapping;
    this.guard(() => {
      while (!this.isStopped && !this.isClosed && this.running < maximumConcurrency && this.collect()) this.handOver();
    });
  }

  /** Receives messages; returns whether there is a batch to hand over. */
  private collect(): boolean {
    const { batchSize, windowMilliseconds, queueArn } = this.mapping;
    for (;;) {
      const received = this.queue.receive(batchSize - this.collected.length, MOST_BYTES - countBytes(this.collected));
      if (received.length === 0) break;
      for (const message of received) {
        // Lambda deletes what does not fit.
        if (this.passes(buildSqsRecord(message, queueArn))) this.collected.push(message);
        else this.queue.remove(message);
      }
    }
    if (this.collected.length === 0) return false;
    const now = this.clock.now();
    if (this.windowEndsAt === undefined && windowMilliseconds > 0) {
      this.windowEndsAt = now + windowMilliseconds;
      this.clock.after(windowMilliseconds, () => {
        this.poll();
      });
    }
    return this.collected.length === batchSize || now >= (this.windowEndsAt ?? now);
  }

  private handOver(): void {
    const batch = this.collected;
    this.collected = [];
    this.windowEndsAt = undefined;
    this.running++;
    this.findFailed(batch)
      .catch(() => new Set(batch))
      .then((failed) => {
        this.running--;
        if (!this.isClosed) this.settle(batch, failed);
      })
      .catch((error: unknown) => {
        this.fail(error);
      });
  }

  private settle(batch: readonly Message[], failed: ReadonlySet<Message>): void {
    this.guard(() => {
      for (const message of batch) {
        if (failed.has(message)) this.queue.release(message);
        else this.queue.remove(message);
      }
    });
    this.poll();
  }

  private async findFailed(batch: readonly Message[]): Promise<ReadonlySet<Message>> {
    const { queueArn, reportsFailures } = this.mapping;
    const event = { Records: batch.map((message) => buildSqsRecord(message, queueArn)) };
    const { functionError, payload } = await this.invokeUntilVisible(event);
    if (functionError !== undefined) return new Set(batch);
    if (!reportsFailures) return new Set();
    const ids = batch.map(({ messageId }) => messageId);
    const { failedIds, problem } = judgeBatch(payload, ids);
    if (problem !== undefined) this.handlers.onBatchRefused(problem);
    return new Set(batch.filter(({ messageId }) => failedIds.includes(messageId)));
  }

  /** While the function is throttled, Lambda tries again until the messages would be visible. */
  private async invokeUntilVisible(event: { readonly Records: readonly SqsRecord[] }): Promise<InvocationResult> {
    const end = this.clock.now() + this.queue.settings.visibilityMilliseconds;
    for (let delay = FIRST_THROTTLE_DELAY_MILLISECONDS; ; delay *= 2) {
      try {
        return await this.handlers.invoke(event);
      } catch (error) {
        const isThrottled = error instanceof LambdaServiceError && error.status === 429;
        if (!isThrottled || this.isClosed || this.clock.now() + delay >= end) throw error;
        await new Promise<void>((resolve) => this.clock.after(delay, resolve));
      }
    }
  }

  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.handlers.onError(error as Error);
  }
}

function countBytes(messages: readonly Message[]): number {
  return messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
}
