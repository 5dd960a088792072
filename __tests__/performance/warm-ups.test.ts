import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { CONTEXT, ping, startEnvironment, Stdout } from "../support/lambda";

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

const never = () => new Promise(() => undefined);

describe("warm-ups", () => {
  test("run when the environment starts, and again with each ping, whose reply tells of them", async () => {
    // Prepare
    const { monitor, warmUps, warmedUp } = startEnvironment();
    const [load, connect] = [jest.fn(() => "module"), jest.fn(async () => "connected")];
    const handler = monitor(async () => 1, {
      warmUps: warmUps({ preload: { pdf: load }, connections: { database: connect } }),
    });

    // Act
    await warmedUp();
    const reply = await handler(...([ping(), CONTEXT] as unknown as []));

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
    const { monitor, warmUps } = startEnvironment();
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
      const { monitor, warmUps, warmedUp } = startEnvironment();
      const handler = monitor(async () => "answer", {
        warmUps: warmUps({ connections: { redis: warmUp, good: () => 1 } }),
      });
      await warmedUp();
      expect(await handler()).toBe("answer");
      expect(stdout.lines).toContainEqual({ level: "WARN", message: "warm-up failed", warmUp: "redis", error });
      expect(await handler(...([ping(), CONTEXT] as unknown as []))).toMatchObject({
        warmUps: [
          { name: "redis", error },
          { name: "good", milliseconds: expect.any(Number) },
        ],
      });
    },
  );

  test("have five seconds each unless they say otherwise, and run at the same time", async () => {
    jest.useFakeTimers();
    const { warmUps } = startEnvironment();
    const run = warmUps({ connections: { one: never, two: never, three: { run: never, timeoutMilliseconds: 1000 } } });
    const results = run();
    await jest.advanceTimersByTimeAsync(5000);
    jest.useRealTimers();
    expect((await results).map(({ name, error }) => [name, error])).toEqual([
      ["one", "took longer than 5000 ms"],
      ["two", "took longer than 5000 ms"],
      ["three", "took longer than 1000 ms"],
    ]);
  });
});
