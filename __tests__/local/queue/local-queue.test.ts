import { describe, expect, test } from "@jest/globals";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildQueueMetrics } from "../../../local/cloudwatch/queue-metrics";
import { MessageError } from "../../../local/queue/local-queue";
import { LocalEnvironmentError } from "../../../local/problem";
import { passSeconds, QueueFixture, START, useVirtualClock } from "./support";

useVirtualClock();

describe("a queue", () => {
  test("hands out messages in order, each until it is visible again", async () => {
    const fixture = new QueueFixture();
    for (const body of ["a", "b", "c"]) fixture.queue.send(body);

    const [first, ...rest] = fixture.queue.receive(2, Infinity);
    if (first) fixture.queue.release(first);
    const others = fixture.receive();
    await passSeconds(59);
    const early = fixture.receive();
    await passSeconds(1);
    const again = fixture.queue.receive(10, Infinity);

    expect([first?.body, ...rest.map(({ body }) => body)]).toEqual(["a", "b"]);
    expect([others, early]).toEqual([["c"], []]);
    expect(again).toMatchObject([{ body: "a", receiveCount: 2, sentAt: START, firstReceivedAt: START }]);
  });

  test("keeps a message hidden while somebody works on it, however long that takes", async () => {
    const fixture = new QueueFixture();
    fixture.queue.send("a");
    const [message] = fixture.queue.receive(1, Infinity);

    await passSeconds(600);
    const during = fixture.receive();
    if (message) fixture.queue.release(message);

    expect([during, fixture.receive()]).toEqual([[], ["a"]]);
  });

  test("counts messages, and forgets those that were handled", () => {
    const fixture = new QueueFixture();
    for (const body of ["a", "b", "c"]) fixture.queue.send(body);

    const [first] = fixture.queue.receive(2, Infinity);
    const before = fixture.queue.counts;
    if (first) fixture.queue.remove(first);

    expect(before).toEqual({ ApproximateNumberOfMessages: 1, ApproximateNumberOfMessagesNotVisible: 2 });
    expect(fixture.queue.counts).toEqual({ ApproximateNumberOfMessages: 1, ApproximateNumberOfMessagesNotVisible: 1 });
    expect(readdirSync(join(fixture.folder, "orders"))).toHaveLength(2);
  });

  test("has SQS's metrics: the oldest message counts, even if it is hidden", async () => {
    const { queue } = new QueueFixture();
    const empty = buildQueueMetrics(queue, START).map(({ value }) => value);
    queue.send("a");
    await passSeconds(30);
    queue.send("b");
    queue.receive(1, Infinity);
    await passSeconds(10);

    const samples = buildQueueMetrics(queue, START);

    expect(empty).toEqual([0, 0, 0]);
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ["ApproximateNumberOfMessagesVisible", 1],
      ["ApproximateNumberOfMessagesNotVisible", 1],
      ["ApproximateAgeOfOldestMessage", 40],
    ]);
    expect(samples[0]).toMatchObject({ namespace: "AWS/SQS", dimensions: { QueueName: "orders" } });
  });

  test("moves a message that was received too often to the dead-letter queue", async () => {
    const fixture = new QueueFixture();
    const { messageId } = fixture.queue.send("a");
    for (let count = 0; count < 2; count++) {
      fixture.queue.receive(1, Infinity).forEach((message) => {
        fixture.queue.release(message);
      });
      await passSeconds(60);
    }

    const third = fixture.receive();

    expect([third, fixture.queue.counts.ApproximateNumberOfMessages]).toEqual([[], 0]);
    expect(fixture.letters).toEqual([
      { messageId, receiveCount: 2, queueName: "orders", deadLetterQueueName: "orders-dead-letters" },
    ]);
    expect(fixture.deadLetters.receive(1, Infinity)).toMatchObject([
      {
        ...{ messageId, body: "a", receiveCount: 1, sentAt: START },
        deadLetterSourceArn: "arn:aws:sqs:eu-west-1:000000000000:orders",
      },
    ]);
  });

  test("drops messages that are too old", async () => {
    const fixture = new QueueFixture(undefined, { retentionMilliseconds: 60_000 });
    fixture.queue.send("a");
    await passSeconds(60);
    fixture.queue.send("b");

    expect(fixture.receive()).toEqual(["b"]);
  });

  test("hands out no more bytes than asked for", () => {
    const fixture = new QueueFixture();
    for (const body of ["aaa", "bbb", "ccc"]) fixture.queue.send(body);

    expect(fixture.queue.receive(10, 7).map(({ body }) => body)).toEqual(["aaa", "bbb"]);
  });

  test("is as it was after a restart, with all messages visible", () => {
    const before = new QueueFixture();
    for (const body of ["a", "b", "c"]) before.queue.send(body);
    before.queue.receive(1, Infinity);

    const after = new QueueFixture(before.folder);
    after.queue.send("d");

    expect(after.queue.receive(10, Infinity).map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ["a", 2],
      ["b", 1],
      ["c", 1],
      ["d", 1],
    ]);
  });

  test("keeps its messages when its settings change, also those that are being worked on", async () => {
    const fixture = new QueueFixture();
    for (const body of ["a", "b"]) fixture.queue.send(body);
    const [first] = fixture.queue.receive(1, Infinity);

    const { settings } = fixture.queue;
    fixture.queues.add([{ ...settings, visibilityMilliseconds: 5000 }, fixture.deadLetters.settings])();
    const second = fixture.queue.receive(2, Infinity);
    for (const message of second) fixture.queue.release(message);
    await passSeconds(5);

    expect(second.map(({ body }) => body)).toEqual(["b"]);
    expect(fixture.receive()).toEqual(["b"]);
    if (first) fixture.queue.remove(first);
    expect(fixture.queue.counts).toEqual({
      ApproximateNumberOfMessages: 0,
      ApproximateNumberOfMessagesNotVisible: 1,
    });
  });

  test("names a file that is not a message", () => {
    const { queue, folder } = new QueueFixture();
    queue.send("a");
    const file = join(folder, "orders", "broken.json");
    writeFileSync(file, "{");

    expect(() => new QueueFixture(folder)).toThrow(
      new LocalEnvironmentError(`${file} is not a message of a queue: remove it`),
    );
  });

  test.each([
    ["", {}, "a message needs a body"],
    ["a", { groupId: "1" }, "only a FIFO queue takes MessageGroupId and MessageDeduplicationId"],
  ])("refuses what SQS refuses: %p %p", (body, options, message) => {
    const { queue } = new QueueFixture();

    expect(() => queue.send(body, options)).toThrow(new MessageError(message));
  });
});

describe("a FIFO queue", () => {
  const makeFifo = (deduplicatesByContent = true) =>
    new QueueFixture(undefined, { name: "orders.fifo", deduplicatesByContent });

  test("keeps the order within a group: the next message waits until the one before is handled", async () => {
    const fixture = makeFifo();
    for (const body of ["a1", "a2", "b1"]) fixture.queue.send(body, { groupId: body[0] });

    const [a1] = fixture.queue.receive(1, Infinity);
    const meanwhile = fixture.receive();
    if (a1) fixture.queue.release(a1);
    await passSeconds(59);
    const hidden = fixture.receive();
    await passSeconds(1);
    const [again] = fixture.queue.receive(1, Infinity);
    if (again) fixture.queue.remove(again);

    expect([a1?.body, meanwhile, hidden, again?.body, fixture.receive()]).toEqual(["a1", ["b1"], [], "a1", ["a2"]]);
  });

  test("continues with a group when its first message went to the dead-letter queue", async () => {
    const fixture = makeFifo();
    for (const body of ["a1", "a2"]) fixture.queue.send(body, { groupId: "a" });
    for (let count = 0; count < 2; count++) {
      fixture.queue.receive(1, Infinity).forEach((message) => {
        fixture.queue.release(message);
      });
      await passSeconds(60);
    }

    expect([fixture.receive(), fixture.letters.length]).toEqual([["a2"], 1]);
  });

  test("takes equal messages once in five minutes", async () => {
    const { queue } = makeFifo();
    const first = queue.send("a", { groupId: "1" });
    await passSeconds(299);
    const second = queue.send("a", { groupId: "1" });
    await passSeconds(1);
    const third = queue.send("a", { groupId: "1" });

    expect(second.messageId).toBe(first.messageId);
    expect(third.messageId).not.toBe(first.messageId);
    expect(queue.counts.ApproximateNumberOfMessages).toBe(2);
  });

  test.each([
    [{}, "a FIFO queue needs a MessageGroupId"],
    [{ groupId: "1" }, "this FIFO queue needs a MessageDeduplicationId"],
  ])("refuses what SQS refuses: %p", (options, message) => {
    const { queue } = makeFifo(false);

    expect(() => queue.send("a", options)).toThrow(new MessageError(message));
  });
});
