import { randomUUID } from "node:crypto";
import { type IncomingMessage } from "node:http";
import { type Clock } from "./clock";
import { type Sample } from "./cloudwatch/metric-data";
import { buildQueueMetrics } from "./cloudwatch/queue-metrics";
import { type LocalEvent } from "./events";
import { type EventEnd, type EventInvokeConfig } from "./lambda/event-queue";
import { type InvocationResult } from "./lambda/execution-environment";
import { type JsonAnswer } from "./lambda/invoke-endpoint";
import { type Offer } from "./offers";
import { LocalEnvironmentError } from "./problem";
import { MAX_MESSAGE_BYTES } from "./queue/local-queue";
import { parseQueueName } from "./queue/queue-arn";
import { answerQueueRequest } from "./queue/queue-endpoint";
import { type QueueMapping, QueuePoller } from "./queue/queue-poller";
import { Queues } from "./queue/queues";
import { type Running, RunningItems } from "./running-items";
import { parseSchedule } from "./schedule/schedule-expression";
import { buildSchedulerEvent } from "./schedule/scheduler-event";
import { type StackEvents, type StackSchedule } from "./stack/stack-events";

const MESSAGE = '{"hello":"world"}';

/** What event sources need from their environment. */
export interface EventSourceHandlers {
  readonly invoke: (functionName: string, qualifier: string | undefined, event: unknown) => Promise<InvocationResult>;
  /** Hands an event over, JSON. */
  readonly invokeAsynchronously: (functionName: string, qualifier: string | undefined, payload: string) => void;
  /** A function's name in the environment's file, by its name in AWS. */
  readonly findId: (functionName: string) => string;
  readonly tell: (event: LocalEvent) => void;
}

/** What invokes functions besides requests: queues and schedules. */
export class LocalEventSources {
  private readonly queues: Queues;
  private readonly pollers = new RunningItems((mapping: QueueMapping) => this.preparePoller(mapping));
  private readonly schedules = new RunningItems((schedule: StackSchedule) => this.prepareSchedule(schedule));
  private stack: StackEvents = { queues: [], mappings: [], schedules: [], invokeConfigs: [] };

  /** @param queueFolder of the queues' messages */
  constructor(
    queueFolder: string,
    private readonly clock: Clock,
    private readonly handlers: EventSourceHandlers,
  ) {
    this.queues = new Queues(queueFolder, clock, (letter) => {
      handlers.tell({ kind: "dead-letter", at: clock.now(), ...letter });
    });
  }

  /** The names of queues that invoke a function. */
  get polledQueues(): readonly string[] {
    return [...new Set(this.stack.mappings.map(({ queueArn }) => parseQueueName(queueArn)))];
  }

  /**
   * Prepares what another stack has. What is the same there goes on.
   *
   * @param functionNames the functions that run here
   * @returns what lets it take over
   * @throws LocalEnvironmentError for a filter or a schedule that is not supported here, and for a file in the queues'
   *   folder that is not a message; then, nothing has changed
   */
  prepare(stack: StackEvents, functionNames: ReadonlySet<string>): () => void {
    const isHere = ({ functionName }: { readonly functionName: string }) => functionNames.has(functionName);
    const steps = [
      this.queues.add(stack.queues),
      this.pollers.prepareAll(stack.mappings.filter(isHere)),
      this.schedules.prepareAll(stack.schedules.filter(isHere)),
    ];
    return () => {
      this.stack = stack;
      for (const takeOver of steps) takeOver();
    };
  }

  /** What can be sent to functions: messages of their queues, and events of their schedules. */
  listOffers(): Offer[] {
    const { findId } = this.handlers;
    return [
      ...this.stack.mappings.map(({ queueArn, functionName }) => {
        const name = parseQueueName(queueArn);
        return { id: `sqs ${name}`, functionId: findId(functionName), kind: "sqs" as const, name, sample: MESSAGE };
      }),
      ...this.stack.schedules.map((schedule) => ({
        id: `schedule ${schedule.name}`,
        functionId: findId(schedule.functionName),
        kind: "schedule" as const,
        name: schedule.name,
        sample: buildSchedulerEvent(schedule, this.clock.now()),
      })),
    ];
  }

  /**
   * Puts a message into a queue.
   *
   * @throws MessageError if SQS would refuse it
   */
  sendMessage(queueName: string, body: string): void {
    const queue = this.queues.findByName(queueName);
    queue?.send(body, queue.isFifo ? { groupId: "local", deduplicationId: randomUUID() } : {});
  }

  /** The queues' metrics. */
  measureQueues(at: number): Sample[] {
    return this.queues.all.flatMap((queue) => buildQueueMetrics(queue, at));
  }

  /** What happens to asynchronous events of a function's alias or version; undefined if nothing is configured. */
  findEventInvokeConfig(functionName: string, qualifier: string | undefined): EventInvokeConfig | undefined {
    return this.stack.invokeConfigs.find((each) => each.functionName === functionName && each.qualifier === qualifier);
  }

  /** Puts the record of an asynchronous event's end into the queue that it is for, if there is one. */
  deliver({ functionName, condition, attempts, destination, record }: EventEnd): void {
    const queue = this.queues.find(destination);
    const text = JSON.stringify(record);
    const isTooLong = Buffer.byteLength(text) > MAX_MESSAGE_BYTES;
    queue?.send(
      isTooLong ? JSON.stringify({ ...record, requestPayload: undefined, responsePayload: undefined }) : text,
    );
    if (condition === "Success") return;
    const id = this.handlers.findId(functionName);
    const queueName = queue?.settings.name;
    this.handlers.tell({ kind: "event-failed", at: this.clock.now(), id, condition, attempts, queueName });
  }

  /** Answers requests about queues; undefined for other addresses. */
  answer(request: IncomingMessage, address: URL): Promise<JsonAnswer | undefined> {
    return answerQueueRequest(this.queues, request, address);
  }

  /** Invokes nothing anymore. */
  close(): void {
    for (const poller of this.pollers.all) poller.close();
  }

  private preparePoller(mapping: QueueMapping): () => QueuePoller {
    const { queueArn, functionName, qualifier } = mapping;
    const { tell, invoke, findId } = this.handlers;
    const queueName = parseQueueName(queueArn);
    const queue = this.queues.find(queueArn);
    if (!queue) throw new LocalEnvironmentError(`there is no queue ${queueArn} for ${functionName}`);
    const poller = new QueuePoller(mapping, queue, this.clock, {
      invoke: (event) => invoke(functionName, qualifier, event),
      onBatchRefused: (problem) => {
        tell({ kind: "batch-refused", at: this.clock.now(), id: findId(functionName), queueName, problem });
      },
      onError: ({ message }) => {
        tell({ kind: "queue-lost", at: this.clock.now(), queueName, message });
      },
    });
    return () => {
      poller.start();
      return poller;
    };
  }

  private prepareSchedule(schedule: StackSchedule): () => Running {
    const { functionName, qualifier, expression, timezone } = schedule;
    const start = this.clock.now();
    const next = parseSchedule(expression, timezone, start);
    const invoke = (due: number) => {
      this.handlers.invokeAsynchronously(functionName, qualifier, buildSchedulerEvent(schedule, due));
    };
    // A rate is due at once.
    return () => ({ stop: this.clock.repeat(next, invoke, start - 1) });
  }
}
