import { describe, expect, test } from "@jest/globals";
import { type LocalEvent } from "../../../local/local-environment";
import { formatEvent, formatQueueAddress } from "../../../local/view/texts";
import { makeRollout } from "../rollouts/make-rollout";

describe("what is said about events", () => {
  test.each<[LocalEvent, string]>([
    [
      {
        kind: "dead-letter",
        at: 0,
        messageId: "id",
        receiveCount: 5,
        queueName: "orders",
        deadLetterQueueName: "dead",
      },
      "message id was received 5 times: it is in dead now",
    ],
    [
      { kind: "batch-refused", at: 0, id: "jobs", queueName: "orders", problem: "no list" },
      "jobs answered a batch of orders wrongly, all of it returns: no list",
    ],
    [
      { kind: "event-failed", at: 0, id: "jobs", condition: "RetriesExhausted", attempts: 3, queueName: "failed" },
      "an event of jobs failed 3 times: it is in failed now",
    ],
    [
      { kind: "event-failed", at: 0, id: "jobs", condition: "EventAgeExceeded", attempts: 0, queueName: undefined },
      "an event of jobs is too old: it is dropped",
    ],
    [{ kind: "event-lost", at: 0, id: "jobs", message: "no space\nleft" }, "an event of jobs is lost: no space left"],
    [
      { kind: "queue-lost", at: 0, queueName: "orders", message: "no space left" },
      "the messages of orders cannot be kept anymore: no space left",
    ],
    [
      {
        kind: "reloaded",
        at: 0,
        scope: "code",
        ids: ["api", "jobs"],
        milliseconds: 84.2,
        notes: ["a.ts:1:2: reads\nb.txt"],
      },
      "api, jobs have new code, 84 ms after it was saved\n  a.ts:1:2: reads b.txt",
    ],
    [{ kind: "reloaded", at: 0, scope: "code", ids: [], milliseconds: 84.2, notes: [] }, "what was saved is what runs"],
    [
      { kind: "reloaded", at: 0, scope: "environment", ids: ["jobs"], milliseconds: 640, notes: [] },
      "the environment has taken over, 640 ms after it was saved; new or changed: jobs",
    ],
    [
      { kind: "reload-failed", at: 0, mistakes: [{ file: "a.ts:1:2", message: "Unexpected\nend" }] },
      "what was saved cannot run, what ran before goes on:\n  a.ts:1:2: Unexpected end",
    ],
    [
      { kind: "restart-needed", at: 0, files: ["package.json", "functions/api/infrastructure.ts"] },
      "restart to use what has changed in package.json, functions/api/infrastructure.ts",
    ],
    [
      { kind: "changes-lost", at: 0, message: "too many files" },
      "saved files may not be noticed anymore: too many files",
    ],
  ])("%j", (event, expected) => {
    expect(formatEvent(event)).toBe(expected);
  });
});

describe("a rollout is told", () => {
  test.each<[LocalEvent, string[]]>([
    [
      { kind: "rollout", at: 0, event: "begin", ...makeRollout() },
      ["version 2 of api gets its requests in steps: 10 % for 5 min, then all, judged for 3 min more"],
    ],
    [
      { kind: "rollout", at: 0, event: "step", ...makeRollout({ reason: "It is no worse.", percent: 100 }) },
      ["version 2 of api has 100 % of its requests", "  It is no worse."],
    ],
    [
      { kind: "rollout", at: 0, event: "end", ...makeRollout({ status: "completed", percent: 100, reason: "Good." }) },
      ["version 2 of api keeps all requests", "  Good."],
    ],
    [
      {
        ...{ kind: "rollout", at: 0, event: "end" },
        ...makeRollout({ status: "rolled_back", percent: 0, reason: "It is\nworse." }),
        newFailures: {
          categories: [
            { what: "TypeError", count: 6, requestId: "a" },
            { what: "Timeout", count: 1, requestId: "b" },
          ],
          example: "TypeError: no\x1b[2J",
        },
      },
      [
        "version 2 of api went back to version 1",
        "  It is worse.",
        "  new failures: TypeError (6), Timeout (1)",
        "  for example: TypeError: no",
      ],
    ],
    [
      { kind: "rollout", at: 0, event: "end", ...makeRollout({ status: "superseded", reason: "By hand." }) },
      ["the rollout of version 2 of api has ended", "  By hand."],
    ],
  ])("%#", (event, expected) => {
    expect(formatEvent(event)?.split("\n")).toEqual(expected);
  });
});

test.each([
  ["orders", "http://127.0.0.1:1/_queues/orders"],
  ["orders.fifo", "'http://127.0.0.1:1/_queues/orders.fifo?MessageGroupId=1'"],
])("the command that sends to %s can be copied", (name, address) => {
  const url = `http://127.0.0.1:1/_queues/${name}`;

  expect(formatQueueAddress({ name, url })).toEqual({ command: "curl -d 'message'", address });
});
