import { expect, test } from "@jest/globals";
import { buildSqsRecord } from "../../../local/queue/sqs-event";
import { arnOf, START } from "./support";

const MESSAGE = { messageId: "id", body: "Test message.", sentAt: START, sequence: 7, receiveCount: 2 };

test("a message of a standard queue has the fields that Lambda documents", () => {
  const record = buildSqsRecord({ ...MESSAGE, firstReceivedAt: START + 1 }, arnOf("orders"));

  expect(record).toEqual({
    messageId: "id",
    receiptHandle: expect.stringMatching(/^[\w+/=]{100,}$/),
    body: "Test message.",
    attributes: {
      ApproximateReceiveCount: "2",
      SentTimestamp: String(START),
      SenderId: expect.stringMatching(/^\w{21}$/),
      ApproximateFirstReceiveTimestamp: String(START + 1),
    },
    messageAttributes: {},
    md5OfBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-west-1:000000000000:orders",
    awsRegion: "eu-west-1",
  });
});

test("a message of a FIFO queue has its group and its number, too", () => {
  const message = { ...MESSAGE, groupId: "g", deduplicationId: "d", deadLetterSourceArn: arnOf("orders.fifo") };

  expect(buildSqsRecord(message, arnOf("dead.fifo")).attributes).toMatchObject({
    MessageGroupId: "g",
    MessageDeduplicationId: "d",
    SequenceNumber: "00000000000000000007",
    DeadLetterQueueSourceArn: "arn:aws:sqs:eu-west-1:000000000000:orders.fifo",
  });
});
