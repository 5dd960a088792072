import { afterEach, describe, expect, test } from "@jest/globals";
import { type LocalLambda, startLambda } from "../../../local/lambda/start-lambda";
import { Clock } from "../../../local/clock";
import { answerQueueRequest } from "../../../local/queue/queue-endpoint";
import { Queues } from "../../../local/queue/queues";
import { makeTemporaryFolder } from "../../support/project";
import { arnOf } from "./support";

const started: LocalLambda[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((lambda) => lambda.close()));
});

async function request(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL(path, await listen()), init);
  return { status: response.status, body: await response.json() };
}

/** Serves a standard queue and a FIFO queue at Lambda's address, which is returned. */
async function listen(): Promise<string> {
  const common = { visibilityMilliseconds: 30_000, retentionMilliseconds: 60_000, deduplicatesByContent: true };
  const queues = new Queues(makeTemporaryFolder(), new Clock(1), () => undefined);
  queues.add(["orders", "orders.fifo"].map((name) => ({ name, arn: arnOf(name), ...common })))();
  const lambda = await startLambda({
    functions: [],
    answerOther: (...asked) => answerQueueRequest(queues, ...asked),
  });
  started.push(lambda);
  return lambda.url;
}

describe("a queue's address", () => {
  test("takes messages, and answers as SQS does", async () => {
    const url = new URL("/_queues/orders", await listen());

    const sent = await fetch(url, { method: "POST", body: "Test message." });
    const counted = await fetch(url);

    expect([sent.status, await sent.json()]).toEqual([
      200,
      {
        MessageId: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        MD5OfMessageBody: "e4e68fb7bd0e697a0ae8f1bb342846b3",
      },
    ]);
    expect(await counted.json()).toEqual({
      ApproximateNumberOfMessages: 1,
      ApproximateNumberOfMessagesNotVisible: 0,
    });
  });

  test("takes the group of a message for a FIFO queue", async () => {
    const answer = await request("/_queues/orders.fifo?MessageGroupId=a", { method: "POST", body: "hi" });

    expect(answer).toMatchObject({ status: 200, body: { SequenceNumber: "00000000000000000001" } });
  });

  test.each([
    ["/_queues/other", "hi", 404, "there is no queue other here; known: orders, orders.fifo"],
    ["/_queues/orders", "", 400, "a message needs a body"],
    ["/_queues/orders", "x".repeat(1024 * 1024 + 1), 400, "a message has at most 1048576 bytes"],
    ["/_queues/orders.fifo", "hi", 400, "a FIFO queue needs a MessageGroupId"],
  ])("explains what it refuses: %s", async (path, body, status, message) => {
    expect(await request(path, { method: "POST", body })).toMatchObject({ status, body: { message } });
  });

  test.each([
    ["DELETE", {}, 405],
    ["GET", { Origin: "https://example.com" }, 403],
  ])("refuses other methods and pages in a browser: %s %p", async (method, headers, status) => {
    expect(await request("/_queues/orders", { method, headers })).toMatchObject({ status });
  });
});
