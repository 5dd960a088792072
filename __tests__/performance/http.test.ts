import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { CONTEXT, makeContext, makePing, startExecutionEnvironment, Stdout } from "../support/lambda";

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

const request = (method: string, rawPath: string, body?: string, isBase64Encoded = false) => ({
  version: "2.0",
  rawPath,
  body,
  isBase64Encoded,
  requestContext: { http: { method, path: rawPath } },
});

async function answerTo(event: unknown, result: unknown): Promise<unknown> {
  const handler = startExecutionEnvironment().monitorHttp(async (_event: unknown, _context: unknown) => result);
  return handler(event, CONTEXT);
}

describe("a response", () => {
  const time = expect.stringMatching(/^\d+\.\d{6}$/) as unknown as string;

  test.each([
    [
      "with headers",
      { statusCode: 201, headers: { location: "/1" }, body: "x" },
      { statusCode: 201, headers: { location: "/1", "X-Process-Time": time }, body: "x" },
    ],
    ["without headers", { statusCode: 204 }, { statusCode: 204, headers: { "X-Process-Time": time } }],
    [
      "that is an error",
      { statusCode: 503, body: "busy" },
      { statusCode: 503, headers: { "X-Process-Time": time }, body: "busy" },
    ],
    [
      "that API Gateway would infer from a value",
      { id: 1 },
      { statusCode: 200, headers: { "content-type": "application/json", "X-Process-Time": time }, body: '{"id":1}' },
    ],
    [
      "that API Gateway would infer from text",
      "hello",
      { statusCode: 200, headers: { "content-type": "application/json", "X-Process-Time": time }, body: "hello" },
    ],
    [
      "that its class makes into JSON",
      new (class {
        toJSON = () => ({ statusCode: 201, body: "made" });
      })(),
      { statusCode: 201, headers: { "X-Process-Time": time }, body: "made" },
    ],
    [
      "whose status is none in JSON",
      { statusCode: undefined, body: "x" },
      {
        statusCode: 200,
        headers: { "content-type": "application/json", "X-Process-Time": time },
        body: '{"body":"x"}',
      },
    ],
    [
      "whose status is only of its class",
      new (class {
        id = 1;
        get statusCode() {
          return 500;
        }
      })(),
      { statusCode: 200, headers: { "content-type": "application/json", "X-Process-Time": time }, body: '{"id":1}' },
    ],
    ["that is nothing", undefined, undefined],
  ])("%s has the time in seconds", async (_, result, expected) => {
    expect(await answerTo(request("GET", "/"), result)).toEqual(expected);
  });

  test("tells the time that the handler took", async () => {
    const handler = startExecutionEnvironment().monitorHttp(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return { statusCode: 200, headers: { "X-Process-Time": "" } };
    });
    jest.useFakeTimers();
    const answered = handler();
    await jest.advanceTimersByTimeAsync(50);
    const { headers } = await answered;
    jest.useRealTimers();
    expect(Number(headers["X-Process-Time"])).toBe(0.05);
  });

  test("is not made from an exception, which stays one", async () => {
    const error = new Error("mine");
    const handler = startExecutionEnvironment().monitorHttp(() => Promise.reject(error));
    await expect(handler()).rejects.toBe(error);
    expect(stdout.valuesOf("Failures")).toEqual([1]);
  });
});

describe("POST /warm", () => {
  const inner = jest.fn(async (_event: unknown, _context: unknown) => ({ statusCode: 200, body: "inner" }));
  const post = (body?: string, base64 = false) =>
    startExecutionEnvironment().monitorHttp(inner)(request("POST", "/warm", body, base64), CONTEXT);

  beforeEach(() => {
    inner.mockClear();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  test.each([
    ["as text", JSON.stringify(makePing()), false],
    ["in base64", Buffer.from(JSON.stringify(makePing())).toString("base64"), true],
  ])("with a warming body %s answers warm, and is no request", async (_, body, base64) => {
    expect(await post(body, base64)).toMatchObject({
      statusCode: 200,
      body: '{"status":"warm"}',
      headers: { "content-type": "application/json" },
    });
    expect(stdout.text).toBe("");
    expect(inner).not.toHaveBeenCalled();
  });

  test.each([
    undefined,
    "",
    "{",
    "{}",
    '{"warming":true}',
    "null",
    JSON.stringify(makePing({ more: "x".repeat(1024) })),
  ])("with the body %p answers ok, and is a request", async (body) => {
    expect(await post(body)).toMatchObject({ statusCode: 200, body: '{"status":"ok"}' });
    expect(stdout.valuesOf("Successes")).toEqual([1]);
    expect(inner).not.toHaveBeenCalled();
  });

  test("runs the warm-ups, and holds nobody's instance, whatever it is asked", async () => {
    jest.useFakeTimers();
    const { monitorHttp, warmUps } = startExecutionEnvironment();
    const connect = jest.fn(() => 1);
    const handler = monitorHttp(inner, { warmUps: warmUps({ connections: { database: connect } }) });
    const answer = handler(request("POST", "/warm", JSON.stringify(makePing({ holdMilliseconds: 5000 }))), CONTEXT);
    // A hold would not have ended by then.
    await jest.advanceTimersByTimeAsync(100);
    await answer;
    expect(connect).toHaveBeenCalledTimes(2);
  });

  describe("by strangers, again and again", () => {
    const warm = () => request("POST", "/warm", JSON.stringify(makePing()));

    test("is answered, and runs the warm-ups once a minute, and not within a minute of a ping", async () => {
      jest.useFakeTimers();
      const connect = jest.fn(() => 1);
      const { monitorHttp, warmUps, warmedUp } = startExecutionEnvironment();
      const handler = monitorHttp(inner, { warmUps: warmUps({ connections: { database: connect } }) });
      await warmedUp();
      const runsOf = async (event: unknown, context: typeof CONTEXT) => {
        const before = connect.mock.calls.length;
        const answer = handler(event, context);
        await jest.advanceTimersByTimeAsync(10);
        expect(JSON.stringify(await answer)).toContain("warm");
        return connect.mock.calls.length - before;
      };
      const post = () => runsOf(warm(), makeContext("live"));

      expect([await post(), await post(), await post()]).toEqual([1, 0, 0]);
      await jest.advanceTimersByTimeAsync(60_000);
      expect([await post(), await post()]).toEqual([1, 0]);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(await runsOf(makePing(), makeContext("warm"))).toBe(1);
      expect([await post(), await runsOf(makePing(), makeContext("warm"))]).toEqual([0, 1]);
    });

    test("begins no second run of warm-ups while one is under way", async () => {
      const connect = jest.fn(() => new Promise((resolve) => setTimeout(resolve, 50)));
      const { monitorHttp, warmUps, warmedUp } = startExecutionEnvironment();
      const handler = monitorHttp(inner, { warmUps: warmUps({ connections: { database: connect } }) });
      await warmedUp();
      connect.mockClear();
      await Promise.all([
        handler(makePing(), makeContext("warm")),
        handler(makePing(), makeContext("warm")),
        handler(warm(), makeContext("live")),
      ]);
      expect(connect).toHaveBeenCalledTimes(1);
    });

    test("is answered in time although a warm-up never ends", async () => {
      jest.useFakeTimers();
      const { monitorHttp, warmUps } = startExecutionEnvironment();
      const never = () => new Promise(() => undefined);
      const handler = monitorHttp(inner, { warmUps: warmUps({ connections: { database: never } }) });
      const context = { ...makeContext("live"), getRemainingTimeInMillis: () => 550 };
      const answer = handler(warm(), context);
      await jest.advanceTimersByTimeAsync(550);
      expect(await answer).toMatchObject({ body: '{"status":"warm"}' });
    });

    test("takes an environment's cold start, as a ping does: the request after it is warm", async () => {
      const handler = startExecutionEnvironment().monitorHttp(inner);
      await handler(warm(), makeContext("live"));
      await handler(request("GET", "/"), makeContext("live"));
      expect(stdout.lines.map(({ start }) => start)).toEqual(["warm"]);
    });
  });

  test.each([request("GET", "/warm"), request("POST", "/warmer"), request("POST", "/api/warm")])(
    "is no other route",
    async (event) => {
      expect(await startExecutionEnvironment().monitorHttp(inner)(event, CONTEXT)).toMatchObject({ body: "inner" });
    },
  );
});

test("a direct ping is answered as by any monitored function, and gets no header", async () => {
  expect(await answerTo(makePing(), "never")).toMatchObject({ warm: true, version: "7" });
});

test("what is shaped as a ping and comes in as traffic does is a request, with its header", async () => {
  const inner = jest.fn(async (_event: unknown, _context: unknown) => ({ statusCode: 200 }));
  const answer = await startExecutionEnvironment().monitorHttp(inner)(makePing(), makeContext("live"));
  expect(inner).toHaveBeenCalledTimes(1);
  expect(answer).toMatchObject({ statusCode: 200, headers: { "X-Process-Time": expect.any(String) } });
});
