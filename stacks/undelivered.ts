import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { type Construct } from "constructs";

/** What could not be delivered or handled is kept encrypted, for the maximum time. */
export const KEPT_UNDELIVERED = { sqsManagedSseEnabled: true, messageRetentionSeconds: 1_209_600 } as const;

/** Makes a queue for what could not be delivered or handled. */
export function addUndeliveredQueue(scope: Construct, id: string, name: string): SqsQueue {
  return new SqsQueue(scope, id, { name, ...KEPT_UNDELIVERED });
}

/** A service that may put messages into a queue, for these sources alone. */
export interface Sender {
  /** As in `events.amazonaws.com`. */
  readonly principal: string;
  readonly sourceArn: string | readonly string[];
}

/** Lets services put messages into a queue. */
export function allowSending(scope: Construct, id: string, queue: SqsQueue, senders: readonly Sender[]): void {
  new SqsQueuePolicy(scope, id, {
    queueUrl: queue.url,
    policy: JSON.stringify({
      Version: "2012-10-17",
      Statement: senders.map(({ principal, sourceArn }) => ({
        Effect: "Allow",
        Principal: { Service: principal },
        Action: "sqs:SendMessage",
        Resource: queue.arn,
        Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
      })),
    }),
  });
}
