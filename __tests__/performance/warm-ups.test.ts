import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { isPingReply } from "../../performance/warming";
import { CONTEXT, makePing, startExecutionEnvironment, Stdout } from "../support/lambda";

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

afterEach(() => {
  jest.useRealTimers();
});

const never = () => new Promise(() => undefined);

describe("warm-ups", () => {
  test("run when the environment starts, and again with each ping, whose reply tells of them", async () => {
    // Prepare
    const { monitor, warmUps, warmedUp } = startExecutionEnvironment();
    const [load, connect] = [jest.fn(() => "module"), jest.fn(async () => "connected")];
    const handler = monitor(async () => 1, {
      warmUps: warmUps({ preload: { pdf: load }, connections: { database: connect } }),
    });

    // Act
    await warmedUp();
    const reply = await handler(...([makePing(), CONTEXT] as unknown as []));

    // Assess
    expect(load).toHaveBeenCalledTimes(2);
    expect(connect).toHaveBeenCalledTimes(2);
    expect(reply).toMatchObject({
      warmUps: [
        { name: "pdf", milliseconds: expect.any(Number) },
        { name: "database", milliseconds: expect.any(Number) },
      ],
    });
    expect(stdout.text).toBe("");
  });

  test("do not run again with requests, and no request waits for them", async () => {
    const { monitor, warmUps } = startExecutionEnvironment();
    const connect = jest.fn(never);
    const handler = monitor(async () => "answer", {
      warmUps: warmUps({ connections: { database: { run: connect, timeoutMilliseconds: 50 } } }),
    });
    expect(await handler()).toBe("answer");
    expect(connect).toHaveBeenCalledTimes(1);
    expect(stdout.text).not.toContain("warm-up failed");
  });

  test.each([
    ["rejects", () => Promise.reject(new Error("no route to host")), "no route to host"],
    [
      "throws",
      () => {
        throw new Error("no module");
      },
      "no module",
    ],
    ["rejects with no error", () => Promise.reject("text"), "text"],
    ["takes too long", { run: never, timeoutMilliseconds: 20 }, "took longer than 20 ms"],
  ] as const)(
    "one that %s breaks nothing, and is told in the log and in the ping's reply",
    async (_, warmUp, error) => {
      const { monitor, warmUps, warmedUp } = startExecutionEnvironment();
      const handler = monitor(async () => "answer", {
        warmUps: warmUps({ connections: { redis: warmUp, good: () => 1 } }),
      });
      await warmedUp();
      expect(await handler()).toBe("answer");
      expect(stdout.lines).toContainEqual({ level: "WARN", message: "warm-up failed", warmUp: "redis", error });
      expect(await handler(...([makePing(), CONTEXT] as unknown as []))).toMatchObject({
        warmUps: [
          { name: "redis", error },
          { name: "good", milliseconds: expect.any(Number) },
        ],
      });
    },
  );

  test.each([
    ["is missing", undefined],
    ["is no function", { run: "later", timeoutMilliseconds: 100 }],
    ["rejects with what has no text", () => Promise.reject(Object.create(null) as Error)],
    [
      "rejects with an error of which the message is none",
      () => Promise.reject(Object.assign(new Error(), { message: 7 })),
    ],
  ])("one that %s is told in the ping's reply, as a text", async (_, warmUp) => {
    const { monitor, warmUps } = startExecutionEnvironment();
    const handler = monitor(async () => 1, { warmUps: warmUps({ connections: { redis: warmUp as () => unknown } }) });
    const reply: unknown = await handler(...([makePing(), CONTEXT] as unknown as []));
    expect(isPingReply(reply)).toBe(true);
    expect(reply).toMatchObject({ warmUps: [{ name: "redis", error: expect.any(String) }] });
  });

  test("of the same name, one that preloads and one that connects, run both", async () => {
    const [load, connect] = [jest.fn(), jest.fn()];
    startExecutionEnvironment().warmUps({ preload: { database: load }, connections: { database: connect } });
    await Promise.resolve();
    expect([load, connect].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
  });

  test.each([
    [3000, 2500],
    [1000, 500],
    [400, 0],
  ])("that never end do not keep a ping with %i ms left from its answer, which names them", async (left, bounded) => {
    jest.useFakeTimers();
    const { monitor, warmUps } = startExecutionEnvironment();
    const handler = monitor(async () => 1, {
      warmUps: warmUps({
        connections: { hanging: never, patient: { run: never, timeoutMilliseconds: 60_000 }, good: () => 1 },
      }),
    });
    await jest.advanceTimersByTimeAsync(60_000);
    const context = { ...CONTEXT, getRemainingTimeInMillis: () => left };

    const reply = handler(...([makePing({ holdMilliseconds: 10_000 }), context] as unknown as []));
    const late = jest.fn();
    void Promise.resolve(reply).then(late);
    await jest.advanceTimersByTimeAsync(bounded + 10);

    expect(late).toHaveBeenCalledTimes(1);
    const error = `had not ended when time was up, after ${bounded} ms`;
    expect(await reply).toMatchObject({
      warmUps: [
        { name: "hanging", error },
        { name: "patient", error },
        { name: "good", milliseconds: expect.any(Number) },
      ],
    });
  });

  test("leave initialization on demand the time that it may take, whatever their own limit is", async () => {
    jest.useFakeTimers();
    const { warmUps, warmedUp } = startExecutionEnvironment();
    warmUps({ connections: { hanging: { run: never, timeoutMilliseconds: 60_000 } } });
    const ended = jest.fn();
    void warmedUp().then(ended);
    await jest.advanceTimersByTimeAsync(7900);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(200);
    expect(ended).toHaveBeenCalled();
    expect(stdout.lines).toEqual([
      expect.objectContaining({ warmUp: "hanging", error: "had not ended when time was up, after 8000 ms" }),
    ]);
  });

  test("have their own limit in an environment that is started ahead of time", async () => {
    jest.useFakeTimers();
    const { warmUps, warmedUp } = startExecutionEnvironment({
      AWS_LAMBDA_INITIALIZATION_TYPE: "provisioned-concurrency",
    });
    warmUps({ connections: { hanging: { run: never, timeoutMilliseconds: 60_000 } } });
    const ended = jest.fn();
    void warmedUp().then(ended);
    await jest.advanceTimersByTimeAsync(59_000);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(2000);
    expect(ended).toHaveBeenCalled();
  });

  test.each([NaN, 0, -1])("have five seconds where their limit is no time: %p", async (timeoutMilliseconds) => {
    jest.useFakeTimers();
    const results = startExecutionEnvironment().warmUps({
      connections: { one: { run: never, timeoutMilliseconds } },
    })();
    await jest.advanceTimersByTimeAsync(5000);
    expect(await results).toMatchObject([{ error: "took longer than 5000 ms" }]);
  });

  test("may have no limit but the ping's", async () => {
    jest.useFakeTimers();
    const slow = () => new Promise((resolve) => setTimeout(resolve, 30_000));
    const limit = { run: slow, timeoutMilliseconds: Infinity };
    const { warmUps } = startExecutionEnvironment({ AWS_LAMBDA_INITIALIZATION_TYPE: "provisioned-concurrency" });
    const results = warmUps({ connections: { one: limit } })();
    await jest.advanceTimersByTimeAsync(30_000);
    expect(await results).toEqual([{ name: "one", milliseconds: expect.any(Number) }]);
  });

  test("have five seconds each unless they say otherwise, and run at the same time", async () => {
    jest.useFakeTimers();
    const { warmUps } = startExecutionEnvironment();
    const run = warmUps({ connections: { one: never, two: never, three: { run: never, timeoutMilliseconds: 1000 } } });
    const results = run();
    await jest.advanceTimersByTimeAsync(5000);
    expect((await results).map(({ name, error }) => [name, error])).toEqual([
      ["one", "took longer than 5000 ms"],
      ["two", "took longer than 5000 ms"],
      ["three", "took longer than 1000 ms"],
    ]);
  });
});
