import { describe, expect, test } from "@jest/globals";
import { Clock } from "../../../local/clock";
import {
  DEFAULT_EVENT_INVOKE_CONFIG,
  type EventEnd,
  type EventInvokeConfig,
  EventQueue,
} from "../../../local/lambda/event-queue";
import { type InvocationResult } from "../../../local/lambda/execution-environment";
import { makeFunctionNotFound, makeTooManyRequests } from "../../../local/lambda/service-errors";
import { passSeconds, START, useVirtualClock } from "../queue/support";

useVirtualClock();

type Outcome = "success" | "failure" | "throttle" | "removed";

function invoke(outcome: Outcome): InvocationResult {
  if (outcome === "throttle") throw makeTooManyRequests();
  if (outcome === "removed") throw makeFunctionNotFound("dev-jobs");
  const common = { requestId: "id", executedVersion: "3", instanceId: "a1", logLines: [], milliseconds: 1 };
  return outcome === "success"
    ? { ...common, payload: '{"done":true}' }
    : { ...common, payload: '{"errorType":"Error","errorMessage":"no"}', functionError: "Unhandled" };
}

/** Adds an event to a queue; `outcomes` are those of the attempts, of which the last one repeats. */
function handle(
  outcomes: readonly Outcome[],
  config: Partial<EventInvokeConfig> = {},
  keep: (end: EventEnd) => void = () => undefined,
) {
  const ends: EventEnd[] = [];
  const lost: [functionName: string, error: Error][] = [];
  /** Seconds since the start. */
  const attempts: number[] = [];
  const queue = new EventQueue(
    new Clock(1),
    (end) => {
      keep(end);
      ends.push(end);
    },
    (...loss) => lost.push(loss),
  );
  queue.add({
    requestId: "id",
    functionName: "dev-jobs",
    functionArn: "arn:aws:lambda:eu-west-1:000000000000:function:dev-jobs:live",
    payload: '{"a":1}',
    config: { ...DEFAULT_EVENT_INVOKE_CONFIG, ...config },
    invoke: async () => {
      await Promise.resolve();
      attempts.push((Date.now() - START) / 1000);
      return invoke(outcomes[attempts.length - 1] ?? outcomes.at(-1) ?? "success");
    },
  });
  return { queue, ends, lost, attempts };
}

describe("an asynchronous event", () => {
  test("is handled once if the function succeeds, and its result goes to the destination", async () => {
    const { ends, attempts } = handle(["success"], { onSuccess: "arn:success", onFailure: "arn:failure" });

    await passSeconds(600);

    expect(attempts).toEqual([0]);
    expect(ends).toMatchObject([{ condition: "Success", attempts: 1, destination: "arn:success" }]);
    expect(ends[0]?.record).toMatchObject({ responseContext: { statusCode: 200 }, responsePayload: { done: true } });
  });

  test("is retried after one and two minutes, and then goes to the failure destination in AWS's envelope", async () => {
    const { ends, attempts } = handle(["failure"], { onFailure: "arn:failure" });

    await passSeconds(600);

    expect(attempts).toEqual([0, 60, 180]);
    expect(ends).toEqual([
      {
        ...{ functionName: "dev-jobs", condition: "RetriesExhausted", attempts: 3, destination: "arn:failure" },
        record: {
          version: "1.0",
          timestamp: "2026-01-01T00:03:00.000Z",
          requestContext: {
            requestId: "id",
            functionArn: "arn:aws:lambda:eu-west-1:000000000000:function:dev-jobs:live",
            condition: "RetriesExhausted",
            approximateInvokeCount: 3,
          },
          requestPayload: { a: 1 },
          responseContext: { statusCode: 200, executedVersion: "3", functionError: "Unhandled" },
          responsePayload: { errorType: "Error", errorMessage: "no" },
        },
      },
    ]);
  });

  test.each([
    [0, [0]],
    [1, [0, 60]],
  ])("is retried at most as often as configured: %p", async (maximumRetries, expected) => {
    const { ends, attempts } = handle(["failure"], { maximumRetries });

    await passSeconds(600);

    expect(attempts).toEqual(expected);
    expect(ends).toMatchObject([{ condition: "RetriesExhausted", destination: undefined }]);
  });

  test("may succeed at a retry", async () => {
    const { ends } = handle(["failure", "success"]);

    await passSeconds(600);

    expect(ends).toMatchObject([{ condition: "Success", attempts: 2 }]);
  });

  test("is given up when it is too old, with the last answer", async () => {
    const { ends, attempts } = handle(["failure"], { maximumAgeMilliseconds: 90_000 });

    await passSeconds(600);

    expect(attempts).toEqual([0, 60]);
    expect(ends).toMatchObject([
      {
        condition: "EventAgeExceeded",
        attempts: 2,
        record: { timestamp: "2026-01-01T00:01:30.000Z", responseContext: { functionError: "Unhandled" } },
      },
    ]);
  });

  test("waits longer and longer while the function is throttled; the function never answered then", async () => {
    const { ends, attempts } = handle(["throttle"], { maximumAgeMilliseconds: 60_000 });

    await passSeconds(600);

    expect(attempts).toEqual([0, 1, 3, 7, 15, 31]);
    expect(ends).toMatchObject([{ condition: "EventAgeExceeded", attempts: 0 }]);
    expect(ends[0]?.record).not.toHaveProperty("responseContext");
  });

  test("is told to be lost if its end cannot be kept", async () => {
    const { lost } = handle(["failure"], { maximumRetries: 0 }, () => {
      throw new Error("no space left");
    });

    await passSeconds(600);

    expect(lost).toEqual([["dev-jobs", new Error("no space left")]]);
  });

  test("is told to be lost if its function is removed before a retry", async () => {
    const { ends, lost, attempts } = handle(["failure", "removed"]);

    await passSeconds(600);

    expect([attempts, ends]).toEqual([[0, 60], []]);
    expect(lost).toEqual([["dev-jobs", makeFunctionNotFound("dev-jobs")]]);
  });

  test("is dropped when the queue closes", async () => {
    const { queue, ends, attempts } = handle(["failure"]);
    await passSeconds(1);

    queue.close();
    await passSeconds(600);

    expect([attempts, ends]).toEqual([[0], []]);
  });
});
