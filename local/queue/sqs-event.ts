import { randomBytes } from "node:crypto";
import { hash } from "../hash";
import { type Message } from "./message-files";

/** SQS numbers the messages of FIFO queues with 20 digits. */
const SEQUENCE_DIGITS = 20;

/**
 * A message as a function gets it:
 * https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event
 */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, never>>;
  readonly md5OfBody: string;
  readonly eventSource: "aws:sqs";
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

/** The record of a message that was received. */
export function buildSqsRecord(message: Message, queueArn: string): SqsRecord {
  const { messageId, body, sentAt, receiveCount, firstReceivedAt = sentAt } = message;
  const { groupId, deduplicationId, deadLetterSourceArn } = message;
  const [, , , awsRegion = ""] = queueArn.split(":");
  return {
    messageId,
    receiptHandle: randomBytes(96).toString("base64"),
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: String(sentAt),
      ...(groupId !== undefined && { SequenceNumber: formatSequence(message), MessageGroupId: groupId }),
      SenderId: "AIDALOCALLOCALLOCAL00",
      ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
      ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
      ...(deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: deadLetterSourceArn }),
    },
    messageAttributes: {},
    md5OfBody: hash("md5", body),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion,
  };
}

/** The number of a message of a FIFO queue. */
export function formatSequence({ sequence }: Message): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, "0");
}
