import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Construct } from "constructs";
import { countReceives, type EventSource, listEvents } from "../../environments/events";
import { type FunctionSettings } from "../../environments/schema";
import {
  nameDeadLetterQueue,
  nameEvent,
  nameEventQueue,
  nameFailedEventsQueue,
  needsFailedEventsQueue,
} from "../../model/event-sources";
import { addUndeliveredQueue, KEPT_UNDELIVERED } from "../undelivered";

/** What is made for an event before the function: it is what the function's role may use. */
export interface MadeForEvents {
  /** Queues that are made, by event. */
  readonly queues: ReadonlyMap<string, { readonly queue: SqsQueue; readonly deadLetters: SqsQueue }>;
  /** Topics that are made, by event. */
  readonly topics: ReadonlyMap<string, SnsTopic>;
  /** Where events go that could not be delivered or handled. */
  readonly failedEvents: SqsQueue | undefined;
}

/** Makes the queues and topics of a function's events. */
export function addEventQueues(scope: Construct, functionName: string, settings: FunctionSettings): MadeForEvents {
  const { events, timeoutSeconds } = settings;
  return {
    queues: new Map(
      listEvents(events, "sqs")
        .filter(([, { create }]) => create)
        .map(([name, queue]) => [name, addQueue(findScope(scope, name), functionName, name, queue, timeoutSeconds)]),
    ),
    topics: new Map(
      listEvents(events, "sns")
        .filter(([, { create }]) => create)
        .map(([name]) => [
          name,
          new SnsTopic(findScope(scope, name), "topic", {
            name: nameEvent(functionName, name),
            kmsMasterKeyId: "alias/aws/sns",
          }),
        ]),
    ),
    failedEvents: needsFailedEventsQueue(settings)
      ? addUndeliveredQueue(scope, "failed-events", nameFailedEventsQueue(functionName))
      : undefined,
  };
}

/** The construct of one event, below the function's. */
export function findScope(scope: Construct, event: string): Construct {
  return findOrAdd(findOrAdd(scope, "events"), event);
}

function findOrAdd(scope: Construct, id: string): Construct {
  const known = scope.node.children.find(({ node }) => node.id === id);
  return known instanceof Construct ? known : new Construct(scope, id);
}

function addQueue(
  scope: Construct,
  functionName: string,
  event: string,
  settings: EventSource<"sqs">,
  timeoutSeconds: number,
) {
  const { fifo, batchingWindowSeconds } = settings;
  const order = fifo ? { fifoQueue: true } : {};
  const deadLetters = new SqsQueue(scope, "dead-letters", {
    name: nameDeadLetterQueue(functionName, event, settings),
    ...order,
    ...KEPT_UNDELIVERED,
  });
  const queue = new SqsQueue(scope, "queue", {
    name: nameEventQueue(functionName, event, settings),
    ...order,
    sqsManagedSseEnabled: true,
    contentBasedDeduplication: fifo ? true : undefined,
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-queueconfig
    visibilityTimeoutSeconds: 6 * timeoutSeconds + batchingWindowSeconds,
    redrivePolicy: JSON.stringify({
      deadLetterTargetArn: deadLetters.arn,
      maxReceiveCount: countReceives(settings),
    }),
  });
  return { queue, deadLetters };
}
