import { expect, test } from "@jest/globals";
import { type RunRequest, type WarmingPlan } from "../../../operations/warming/plan";
import { type TimedRecord } from "../../../operations/warming/run-log";
import { formatWaiting } from "../../../operations/warming/text";

const STARTED_AT = Date.parse("2026-01-05T10:00:00.000Z");

const RUN: RunRequest = {
  strategy: "pre_deployment",
  runId: "run",
  rounds: { everySeconds: 30, forMinutes: 10, fullTime: false },
  targets: [],
  price: { perRequest: 0, perSecond: 0 },
};
const PLAN: WarmingPlan = {
  environment: "dev",
  region: "eu-west-1",
  warmer: "dev-warmer",
  logGroup: "/aws/lambda/dev-warmer",
  runs: [RUN],
  unpriced: [],
};

/** Round 3 of 20, 90 seconds after the start. */
const THIRD: TimedRecord = {
  writtenAt: STARTED_AT + 90_000,
  record: {
    level: "INFO",
    message: "warming",
    runId: "run",
    strategy: "pre_deployment",
    round: 3,
    rounds: 20,
    last: false,
    durationMilliseconds: 800,
    estimatedDollars: 0,
    targets: [8, 4].map((instances) => ({
      functionName: "dev-api",
      asked: 10,
      invocations: 10,
      successful: 10,
      instances,
      coldStarts: 0,
      holdMilliseconds: 200,
      failures: [],
    })),
  },
};

test.each([
  ["before the first round", [], 12, "Waiting for round 1/20, in about 18 s; no round seen yet"],
  ["between two rounds", [THIRD], 100, "Waiting for round 4/20, in about 20 s; 12/20 instances so far"],
  ["when a round is late", [THIRD], 130, "Waiting for round 4/20, any moment; 12/20 instances so far"],
])("tells what it waits for: %s", (_, seen, seconds, text) => {
  const waiting = formatWaiting(PLAN, seen, { startedAt: STARTED_AT, now: STARTED_AT + seconds * 1000 });

  expect(waiting).toBe(text);
  expect(waiting.length).toBeLessThan(80);
});
