import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { Clock } from "../../../local/clock";
import { LogStore } from "../../../local/cloudwatch/log-store";
import { type LocalEvent } from "../../../local/events";
import { hash } from "../../../local/hash";
import { LocalRollouts } from "../../../local/rollouts/local-rollouts";
import { type StackRollouts } from "../../../local/stack/local-stack";
import { MEASURE_KEYS, type RolloutRecord, type StartRequest } from "../../../rollout/contract";

const NOW = Date.parse("2026-11-30T12:00:30Z");
const MINUTE = 60_000;
const CONTROLLER = "prod-rollout-controller";
const LOG_GROUP = "/aws/lambda/prod-api";

const START: StartRequest = {
  ...{ action: "start", version: "1", attempt: "first" },
  plan: {
    ...{ percents: [10, 100], stepSeconds: 300, bakeSeconds: 180, maximumSeconds: 3600 },
    ...{ judgedBy: MEASURE_KEYS, tooFewRequests: "proceed" },
  },
  subject: {
    ...{ functionName: "prod-api", logGroup: LOG_GROUP, publishesMetrics: true },
    ...{ memoryMb: 512, timeoutSeconds: 10, alarms: [] },
  },
};

const STACK: StackRollouts = {
  starts: [{ functionName: CONTROLLER, input: START }],
  ticks: [{ functionName: CONTROLLER, expression: "rate(1 minute)", timezone: "UTC", input: { action: "tick" } }],
};

const NO_REQUESTS = { requests: 0, failures: 0, timeouts: 0, coldStarts: 0 };

function formatRecord(facts: Partial<RolloutRecord>): string {
  const record: RolloutRecord = {
    ...{ level: "INFO", message: "rollout", event: "begin", functionName: "prod-api", rolloutId: "r-1" },
    ...{ status: "running", from: "1", to: "2", percent: 0, reason: "It begins.", findings: [] },
    figures: { old: NO_REQUESTS, new: NO_REQUESTS },
    ...facts,
  };
  return JSON.stringify(record);
}

interface Call {
  readonly functionName: string;
  readonly input: unknown;
  readonly answer: () => void;
}

/** Rollouts with a made-up controller, which does what a test says. */
function make(speed = 1) {
  const calls: Call[] = [];
  const events: Extract<LocalEvent, { kind: "rollout" }>[] = [];
  const ended: string[][] = [];
  const logs = new LogStore();
  const rollouts = new LocalRollouts(new Clock(speed), {
    invoke: (functionName, input) =>
      new Promise<void>((resolve) => {
        calls.push({ functionName, input, answer: resolve });
      }),
    describeLive: () => "gets requests",
    findId: (functionName) => functionName.replace("prod-", ""),
    queryLogs: (logGroups, query, window) => logs.query(logGroups, query, window, Infinity),
    tell: (event) => {
      if (event.kind === "rollout") events.push(event);
    },
    onEnd: (...version) => ended.push(version),
  });
  rollouts.prepare(STACK)();
  const started = () => calls.map(({ input }) => (input as StartRequest).version);
  const take = async (facts: Partial<RolloutRecord>) => {
    rollouts.takeLine(formatRecord(facts));
    await jest.advanceTimersByTimeAsync(0);
  };
  return { rollouts, calls, started, events, ended, logs, take };
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

afterEach(() => {
  jest.useRealTimers();
});

describe("a new version", () => {
  test("is handed to the controller as a deployment does it", () => {
    const { rollouts, calls } = make();

    const isBegun = rollouts.begin("prod-api", "2");

    const input = { ...START, version: "2", attempt: hash("sha256", "gets requests") };
    expect(isBegun).toBe(true);
    expect(calls).toMatchObject([{ functionName: CONTROLLER, input }]);
  });

  test("of a function that gets its versions at once is nothing for the controller", () => {
    const { rollouts, calls } = make();

    const isBegun = rollouts.begin("prod-other", "2");

    expect([isBegun, calls]).toEqual([false, []]);
  });

  test("on a faster clock gets its steps in as much less time, and a note says so", () => {
    const { rollouts, calls } = make(30);

    rollouts.begin("prod-api", "2");

    expect(calls).toMatchObject([{ input: { plan: { stepSeconds: 10, bakeSeconds: 6 } } }]);
    expect(rollouts.notes).toEqual([
      "rollouts: steps are 30 times shorter here, but requests come no faster, so fewer judge a new version",
    ]);
    expect(make(1).rollouts.notes).toEqual([]);
  });

  test("comes at once while another one has a share of the requests", async () => {
    const { rollouts, started, take } = make();
    rollouts.begin("prod-api", "2");
    await take({ to: "2" });

    rollouts.begin("prod-api", "3");

    expect(started()).toEqual(["2", "3"]);
  });

  test("waits until the one before it has begun, and only the newest of those that wait comes", async () => {
    const { rollouts, started, take } = make();
    for (const version of ["2", "3", "4", "5"]) rollouts.begin("prod-api", version);
    const before = started();

    await take({ to: "2" });

    expect([before, started()]).toEqual([["2"], ["2", "5"]]);
  });

  test("also comes if the one before it could not begin", async () => {
    const { rollouts, calls, started } = make();
    for (const version of ["2", "3"]) rollouts.begin("prod-api", version);

    calls[0]?.answer();
    await jest.advanceTimersByTimeAsync(0);

    expect(started()).toEqual(["2", "3"]);
  });
});

describe("what the controller logs", () => {
  test("is told step by step, each step once, and shown as it is now", async () => {
    const { rollouts, events, ended, take } = make();
    await take({});
    await jest.advanceTimersByTimeAsync(MINUTE);
    await take({ event: "step", percent: 10, reason: "First requests." });
    await jest.advanceTimersByTimeAsync(MINUTE);
    for (let times = 0; times < 2; times++) await take({ event: "step", percent: 100, reason: "No worse." });
    const during = rollouts.snapshots;
    await jest.advanceTimersByTimeAsync(MINUTE);

    await take({ event: "end", status: "completed", percent: 100, reason: "Nothing is worse." });

    expect(events.map(({ event, id, percent }) => [event, id, percent])).toEqual([
      ["begin", "api", 0],
      ["step", "api", 10],
      ["step", "api", 100],
      ["end", "api", 100],
    ]);
    expect(during).toMatchObject([{ id: "api", from: "1", to: "2", status: "running", plan: START.plan }]);
    expect(during[0]).not.toHaveProperty("endedAt");
    expect(rollouts.snapshots).toMatchObject([
      {
        ...{ status: "completed", reason: "Nothing is worse.", startedAt: NOW, endedAt: NOW + 3 * MINUTE },
        shares: [
          { percent: 10, since: NOW + MINUTE },
          { percent: 100, since: NOW + 2 * MINUTE },
        ],
      },
    ]);
    expect(ended).toEqual([["prod-api", "2"]]);
  });

  test("has the new failures of a version that went back, and is told once if it is said twice", async () => {
    const { rollouts, events, ended, logs, take } = make();
    const log = (version: string, fields: object) => {
      logs.add(LOG_GROUP, { at: NOW, logStreamName: `[${version}]`, line: JSON.stringify(fields) });
    };
    log("1", { Category: "Timeout", requestId: "a" });
    log("2", { Category: "Timeout", requestId: "b" });
    log("2", { Category: "TypeError", requestId: "c" });
    log("2", { level: "ERROR", requestId: "c", message: { errorType: "TypeError", errorMessage: "boom" } });
    await take({});
    await jest.advanceTimersByTimeAsync(MINUTE);

    for (let times = 0; times < 2; times++) {
      await take({ event: "end", status: "rolled_back", percent: 0, reason: "It is worse." });
    }

    const newFailures = { categories: [{ what: "TypeError", count: 1, requestId: "c" }], example: "TypeError: boom" };
    expect(events.slice(1)).toMatchObject([
      { event: "end", status: "rolled_back", reason: "It is worse.", newFailures },
    ]);
    expect(rollouts.snapshots).toMatchObject([{ newFailures }]);
    expect(ended).toHaveLength(1);
  });

  test("about another rollout begins anew", async () => {
    const { rollouts, take } = make();
    await take({ event: "end", status: "rolled_back" });

    await take({ rolloutId: "r-2", to: "3" });

    expect(rollouts.snapshots).toMatchObject([{ to: "3", status: "running", shares: [] }]);
  });

  test("makes its failed run no news: a deployment would fail with what is known", async () => {
    const { rollouts, take } = make();
    await take({ event: "end", status: "rolled_back", reason: "It is worse." });
    // It may fail after the next one has begun.
    await take({ rolloutId: "r-2", to: "3" });

    expect(rollouts.tellsKnown("Version 2 has lost its traffic again: It is worse.")).toBe(true);
    expect(rollouts.tellsKnown("expected alias live of prod-api, which does not exist")).toBe(false);
  });

  test("apart from its records is left alone", async () => {
    const { rollouts, events } = make();

    rollouts.takeLine("plain text");
    rollouts.takeLine('{"message":"rollout problem","functionName":"prod-api"}');
    rollouts.takeLine('{"message":"rollout"');
    rollouts.takeLine(formatRecord({ functionName: "prod-other" }));
    await jest.advanceTimersByTimeAsync(0);

    expect([events, rollouts.snapshots]).toEqual([[], []]);
  });
});

test("another plan is for the next version: what goes on keeps its own", async () => {
  const { rollouts, calls, take } = make();
  rollouts.begin("prod-api", "2");
  await take({});
  const plan = { ...START.plan, stepSeconds: 60 };

  rollouts.prepare({ ...STACK, starts: [{ functionName: CONTROLLER, input: { ...START, plan } }] })();
  await take({ event: "step", percent: 10 });
  rollouts.begin("prod-api", "3");

  expect(rollouts.snapshots).toMatchObject([{ to: "2", percent: 10, plan: START.plan }]);
  expect(calls.map(({ input }) => (input as StartRequest).plan.stepSeconds)).toEqual([300, 60]);
});

test("the controller's schedule runs by the environment's clock, as long as there is one", async () => {
  const { rollouts, calls } = make(30);

  await jest.advanceTimersByTimeAsync(10_000);
  rollouts.prepare({ ...STACK, ticks: [] })();
  await jest.advanceTimersByTimeAsync(10_000);

  expect(calls.map(({ input }) => input)).toEqual(Array.from({ length: 5 }, () => ({ action: "tick" })));
});
