import { describe, expect, jest, test } from "@jest/globals";
import { handler } from "../../../functions/warmer/handler";
import { type Rounds, type WarmingRequest } from "../../../warming/contract";
import { Warmer } from "../../../functions/warmer/run";
import { listMetricNames } from "../../support/lambda";
import {
  answerDistinctly,
  readLogged,
  readRejection,
  MockedLambda,
  waitForever,
  takeOnlyResult,
  makeInvokeOutput,
  makeReply,
  makeRequest,
  runWarmer,
  makeServiceError,
  makeTarget,
} from "./support";

/** Lets fake time pass until a promise has settled. */
async function passTime<Result>(promise: Promise<Result>): Promise<Result> {
  const ticking = new AbortController();
  const stop = () => {
    ticking.abort();
  };
  promise.then(stop, stop);
  while (!ticking.signal.aborted) await jest.advanceTimersByTimeAsync(50);
  return promise;
}

/** What Lambda tells of an invocation that has so much time. */
function contextWith(seconds: number) {
  const endsAt = Date.now() + seconds * 1000;
  return { awsRequestId: "request-1", getRemainingTimeInMillis: () => endsAt - Date.now() };
}

describe("a run", () => {
  test("returns its record, and logs it with metrics of each target", async () => {
    new MockedLambda((invocation) =>
      invocation.functionName === "dev-jobs" && invocation.index === 0
        ? makeInvokeOutput({ errorMessage: "no" }, { FunctionError: "Unhandled" })
        : makeInvokeOutput(makeReply({ instanceId: `i-${invocation.index}`, cold: true, heldMilliseconds: 500 })),
    );
    const request = makeRequest([makeTarget(), makeTarget({ functionName: "dev-jobs", concurrency: 2 })]);

    const record = await handler(request, contextWith(60));

    const { records, metrics } = readLogged();
    expect(records).toEqual([record]);
    expect(record).toMatchObject({
      level: "WARN",
      message: "warming",
      runId: "request-1",
      strategy: "scheduled",
      round: 1,
      rounds: 1,
      last: true,
      targets: [
        { functionName: "dev-api", instances: 3 },
        { functionName: "dev-jobs", instances: 1, failures: ["no"] },
      ],
    });
    // Four pings of half a second, five invocations, and the warmer's own.
    expect(record.estimatedDollars).toBeCloseTo(4 * 0.5 * 0.001 + 5 * 0.01 + 0.01, 3);
    expect(metrics).toMatchObject([
      { FunctionName: "dev-api", WarmedInstances: 3, WarmingFailures: 0, WarmingColdStarts: 3 },
      { FunctionName: "dev-jobs", WarmedInstances: 1, WarmingFailures: 1, WarmingColdStarts: 1 },
    ]);
    for (const line of metrics) {
      expect(listMetricNames(line)).toEqual(["WarmedInstances", "WarmingFailures", "WarmingColdStarts"]);
      expect(line._aws.CloudWatchMetrics).toMatchObject([
        { Namespace: "Lambda/Performance", Dimensions: [["FunctionName"]] },
      ]);
    }
  });

  test("that goes well is no warning", async () => {
    new MockedLambda(answerDistinctly);
    expect(await runWarmer(makeRequest())).toMatchObject({ level: "INFO" });
  });

  test("that reaches fewer instances than asked is a warning", async () => {
    new MockedLambda(() => makeInvokeOutput(makeReply()));
    expect(await runWarmer(makeRequest())).toMatchObject({
      level: "WARN",
      targets: [{ asked: 3, instances: 1, failures: [] }],
    });
  });

  test("is known by the request's own name", async () => {
    new MockedLambda(answerDistinctly);
    expect(await handler(makeRequest([makeTarget()], { runId: "mine" }), contextWith(60))).toMatchObject({
      runId: "mine",
    });
  });

  test("has 20 targets under way at once, and the others when one of them is done", async () => {
    let underWay = 0;
    let most = 0;
    new MockedLambda(async (invocation) => {
      most = Math.max(most, ++underWay);
      await new Promise((resolve) => setTimeout(resolve, 20));
      underWay--;
      return answerDistinctly(invocation);
    });
    const names = Array.from({ length: 45 }, (_, index) => `dev-${index}`);

    const { targets } = await runWarmer(
      makeRequest(names.map((functionName) => makeTarget({ functionName, concurrency: 1 }))),
    );

    expect(most).toBe(20);
    expect(targets.map(({ functionName, instances }) => [functionName, instances])).toEqual(
      names.map((name) => [name, 1]),
    );
  });
});

describe("a run ends before its time does", () => {
  test("with pings that are open then as failures, and with what it has", async () => {
    jest.useFakeTimers();
    new MockedLambda((invocation) =>
      invocation.functionName === "dev-api" ? waitForever() : answerDistinctly(invocation),
    );
    const context = contextWith(10);

    const record = await passTime(
      handler(makeRequest([makeTarget(), makeTarget({ functionName: "dev-jobs" })]), context),
    );

    expect(context.getRemainingTimeInMillis()).toBeGreaterThan(500);
    expect(record.targets).toMatchObject([
      { invocations: 3, successful: 0, instances: 0, failures: ["no answer in time"] },
      { invocations: 3, instances: 3, failures: [] },
    ]);
    expect(readLogged().records).toHaveLength(1);
  });

  test("and waits for one target no longer than a start may take", async () => {
    jest.useFakeTimers();
    new MockedLambda(waitForever);
    const startedAt = Date.now();
    await passTime(runWarmer(makeRequest(), { seconds: 900 }));
    expect(Date.now() - startedAt).toBeLessThan(21_000);
  });

  test("without pings that had no time left", async () => {
    jest.useFakeTimers();
    const lambda = new MockedLambda(waitForever);
    const names = Array.from({ length: 21 }, (_, index) => `dev-${index}`);
    const { targets } = await passTime(
      runWarmer(makeRequest(names.map((functionName) => makeTarget({ functionName }))), { seconds: 5 }),
    );
    expect(targets[20]).toMatchObject({ invocations: 0, failures: ["no time left for a ping"] });
    expect(lambda.of("dev-20")).toEqual([]);
    expect(readLogged().metrics.at(-1)).toMatchObject({ FunctionName: "dev-20", WarmingFailures: 1 });
  });
});

describe("a function that does not answer as a monitored one does", () => {
  test("is not pinged again for an hour, and named", async () => {
    jest.useFakeTimers({ now: Date.UTC(2026, 0, 5) });
    const lambda = new MockedLambda((invocation) =>
      invocation.functionName === "dev-api" ? makeInvokeOutput({ statusCode: 200 }) : answerDistinctly(invocation),
    );
    const warmer = new Warmer();
    const request = makeRequest([makeTarget(), makeTarget({ functionName: "dev-jobs" })]);
    const pingedAfter = async (minutes: number) => {
      await jest.advanceTimersByTimeAsync(minutes * 60_000);
      const before = lambda.of("dev-api").length;
      const record = await passTime(runWarmer(request, { warmer }));
      expect(record.targets[1]).toMatchObject({ instances: 3 });
      return { pings: lambda.of("dev-api").length - before, failures: record.targets[0]?.failures };
    };

    expect(await pingedAfter(0)).toEqual({ pings: 3, failures: ["does not answer as a monitored function does"] });
    const spared = "does not answer as a monitored function does; not pinged again until 2026-01-05T01:00:00.000Z";
    expect(await pingedAfter(5)).toEqual({ pings: 0, failures: [spared] });
    expect(readLogged().metrics.at(-2)).toMatchObject({ WarmedInstances: 0, WarmingFailures: 1 });
    expect(await pingedAfter(54)).toEqual({ pings: 0, failures: [spared] });
    expect(await pingedAfter(1)).toMatchObject({ pings: 3 });
  });

  test("is not meant where one of several versions answers so", async () => {
    const lambda = new MockedLambda((invocation) =>
      invocation.index % 3 === 0 ? makeInvokeOutput("hi") : answerDistinctly(invocation),
    );
    const warmer = new Warmer();
    await runWarmer(makeRequest(), { warmer });
    await runWarmer(makeRequest(), { warmer });
    expect(lambda.invocations).toHaveLength(6);
  });
});

describe("rounds", () => {
  const ROUNDS: Rounds = { everySeconds: 30, forMinutes: 3, fullTime: false };

  function rounds(more: Partial<Rounds> = {}): WarmingRequest {
    return makeRequest([makeTarget()], { strategy: "pre_deployment", rounds: { ...ROUNDS, ...more } });
  }

  /** Which rounds were logged, and how many seconds after the start each was over. */
  async function roundsOf(request: WarmingRequest, seconds = 900): Promise<[number, number][]> {
    const startedAt = Date.now();
    const last = await passTime(runWarmer(request, { seconds }));
    const { records, metrics } = readLogged();
    expect(records.at(-1)).toEqual(last);
    expect(records.map((record) => record.last)).toEqual(records.map((_, index) => index === records.length - 1));
    const ends = metrics.map(({ _aws }) => Math.floor((_aws.Timestamp - startedAt) / 1000));
    return records.map(({ round }, index) => [round, ends[index] ?? NaN]);
  }

  test("stop when all instances were warm twice running", async () => {
    jest.useFakeTimers();
    new MockedLambda((invocation) =>
      invocation.index < 6 ? makeInvokeOutput(makeReply()) : answerDistinctly(invocation),
    );
    expect(await roundsOf(rounds())).toEqual([
      [1, 0],
      [2, 30],
      [3, 60],
    ]);
    expect(readLogged().records[0]).toMatchObject({ rounds: 6 });
  });

  test("start to count again when one fails in between", async () => {
    jest.useFakeTimers();
    new MockedLambda((invocation) => {
      if (invocation.index === 4) throw makeServiceError("TooManyRequestsException", 429);
      return answerDistinctly(invocation);
    });
    expect((await roundsOf(rounds())).map(([round]) => round)).toEqual([1, 2, 3, 4]);
  });

  test("go on for the full time when told so", async () => {
    jest.useFakeTimers();
    new MockedLambda(answerDistinctly);
    expect((await roundsOf(rounds({ fullTime: true }))).map(([, seconds]) => seconds)).toEqual([
      0, 30, 60, 90, 120, 150,
    ]);
  });

  test("end before the run's time does", async () => {
    jest.useFakeTimers();
    new MockedLambda(answerDistinctly);
    expect((await roundsOf(rounds({ fullTime: true }), 94)).map(([round]) => round)).toEqual([1, 2, 3]);
  });

  test("that take too long leave out the next, and go on in time", async () => {
    jest.useFakeTimers();
    new MockedLambda(({ index }) => (index < 3 ? waitForever() : answerDistinctly({ index })));
    expect(await roundsOf(rounds({ everySeconds: 10 }))).toEqual([
      [1, 20],
      [4, 30],
      [5, 40],
    ]);
  });

  test("cost the pauses between them, and one invocation", async () => {
    jest.useFakeTimers();
    new MockedLambda(({ index }) => makeInvokeOutput(makeReply({ instanceId: `i-${index}`, heldMilliseconds: 0 })));
    await roundsOf(rounds());
    const dollars = readLogged().records.map(({ estimatedDollars }) => estimatedDollars);
    expect(dollars).toEqual([0.03 + 0.01, 0.03 + 0.03]);
  });
});

describe("the gate", () => {
  const gate = (version?: string) => makeRequest([makeTarget({ version })], { strategy: "gate" });
  const denied = () => {
    throw makeServiceError("AccessDeniedException", 403, "not authorized");
  };

  test("lets a version pass that answers, also with fewer instances than asked", async () => {
    new MockedLambda(() => makeInvokeOutput(makeReply()));
    expect(takeOnlyResult(await runWarmer(gate("7")))).toMatchObject({ asked: 3, instances: 1 });
  });

  test.each([
    [
      "an error",
      () => makeInvokeOutput({ errorType: "E", errorMessage: "bad" }, { FunctionError: "Unhandled" }),
      "E: bad",
    ],
    [
      "an error in one of several instances",
      ({ index }: { index: number }) =>
        index === 1
          ? makeInvokeOutput({ errorType: "E", errorMessage: "bad" }, { FunctionError: "Unhandled" })
          : answerDistinctly({ index }),
      "E: bad",
    ],
    ["no answer at all", waitForever, "no answer in time"],
    [
      "Lambda's refusal",
      () => {
        throw makeServiceError("InvalidRuntimeException", 502, "unknown runtime");
      },
      "InvalidRuntimeException: unknown runtime",
    ],
    [
      "another version",
      () => makeInvokeOutput(makeReply({ version: "6" }), { ExecutedVersion: "6" }),
      "version 6 answered instead of version 7",
    ],
    ["a permission that stays missing", denied, "AccessDeniedException: not authorized"],
  ])("stops a version that gives %s", async (_, answer, reason) => {
    jest.useFakeTimers();
    new MockedLambda(answer);
    const startedAt = Date.now();
    expect(await passTime(readRejection(runWarmer(gate("7"))))).toBe(
      `dev-api:warm, version 7 must not go live: ${reason}`,
    );
    expect(Date.now() - startedAt).toBeLessThan(31_000);
    expect(readLogged().records).toMatchObject([
      { level: "WARN", strategy: "gate", targets: [{ failures: [reason] }] },
    ]);
  });

  test("says why without the secrets and the terminal commands in a function's error", async () => {
    const key = `AKIA${"Q7".repeat(8)}`;
    const errorMessage = `postgres://admin:hunter2@db refused ${key} \x1b[2J\r\nnext`;
    new MockedLambda(() => makeInvokeOutput({ errorType: "E", errorMessage }, { FunctionError: "Unhandled" }));
    const message = await readRejection(runWarmer(gate()));
    expect(message).toBe("dev-api:warm must not go live: E: postgres://(masked)@db refused (masked) next");
    expect(JSON.stringify(readLogged().records)).not.toMatch(/hunter2|AKIA|u001b/);
  });

  test("tells of every version that must not go live", async () => {
    new MockedLambda(() => makeInvokeOutput({ errorMessage: "bad" }, { FunctionError: "Unhandled" }));
    const request = makeRequest([makeTarget(), makeTarget({ functionName: "dev-jobs" })], { strategy: "gate" });
    expect(await readRejection(runWarmer(request))).toBe(
      "dev-api:warm must not go live: bad; dev-jobs:warm must not go live: bad",
    );
  });

  test("waits for a permission and for the alias that are about to take effect", async () => {
    jest.useFakeTimers();
    const lambda = new MockedLambda(({ index }) => {
      if (index < 15) return denied();
      return index < 30
        ? makeInvokeOutput(makeReply({ version: "6" }), { ExecutedVersion: "6" })
        : answerDistinctly({ index });
    });
    expect(takeOnlyResult(await passTime(runWarmer(gate("7"))))).toMatchObject({
      invocations: 3,
      instances: 3,
      failures: [],
    });
    expect(lambda.invocations).toHaveLength(33);
  });

  test("stops no function that is not monitored, and asks it each time", async () => {
    const lambda = new MockedLambda(() => makeInvokeOutput({ statusCode: 200 }));
    const warmer = new Warmer();
    for (const pings of [3, 6]) {
      expect(takeOnlyResult(await runWarmer(gate(), { warmer }))).toMatchObject({
        failures: ["does not answer as a monitored function does"],
      });
      expect(lambda.invocations).toHaveLength(pings);
    }
  });

  test.each([
    ["KeyError", true],
    ["java.lang.NullPointerException", true],
    ["Runtime.ImportModuleError", false],
    ["Sandbox.Timedout", false],
    [undefined, false],
  ])("of a function that may not know pings, takes %s for an answer: %s", async (errorType, isAnswer) => {
    new MockedLambda(() => makeInvokeOutput({ errorType, errorMessage: "no" }, { FunctionError: "Unhandled" }));
    const run = runWarmer(makeRequest([makeTarget({ mayIgnorePings: true })], { strategy: "gate" }));
    const outcome = await run.then(
      () => "passed",
      () => "stopped",
    );
    expect(outcome).toBe(isAnswer ? "passed" : "stopped");
  });

  const throttled = () => {
    throw makeServiceError("TooManyRequestsException", 429);
  };

  test("stops a version that requests leave no instance for all the time: nothing proves that it starts", async () => {
    jest.useFakeTimers();
    new MockedLambda(throttled);
    const startedAt = Date.now();
    expect(await passTime(readRejection(runWarmer(gate("7"))))).toBe(
      "dev-api:warm, version 7 must not go live: throttled repeatedly, so no start is proven: " +
        "deploy when there are fewer requests, or raise reserved_concurrency",
    );
    expect(Date.now() - startedAt).toBeGreaterThan(25_000);
  });

  test("waits for requests to leave an instance to it", async () => {
    jest.useFakeTimers();
    new MockedLambda(({ index }) => (index < 15 ? throttled() : answerDistinctly({ index })));
    expect(takeOnlyResult(await passTime(runWarmer(gate("7"))))).toMatchObject({ instances: 3, failures: [] });
  });

  test("passes a version that one instance proves, although the other pings are throttled", async () => {
    const lambda = new MockedLambda(({ index }) => (index > 0 ? throttled() : answerDistinctly({ index })));
    expect(takeOnlyResult(await runWarmer(gate("7")))).toMatchObject({ successful: 1, failures: ["throttled"] });
    expect(lambda.invocations).toHaveLength(3);
  });

  test.each([
    [{ reservedConcurrency: 1 }, 1],
    [{ reservedConcurrency: 2 }, 1],
    [{ reservedConcurrency: 3 }, 2],
    [{ reservedConcurrency: 0 }, 1],
    [{ concurrency: 0 }, 1],
    [{ conditional: { minimum: 0, maximum: 1, readEveryMinutes: 15 } }, 3],
  ])("asks at least one instance, whatever else holds: %p", async (more, asked) => {
    const lambda = new MockedLambda(answerDistinctly);
    const request = makeRequest([makeTarget(more)], { strategy: "gate" });
    expect(takeOnlyResult(await runWarmer(request))).toMatchObject({ asked, successful: asked, failures: [] });
    expect(lambda.invocations).toHaveLength(asked);
  });

  test.each([{ reservedConcurrency: 1 }, { concurrency: 0 }, {}])(
    "stops a version that throws at load: %p",
    async (more) => {
      new MockedLambda(() => makeInvokeOutput({ errorType: "E", errorMessage: "bad" }, { FunctionError: "Unhandled" }));
      const request = makeRequest([makeTarget(more)], { strategy: "gate" });
      expect(await readRejection(runWarmer(request))).toBe("dev-api:warm must not go live: E: bad");
    },
  );

  test("stops what it had no time to ask", async () => {
    new MockedLambda(answerDistinctly);
    const message = await readRejection(runWarmer(makeRequest([makeTarget()], { strategy: "gate" }), { seconds: -1 }));
    expect(message).toBe("dev-api:warm must not go live: no time left for a ping");
  });
});

describe("a malformed request", () => {
  test.each([
    [undefined, ["event: expected an object, got nothing", "targets: expected a list of at least one, got nothing"]],
    [makeRequest([]), ["targets: expected a list of at least one, got []"]],
    [{ ...makeRequest(), strategy: "now" }, ['strategy: expected one of its names, got "now"']],
    [
      makeRequest([makeTarget({ functionName: "", concurrency: 1.5, reservedConcurrency: -1 })]),
      [
        'targets[0].functionName: expected a text, got ""',
        "targets[0].concurrency: expected a whole number of at least 0, got 1.5",
        "targets[0].reservedConcurrency: expected a whole number of at least 0, got -1",
      ],
    ],
    [
      makeRequest([makeTarget({ conditional: { minimum: 3, maximum: 2, readEveryMinutes: 0 } })]),
      [
        "targets[0].conditional.maximum: expected a whole number of at least 3, got 2",
        "targets[0].conditional.readEveryMinutes: expected a number of at least 1, got 0",
      ],
    ],
    [
      makeRequest([makeTarget()], { rounds: { everySeconds: 0, forMinutes: 1, fullTime: false } }),
      [
        "rounds: expected none, except for pre_deployment",
        "rounds.everySeconds: expected a number of at least 1, got 0",
      ],
    ],
    [{ ...makeRequest(), price: {} }, ["price.perSecond: expected a number of at least 0, got nothing"]],
    [makeRequest([makeTarget({ functionName: "unknown" })]), ["expected another function than the warmer"]],
  ])("is told in full: %#", async (event, mistakes) => {
    const lambda = new MockedLambda(waitForever);
    const message = await readRejection(handler(event, contextWith(60)));
    expect(message).toMatch(/^malformed warming request: /);
    for (const mistake of mistakes) expect(message).toContain(mistake);
    expect(lambda.invocations).toEqual([]);
  });
});
