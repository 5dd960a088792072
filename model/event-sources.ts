import { type EventSettings, type EventSource, hasAsynchronousEvents, listEvents } from "../environments/events";
import { allow, type RoleStatement } from "./permissions";

/** The functions' events as AWS has them: names, and what they need. */

/** The name of what is made for one event of a function: its queue, topic, rule or schedule. */
export function nameEvent(functionName: string, event: string): string {
  return `${functionName}-${event}`;
}

/** The name of the queue that is made for an event. */
export function nameEventQueue(
  functionName: string,
  event: string,
  { fifo }: Pick<EventSource<"sqs">, "fifo">,
): string {
  return `${nameEvent(functionName, event)}${fifo ? ".fifo" : ""}`;
}

/** The name of the queue for messages that were tried too often. */
export function nameDeadLetterQueue(
  functionName: string,
  event: string,
  { fifo }: Pick<EventSource<"sqs">, "fifo">,
): string {
  return `${nameEvent(functionName, event)}-dead-letters${fifo ? ".fifo" : ""}`;
}

/** The name of the queue for events that could not be delivered to a function, or that it could not handle. */
export function nameFailedEventsQueue(functionName: string): string {
  return `${functionName}-failed-events`;
}

/** Whether Lambda or another service needs somewhere to put events that fail. */
export function needsFailedEventsQueue({ events, eventInvokeConfig }: EventSettings): boolean {
  const handsOver = (["kinesis", "dynamodb_stream", "schedule", "event_pattern", "sns"] as const).some(
    (kind) => listEvents(events, kind).length > 0,
  );
  return handsOver || (configuresInvocations({ events, eventInvokeConfig }) && !eventInvokeConfig?.onFailureArn);
}

/** Whether it is set what Lambda does with events that it has accepted. */
export function configuresInvocations({ events, eventInvokeConfig }: EventSettings): boolean {
  return hasAsynchronousEvents(events) || eventInvokeConfig !== undefined;
}

/** ARNs of what is made for a function's events. */
export interface EventArns {
  readonly findQueue: (event: string) => string;
  readonly findFailedEventsQueue: () => string;
}

/**
 * What a function's role needs for its events: Lambda reads queues and streams as the function, and writes failed
 * events as it, too.
 */
export function listEventStatements(settings: EventSettings, arns: EventArns): RoleStatement[] {
  const { events, eventInvokeConfig } = settings;
  const destinations = [
    ...(needsFailedEventsQueue(settings) ? [arns.findFailedEventsQueue()] : []),
    ...[eventInvokeConfig?.onFailureArn, eventInvokeConfig?.onSuccessArn].flatMap((arn) => arn ?? []),
  ];
  return [
    ...listEvents(events, "sqs").map(([name, { queueArn }]) =>
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      allow(["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], queueArn ?? arns.findQueue(name)),
    ),
    ...listEvents(events, "kinesis").flatMap(([, { streamArn }]) => allowStream(streamArn)),
    ...listEvents(events, "dynamodb_stream").flatMap(([, { streamArn }]) => [
      // https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
      allow(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], streamArn),
      allow(["dynamodb:ListStreams"], streamArn.replace(/\/stream\/.*/, "/stream/*")),
    ]),
    ...[...new Set(destinations)].map((arn) => allow([findSendAction(arn)], arn)),
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html */
function allowStream(arn: string): RoleStatement[] {
  const [stream = arn] = arn.split("/consumer/");
  return [
    allow(
      [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
      ],
      stream,
    ),
    ...(stream === arn ? [] : [allow(["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"], arn)]),
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function findSendAction(arn: string): string {
  const [, , service] = arn.split(":");
  switch (service) {
    case "sns":
      return "sns:Publish";
    case "events":
      return "events:PutEvents";
    case "lambda":
      return "lambda:InvokeFunction";
    default:
      return "sqs:SendMessage";
  }
}

/** A rule of EventBridge. */
export interface EventRule {
  readonly name: string;
  /** Undefined for the default bus. */
  readonly bus: string | undefined;
}

/** What belongs to a function's events and has metrics, by its name in AWS. */
export interface EventSources {
  /** Queues that the function works on. */
  readonly queues: readonly string[];
  /** Queues of messages and events that failed for good. */
  readonly deadLetters: readonly string[];
  readonly rules: readonly EventRule[];
  /** Undefined without schedules. */
  readonly scheduleGroup: string | undefined;
  /** Whether the function reads a stream. */
  readonly readsStream: boolean;
}

/** Of a function without events. */
export const NO_EVENT_SOURCES: EventSources = {
  queues: [],
  deadLetters: [],
  rules: [],
  scheduleGroup: undefined,
  readsStream: false,
};

/** Lists what belongs to a function's events. */
export function listEventSources(functionName: string, settings: EventSettings): EventSources {
  const { events } = settings;
  const queues = listEvents(events, "sqs");
  return {
    queues: queues.map(
      ([name, queue]) => queue.queueArn?.split(":").at(-1) ?? nameEventQueue(functionName, name, queue),
    ),
    deadLetters: [
      ...queues.flatMap(([name, queue]) => (queue.create ? [nameDeadLetterQueue(functionName, name, queue)] : [])),
      ...(needsFailedEventsQueue(settings) ? [nameFailedEventsQueue(functionName)] : []),
    ],
    rules: listEvents(events, "event_pattern").map(([name, { bus }]) => ({
      name: nameEvent(functionName, name),
      bus: bus === "default" ? undefined : bus,
    })),
    scheduleGroup: listEvents(events, "schedule").length > 0 ? functionName : undefined,
    readsStream: listEvents(events, "kinesis").length + listEvents(events, "dynamodb_stream").length > 0,
  };
}
