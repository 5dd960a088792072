import { describe, expect, jest, test } from "@jest/globals";
import { type InvocationResult } from "../../../local/lambda/execution-environment";
import { makeTooManyRequests } from "../../../local/lambda/service-errors";
import { type QueueSettings } from "../../../local/queue/local-queue";
import { type QueueMapping, QueuePoller } from "../../../local/queue/queue-poller";
import { arnOf, passSeconds, QueueFixture, useVirtualClock } from "./support";

useVirtualClock();

type Answer = (bodies: readonly string[], ids: readonly string[]) => unknown;

const FAILURE = Symbol("the function fails");
const HANGING = new Promise<never>(() => undefined);

/** A queue and its poller; the function answers as told. */
class PollerFixture extends QueueFixture {
  /** The bodies of each batch that the function got. */
  readonly batches: string[][] = [];
  readonly refused: string[] = [];
  readonly errors: string[] = [];
  readonly poller: QueuePoller;

  constructor(answer: Answer, mapping: Partial<QueueMapping> = {}, settings: Partial<QueueSettings> = {}) {
    super(undefined, settings);
    this.poller = new QueuePoller(
      {
        ...{ queueArn: arnOf(settings.name ?? "orders"), functionName: "jobs", qualifier: "live" },
        ...{ batchSize: 10, windowMilliseconds: 0, reportsFailures: true, filters: [], ...mapping },
      },
      this.queue,
      this.clock,
      {
        invoke: async ({ Records: records }) => {
          const bodies = records.map(({ body }) => body);
          this.batches.push(bodies);
          const answered = await answer(
            bodies,
            records.map(({ messageId }) => messageId),
          );
          return makeResult(answered);
        },
        onBatchRefused: (problem) => this.refused.push(problem),
        onError: ({ message }) => this.errors.push(message),
      },
    );
    this.poller.start();
  }

  send(...bodies: readonly string[]): void {
    for (const body of bodies) this.queue.send(body);
  }

  get left(): number {
    const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } = this.queue.counts;
    return visible + hidden;
  }
}

function makeResult(answered: unknown): InvocationResult {
  const common = { requestId: "1", executedVersion: "1", instanceId: "a1", logLines: [], milliseconds: 1 };
  if (answered === FAILURE) return { ...common, payload: '{"errorType":"Error"}', functionError: "Unhandled" };
  return { ...common, payload: JSON.stringify(answered ?? null) };
}

function report(...ids: unknown[]): unknown {
  return { batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) };
}

describe("a queue that invokes a function", () => {
  test("waits for the window, and hands over at once when the batch is complete", async () => {
    const fixture = new PollerFixture(() => null, { batchSize: 3, windowMilliseconds: 20_000 });

    fixture.send("a", "b");
    await passSeconds(19);
    const during = fixture.batches.length;
    await passSeconds(1);
    fixture.send("c", "d", "e", "f");
    await passSeconds(0);

    expect([during, fixture.batches]).toEqual([
      0,
      [
        ["a", "b"],
        ["c", "d", "e"],
      ],
    ]);
  });

  test("is left alone by a poller that stops, which still settles what it has received", async () => {
    const fixture = new PollerFixture(() => null, { windowMilliseconds: 20_000 });
    fixture.send("a", "b");
    await passSeconds(5);

    fixture.poller.stop();
    fixture.send("c");
    await passSeconds(60);

    expect([fixture.batches, fixture.left]).toEqual([[["a", "b"]], 1]);
  });

  test("removes what was handled", async () => {
    const fixture = new PollerFixture(() => ({ statusCode: 200 }));

    fixture.send("a", "b");
    await passSeconds(600);

    expect([fixture.batches, fixture.left]).toEqual([[["a"], ["b"]], 0]);
  });

  test("returns only the messages that the function reports", async () => {
    const fixture = new PollerFixture((bodies, ids) => report(...ids.filter((_, index) => bodies[index] === "bad")), {
      windowMilliseconds: 1000,
    });

    fixture.send("good", "bad", "fine");
    await passSeconds(62);

    expect(fixture.batches).toEqual([["good", "bad", "fine"], ["bad"]]);
  });

  test("returns everything if the function fails, and moves it to the dead-letter queue in the end", async () => {
    const fixture = new PollerFixture(() => FAILURE, { windowMilliseconds: 1000 });

    fixture.send("a", "b");
    await passSeconds(200);

    expect(fixture.batches).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect([fixture.left, fixture.deadLetters.counts.ApproximateNumberOfMessages]).toEqual([0, 2]);
  });

  test("ignores reports if the function may not report", async () => {
    const fixture = new PollerFixture((_, ids) => report(...ids), { reportsFailures: false });

    fixture.send("a");
    await passSeconds(0);

    expect(fixture.left).toBe(0);
  });

  test("returns everything, and says why, if the report is wrong", async () => {
    const fixture = new PollerFixture(() => report("other"), { windowMilliseconds: 1000 });

    fixture.send("a", "b");
    await passSeconds(1);

    expect([fixture.left, fixture.refused]).toEqual([2, ["itemIdentifier other is not a message of the batch"]]);
  });

  test.each([
    [undefined, 5],
    [2, 2],
  ])("works on so many batches at a time: maximum concurrency %p is %p", async (maximumConcurrency, expected) => {
    const fixture = new PollerFixture(() => HANGING, { batchSize: 1, maximumConcurrency });

    fixture.send("a", "b", "c", "d", "e", "f", "g", "h");
    await passSeconds(0);

    expect(fixture.batches).toHaveLength(expected);
    expect(fixture.queue.counts.ApproximateNumberOfMessagesNotVisible).toBe(expected);
  });

  test("deletes what no filter lets pass", async () => {
    const fixture = new PollerFixture(() => null, { filters: ['{"body":{"kind":["order"]}}'] });

    fixture.send('{"kind":"order"}', '{"kind":"offer"}', "text");
    await passSeconds(0);

    expect([fixture.batches, fixture.left]).toEqual([[['{"kind":"order"}']], 0]);
  });

  test("tries again while the function is throttled, until the messages would be visible", async () => {
    let count = 0;
    const fixture = new PollerFixture(() => {
      if (++count < 4) throw makeTooManyRequests();
      return null;
    });

    fixture.send("a");
    await passSeconds(6);
    const before = fixture.left;
    await passSeconds(1);

    expect([before, count, fixture.left, fixture.letters]).toEqual([1, 4, 0, []]);
  });

  test("counts it as a receive if the function stays throttled", async () => {
    const fixture = new PollerFixture(() => {
      throw makeTooManyRequests();
    });

    fixture.send("a");
    await passSeconds(180);

    expect([fixture.left, fixture.letters.length]).toEqual([0, 1]);
  });

  test("works on one batch of a FIFO group at a time", async () => {
    const finishing: (() => void)[] = [];
    const answer = () => new Promise((resolve) => finishing.push(() => { resolve(null); })); // prettier-ignore
    const fixture = new PollerFixture(answer, { batchSize: 1 }, { name: "orders.fifo", deduplicatesByContent: true });

    for (const body of ["a1", "a2", "b1"]) fixture.queue.send(body, { groupId: body[0] });
    await passSeconds(0);
    const during = [...fixture.batches];
    finishing.forEach((finish) => {
      finish();
    });
    await passSeconds(0);

    expect(during).toEqual([["a1"], ["b1"]]);
    expect(fixture.batches).toEqual([["a1"], ["b1"], ["a2"]]);
  });

  test("says once that messages cannot be kept, and polls nothing anymore", async () => {
    const fixture = new PollerFixture(() => null);
    jest.spyOn(fixture.queue, "remove").mockImplementation(() => {
      throw new Error("no space left");
    });

    fixture.send("a", "b");
    await passSeconds(600);

    expect(fixture.errors).toEqual(["no space left"]);
  });

  test("after closing, invokes nothing", async () => {
    const fixture = new PollerFixture(() => null);

    fixture.poller.close();
    fixture.send("a");
    await passSeconds(600);

    expect([fixture.batches, fixture.left]).toEqual([[], 1]);
  });
});
