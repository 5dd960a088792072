import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { once } from "node:events";
import { PassThrough, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { CONTEXT, makeContext, listMetricNames, makePing, startExecutionEnvironment, Stdout } from "../support/lambda";

let stdout: Stdout;

beforeEach(() => {
  stdout = new Stdout();
});

const answer = async (_event: unknown, _context: unknown) => "answer";

describe("a monitored handler", () => {
  test("answers as before, and writes its metrics once", async () => {
    // Prepare
    const { monitor } = startExecutionEnvironment();
    const handler = monitor(
      async (event: { name: string }, context: typeof CONTEXT) => `${event.name} ${context.functionVersion}`,
    );

    // Act
    const result = await handler({ name: "Ada" }, CONTEXT);

    // Assess
    expect(result).toBe("Ada 7");
    expect(stdout.writes).toBe(1);
    expect(stdout.text).toMatch(/^[^\n]+\n$/);
    expect(stdout.lines).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "Lambda/Performance",
              Dimensions: [["FunctionName"]],
              Metrics: [
                { Name: "ExecutionTime", Unit: "Milliseconds" },
                { Name: "MemoryUtilization", Unit: "Percent" },
                { Name: "ColdStarts", Unit: "Count" },
                { Name: "Successes", Unit: "Count" },
              ],
            },
          ],
        },
        FunctionName: "dev-api",
        ExecutionTime: expect.any(Number),
        MemoryUtilization: expect.any(Number),
        ColdStarts: 1,
        Successes: 1,
        requestId: CONTEXT.awsRequestId,
        start: "cold",
      },
    ]);
  });

  test("measures the time in the handler, and its share of the function's memory", async () => {
    const { monitor } = startExecutionEnvironment({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1000" });
    jest.spyOn(process, "resourceUsage").mockReturnValue({ maxRSS: 250 * 1024 } as NodeJS.ResourceUsage);
    jest.useFakeTimers();
    const answered = monitor(() => new Promise((resolve) => setTimeout(resolve, 50)))();
    await jest.advanceTimersByTimeAsync(50);
    await answered;
    jest.useRealTimers();
    expect(stdout.valuesOf("MemoryUtilization")).toEqual([25]);
    expect(stdout.valuesOf("ExecutionTime")).toEqual([50]);
  });

  test("leaves memory out where the function's is unknown", async () => {
    await startExecutionEnvironment({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "" }).monitor(answer)({}, CONTEXT);
    expect(listMetricNames(stdout.lines[0])).toEqual(["ExecutionTime", "ColdStarts", "Successes"]);
  });

  test("keeps `this`", async () => {
    const { monitor } = startExecutionEnvironment();
    const service = {
      name: "service",
      handler: monitor(async function (this: { name: string }) {
        return this.name;
      }),
    };
    expect(await service.handler()).toBe("service");
  });
});

describe("to Lambda's runtime, a monitored handler", () => {
  const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
  const HIGH_WATER_MARK = Symbol.for("aws.lambda.runtime.handler.streaming.highWaterMark");
  /** All that AWS's clients for nodejs22.x and nodejs24.x look at. */
  const looksOf = (handler: unknown) => {
    const looked = handler as Record<symbol, unknown> & ((...args: unknown[]) => unknown);
    return [
      typeof looked,
      looked.constructor.name,
      looked.length,
      looked.name,
      looked[STREAMING],
      looked[HIGH_WATER_MARK],
    ];
  };
  const streaming = async (_event: unknown, _stream: unknown, _context: unknown) => undefined;

  test.each<[string, (...args: never[]) => unknown]>([
    ["is an async function", answer],
    ["is an async function without parameters", async () => "answer"],
    [
      "calls back",
      (_event: unknown, _context: unknown, callback: (error: unknown) => void) => {
        callback(null);
      },
    ],
    ["calls back by rest parameters", (...args: unknown[]) => args[2]],
    ["is a function that returns a promise", (_event: unknown) => Promise.resolve(1)],
    ["streams", Object.assign(streaming, { [STREAMING]: "response", [HIGH_WATER_MARK]: 1024 })],
  ])("looks as the handler that %s", (_, handler) => {
    const { monitor, monitorHttp } = startExecutionEnvironment();
    expect(looksOf(monitor(handler))).toEqual(looksOf(handler));
    expect(looksOf(monitorHttp(handler))).toEqual(looksOf(handler));
  });

  test("has the handler's properties, whenever they are set, and on either side", () => {
    const { monitor, monitorHttp } = startExecutionEnvironment();
    for (const wrap of [monitor, monitorHttp]) {
      const used: string[] = [];
      const inner = Object.assign(async () => "answer", { use: (name: string) => used.push(name) });
      const handler = wrap(inner);
      handler.use("before");
      Object.assign(inner, { later: 1 });
      Object.assign(handler, { [STREAMING]: "response" });
      expect(used).toEqual(["before"]);
      expect(handler).toHaveProperty("later", 1);
      expect(Object.getOwnPropertySymbols(inner)).toEqual([STREAMING]);
    }
  });

  test.each([undefined, null, {}, "handler", Promise.resolve(answer)])(
    "is refused when it is loaded if it is %p",
    (handler) => {
      const { monitor, monitorHttp } = startExecutionEnvironment();
      for (const wrap of [monitor, monitorHttp]) {
        expect(() => wrap(handler as typeof answer)).toThrow(
          new TypeError(`a handler is a function, not ${typeof handler}`),
        );
      }
    },
  );

  test("of HTTP events keeps `this`", async () => {
    const { monitorHttp } = startExecutionEnvironment();
    const service = {
      name: "service",
      handler: monitorHttp(async function (this: { name: string }) {
        return { statusCode: 200, body: this.name };
      }),
    };
    expect(await service.handler()).toMatchObject({ body: "service" });
  });
});

describe("a cold start", () => {
  const starts = () => stdout.lines.map(({ start, ColdStarts }) => [start, ColdStarts]);

  test("is the first request of an environment, and no other", async () => {
    const handler = startExecutionEnvironment().monitor(answer);
    await handler({}, CONTEXT);
    await handler({}, CONTEXT);
    await handler({}, CONTEXT);
    expect(starts()).toEqual([
      ["cold", 1],
      ["warm", undefined],
      ["warm", undefined],
    ]);
  });

  test("is one for all handlers of an environment", async () => {
    const { monitor } = startExecutionEnvironment();
    await monitor(answer)({}, CONTEXT);
    await monitor(answer)({}, CONTEXT);
    expect(starts()).toEqual([
      ["cold", 1],
      ["warm", undefined],
    ]);
  });

  test("that a ping met is the ping's: the first request after it is warm", async () => {
    const handler = startExecutionEnvironment().monitor(answer);
    expect(await handler(makePing(), CONTEXT)).toMatchObject({ cold: true });
    expect(await handler(makePing(), CONTEXT)).toMatchObject({ cold: false });
    await handler({}, CONTEXT);
    expect(starts()).toEqual([["warm", undefined]]);
  });

  test.each(["provisioned-concurrency", "snap-start"])(
    "is not counted for an environment started ahead of time: %s",
    async (type) => {
      await startExecutionEnvironment({ AWS_LAMBDA_INITIALIZATION_TYPE: type }).monitor(answer)({}, CONTEXT);
      expect(starts()).toEqual([["proactive", undefined]]);
    },
  );

  test.each([
    [9_999, "cold", 1],
    [10_000, "cold", 1],
    [10_001, "proactive", undefined],
  ])("%i ms after the environment was started is %s", async (milliseconds, start, count) => {
    jest.useFakeTimers({ now: 0, doNotFake: ["hrtime"] });
    const handler = startExecutionEnvironment().monitor(answer);
    jest.setSystemTime(milliseconds);
    await handler({}, CONTEXT);
    jest.useRealTimers();
    expect(starts()).toEqual([[start, count]]);
  });
});

describe("an outcome", () => {
  /** Which of the outcome metrics a handler's invocation gave, with the category. */
  async function outcomeOf(
    handler: () => unknown,
    categorize?: (error: unknown) => string | undefined,
  ): Promise<unknown> {
    const { monitor } = startExecutionEnvironment();
    await Promise.resolve()
      .then(monitor(handler, categorize ? { categorize } : {}))
      .catch(() => undefined);
    const found = stdout.lines.flatMap((line) =>
      listMetricNames(line).filter((name) => /Successes|ClientErrors|Failures/.test(name)),
    );
    const [category] = stdout.lines.flatMap(({ Category }) => Category ?? []);
    return category === undefined ? found : [...found, category];
  }
  const throwing = (error: unknown) => () => Promise.reject(error);

  test.each([
    ["a value", async () => ({ any: "thing" }), ["Successes"]],
    ["nothing", async () => undefined, ["Successes"]],
    ["status 200", async () => ({ statusCode: 200 }), ["Successes"]],
    ["status 304", async () => ({ statusCode: 304 }), ["Successes"]],
    ["status 404: the caller's fault", async () => ({ statusCode: 404 }), ["ClientErrors"]],
    ["status 500", async () => ({ statusCode: 500 }), ["Failures", "Http500"]],
    ["status 503", async () => ({ statusCode: 503 }), ["Failures", "Http503"]],
    ["status 500 as text", async () => ({ statusCode: "500" }), ["Failures", "Http500"]],
    ["status 404 as text", async () => ({ statusCode: "404" }), ["ClientErrors"]],
    ["a status that is none", async () => ({ statusCode: "many" }), ["Successes"]],
    ["a rejection", throwing(new TypeError("x")), ["Failures", "TypeError"]],
    [
      "an exception",
      () => {
        throw new RangeError("x");
      },
      ["Failures", "RangeError"],
    ],
    [
      "an error of the author's class",
      throwing(new (class QuotaExceeded extends Error {})()),
      ["Failures", "QuotaExceeded"],
    ],
    [
      "an error with a name",
      throwing(Object.assign(new Error("x"), { name: "ThrottlingException" })),
      ["Failures", "ThrottlingException"],
    ],
    ["a string thrown", throwing("text"), ["Failures", "Other"]],
    ["undefined thrown", throwing(undefined), ["Failures", "Other"]],
    [
      "a name that is a sentence",
      throwing(Object.assign(new Error(), { name: "user 4711 is missing" })),
      ["Failures", "Other"],
    ],
    [
      "a name with a number in it",
      throwing(Object.assign(new Error(), { name: "Order12345Missing" })),
      ["Failures", "Other"],
    ],
  ] as [string, () => unknown, string[]][])("%s", async (_, handler, expected) => {
    expect(await outcomeOf(handler)).toEqual(expected);
  });

  test("is a server error, besides, where Lambda itself would see none", async () => {
    const serverErrorsOf = async (handler: () => unknown) => {
      stdout.text = "";
      await outcomeOf(handler);
      return stdout.valuesOf("ServerErrors");
    };
    expect(await serverErrorsOf(async () => ({ statusCode: 503 }))).toEqual([1]);
    expect(await serverErrorsOf(throwing(new Error("x")))).toEqual([]);
    expect(await serverErrorsOf(async () => ({ statusCode: 404 }))).toEqual([]);
  });

  test("has the id of its trace where it is a failure", async () => {
    process.env["_X_AMZN_TRACE_ID"] = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    await outcomeOf(throwing(new Error("x")));
    expect(stdout.lines.find((line) => "Failures" in line)).toMatchObject({
      traceId: "1-5759e988-bd862e3fe1be46a994272793",
    });
    stdout.text = "";
    await outcomeOf(async () => "fine");
    expect(stdout.text).not.toContain("traceId");
  });

  test("has the category that the author's function names, and the class where it names none or fails", async () => {
    const named = new Error("quota of account exceeded");
    expect(await outcomeOf(throwing(named), () => "Quota")).toEqual(["Failures", "Quota"]);
    stdout.text = "";
    expect(await outcomeOf(throwing(named), () => undefined)).toEqual(["Failures", "Error"]);
    stdout.text = "";
    expect(
      await outcomeOf(throwing(named), () => {
        throw new Error("mine");
      }),
    ).toEqual(["Failures", "Error"]);
  });

  test("is published in total and by category", async () => {
    await outcomeOf(throwing(new TypeError("x")));
    const failure = stdout.lines.find((line) => "Failures" in line);
    expect(failure).toMatchObject({
      _aws: { CloudWatchMetrics: [{ Dimensions: [["FunctionName"], ["FunctionName", "Category"]] }] },
      FunctionName: "dev-api",
      Category: "TypeError",
      Failures: [1],
    });
    expect(stdout.writes).toBe(1);
  });

  test("has at most ten categories in an environment: a bug cannot create thousands of billed metrics", async () => {
    const { monitor } = startExecutionEnvironment();
    const letters = "abcdefghijklmnopqrstuvwxyz".split("");
    const handler = monitor((name: string) => Promise.reject(Object.assign(new Error(), { name })));
    for (const letter of [...letters, "a"]) await handler(`Bug${letter}`).catch(() => undefined);
    const categories = stdout.lines.flatMap(({ Category }) => Category ?? []);
    expect(new Set(categories).size).toBe(11);
    expect(categories.slice(9, 12)).toEqual(["Bugj", "Other", "Other"]);
    expect(categories.at(-1)).toBe("Buga");
  });
});

describe("an answer to an HTTP request", () => {
  const version2 = { requestContext: { http: { method: "GET" } } };
  const version1 = { httpMethod: "GET", requestContext: { stage: "prod" } };

  test.each<[string, unknown, unknown, string]>([
    ["null", version2, null, "Successes"],
    ["null, where it is no response", version1, null, "ServerErrors"],
    ["nothing, where it is no response", version1, undefined, "ServerErrors"],
    ["an object without a status", version1, {}, "Successes"],
    ["a status that is none", version2, { statusCode: "many" }, "ServerErrors"],
    ["a status beyond all", version2, { statusCode: 1000 }, "ServerErrors"],
    ["a body that is no text", version2, { statusCode: 200, body: { a: 1 } }, "ServerErrors"],
    ["a body of null", version2, { statusCode: 200, body: null }, "Successes"],
    ["a value that is a response's body", version2, { body: { a: 1 } }, "Successes"],
  ])("of %s counts by what its caller sees", async (_, event, result, metric) => {
    await startExecutionEnvironment().monitor(async (_event: unknown) => result)(event);
    expect(stdout.valuesOf(metric)).toEqual([1]);
  });
});

describe("a batch", () => {
  const ids = ["a", "b", "c", "d"];
  const sqs = { Records: ids.map((messageId) => ({ messageId, eventSource: "aws:sqs" })) };
  const kinesis = {
    Records: ids.map((sequenceNumber) => ({ kinesis: { sequenceNumber }, eventSource: "aws:kinesis" })),
  };
  const dynamodb = {
    Records: ids.map((SequenceNumber) => ({ dynamodb: { SequenceNumber }, eventSource: "aws:dynamodb" })),
  };
  const kafka = { eventSource: "aws:kafka", records: { "orders-0": [{}, {}, {}], "orders-1": [{}] } };
  const failing = (...identifiers: unknown[]) => ({
    batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })),
  });
  async function metricsOf(event: unknown, result: unknown): Promise<unknown> {
    await startExecutionEnvironment().monitor(async (_event: unknown) => result)(event);
    const names = ["Successes", "Failures", "ServerErrors", "FailedRecords", "FailedRecordsShare"];
    return Object.fromEntries(names.flatMap((name) => stdout.valuesOf(name).map((value) => [name, value])));
  }
  const succeeded = (failed: number) => ({ Successes: 1, FailedRecords: failed, FailedRecordsShare: failed * 25 });
  const failed = { Failures: 1, ServerErrors: 1, FailedRecords: 4, FailedRecordsShare: 100 };

  test.each([sqs, kinesis, dynamodb])("of which some records failed succeeds, and tells how many", async (event) => {
    expect(await metricsOf(event, failing("b"))).toEqual(succeeded(1));
  });

  test("of Kafka tells how many records failed, too", async () => {
    expect(await metricsOf(kafka, failing({ partition: "orders-0", offset: 1 }))).toEqual(succeeded(1));
  });

  test("counts a record that is named twice once", async () => {
    expect(await metricsOf(sqs, failing("b", "b", "c"))).toEqual(succeeded(2));
  });

  test.each([[[]], [null]])("without failures (%p) succeeds", async (batchItemFailures) => {
    expect(await metricsOf(sqs, { batchItemFailures })).toEqual(succeeded(0));
  });

  test.each<[string, unknown]>([
    ["all records failed", failing(...ids)],
    ["an identifier is empty", failing("")],
    ["an identifier is null", failing("b", null)],
    ["an identifier has another name", { batchItemFailures: [{ messageId: "b" }] }],
    ["an entry is none", { batchItemFailures: [null] }],
    ["there is no list", { batchItemFailures: "b" }],
    ["there is an object for the list", { batchItemFailures: {} }],
  ])("fails as a whole where %s", async (_, result) => {
    expect(await metricsOf(sqs, result)).toEqual(failed);
  });

  test("is none where the event has no records", async () => {
    expect(await metricsOf({}, failing("a"))).toEqual({ Successes: 1 });
    stdout.text = "";
    expect(await metricsOf({ Records: [] }, failing("a"))).toEqual({ Successes: 1 });
  });
});

describe("a streamed response", () => {
  const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
  const from = (stream: PassThrough, metadata: object) =>
    Object.assign(stream, {
      _onBeforeFirstWrite: (write: (chunk: unknown) => void) => {
        write(JSON.stringify(metadata));
        write(new Uint8Array(8));
      },
    });
  type Streaming = (event: unknown, stream: PassThrough, context: unknown) => unknown;
  async function streamed(handler: Streaming, event: unknown = {}): Promise<PassThrough> {
    const stream = new PassThrough();
    const measured = startExecutionEnvironment().monitor(Object.assign(handler, { [STREAMING]: "response" }));
    await Promise.resolve(measured(event, stream, CONTEXT)).catch(() => undefined);
    return stream;
  }

  test("is measured until it has ended, which may be later than its handler's promise", async () => {
    const stream = await streamed(async (_event, stream) => {
      stream.write("part");
    });
    expect(stdout.text).toBe("");
    stream.end();
    await finished(stream, { readable: false });
    expect(stdout.lines).toMatchObject([{ Successes: 1, requestId: CONTEXT.awsRequestId }]);
  });

  test.each([
    [200, "Successes"],
    [404, "ClientErrors"],
    [503, "ServerErrors"],
  ])("with HTTP status %i counts in %s", async (statusCode, metric) => {
    await streamed(async (_event, stream) => {
      from(stream, { statusCode }).end("body");
      await finished(stream, { readable: false });
    });
    expect(stdout.valuesOf(metric)).toEqual([1]);
  });

  test.each<[string, Streaming]>([
    [
      "its handler throws",
      async (_event, stream) => {
        stream.write("part");
        throw new TypeError("x");
      },
    ],
    ["it is cut off", async (_event, stream) => stream.destroy()],
    ["its handler returns no promise", (_event, stream) => stream.end("all")],
  ])("fails where %s", async (_, handler) => {
    await streamed(handler);
    await new Promise(setImmediate);
    expect(stdout.valuesOf("Failures")).toEqual([1]);
  });

  test("has its first byte measured, wherever it is written, and apart from its end", async () => {
    const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
    await streamed(async (_event, stream) => {
      await pause(30);
      stream.write("first");
      await pause(60);
      stream.write("second");
      stream.end();
      await finished(stream, { readable: false });
    });
    await streamed(async (_event, stream) => {
      await pause(30);
      stream.end("all");
      await finished(stream, { readable: false });
    });
    const [first = 0, only = 0] = stdout.valuesOf("FirstByteTime") as number[];
    const [whole = 0] = stdout.valuesOf("ExecutionTime") as number[];
    expect(first).toBeGreaterThanOrEqual(29);
    expect(whole - first).toBeGreaterThanOrEqual(59);
    expect(only).toBeGreaterThanOrEqual(29);
  });

  test.each<[string, Streaming, number]>([
    ["nothing is written", async (_event, stream) => stream.end(() => undefined), 0],
    [
      "it fails before",
      async () => {
        throw new TypeError("x");
      },
      0,
    ],
    [
      "it is cut off after",
      async (_event, stream) => {
        stream.write("part");
        stream.destroy();
      },
      1,
    ],
  ])("where %s, has as many first bytes as there were", async (_, handler, count) => {
    const stream = await streamed(handler);
    stream.resume();
    await new Promise(setImmediate);
    expect(stdout.valuesOf("ExecutionTime")).toHaveLength(1);
    expect(stdout.valuesOf("FirstByteTime")).toHaveLength(count);
  });

  test("is written as without monitoring: chunks, back pressure and errors", async () => {
    const run = async (isMonitored: boolean) => {
      const seen: unknown[] = [];
      const stream = new Writable({
        highWaterMark: 4,
        write: (chunk, _encoding, done) =>
          setImmediate(() => {
            done(void seen.push(String(chunk)));
          }),
      });
      const handler = async (_event: unknown, to: Writable) => {
        to.on("error", ({ message }) => seen.push(message));
        seen.push(to === stream, to.write.name, to.write.length, to.end.length);
        seen.push(to.write("ab"), to.write("cdef", "utf8"), to.writableNeedDrain);
        await once(to, "drain");
        await pipeline(["gh", "ij"], to, { end: false });
        await new Promise<void>((resolve) => void to.end("kl", resolve));
        seen.push(to.write("late"));
      };
      Object.assign(handler, { [STREAMING]: "response" });
      await (isMonitored ? startExecutionEnvironment().monitor(handler) : handler)({}, stream);
      await new Promise(setImmediate);
      return seen;
    };
    expect(await run(true)).toEqual(await run(false));
  });

  test("answers a warming ping by its stream", async () => {
    const stream = await streamed(async () => undefined, makePing());
    expect(JSON.parse(String(stream.read()))).toMatchObject({ warm: true, version: "7" });
    expect(stdout.text).toBe("");
  });
});

describe("a handler that calls back", () => {
  const call = (
    handler: (event: unknown, context: unknown, callback: (error: unknown, result?: unknown) => void) => unknown,
  ) =>
    new Promise((resolve) => {
      const returned = startExecutionEnvironment().monitor(handler)({}, CONTEXT, (error, result) => {
        resolve({ error, result, returned });
      });
    });

  test("calls back as before, and is measured until then", async () => {
    const called = await call((_event, _context, callback) => {
      setTimeout(() => {
        callback(null, "late");
      }, 30);
    });
    expect(called).toEqual({ error: null, result: "late", returned: undefined });
    expect(stdout.valuesOf("Successes")).toEqual([1]);
    expect((stdout.valuesOf("ExecutionTime") as number[])[0]).toBeGreaterThanOrEqual(29);
  });

  test("fails by calling back with an error", async () => {
    const error = new SyntaxError("x");
    expect(
      await call((_event, _context, callback) => {
        setTimeout(() => {
          callback(error);
        });
      }),
    ).toMatchObject({ error });
    expect(stdout.valuesOf("Failures")).toEqual([1]);
    expect(stdout.lines.some(({ Category }) => Category === "SyntaxError")).toBe(true);
  });

  test("is counted once, however often it calls", async () => {
    await call((_event, _context, callback) => {
      setTimeout(() => {
        callback(null, 1);
        callback(null, 2);
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(stdout.valuesOf("Successes")).toEqual([1]);
  });
});

describe("before nodejs24.x, a handler", () => {
  type Legacy = { done: jest.Mock; fail: jest.Mock; succeed: jest.Mock };
  const contextOf = (): Legacy => ({ done: jest.fn(), fail: jest.fn(), succeed: jest.fn() });
  const outcomes = () => ({ Successes: stdout.valuesOf("Successes"), Failures: stdout.valuesOf("Failures") });
  const success = { Successes: [1], Failures: [] };
  const failure = { Successes: [], Failures: [1] };

  test.each<[string, keyof Legacy, unknown[], object]>([
    ["context.fail(error)", "fail", ["x"], failure],
    ["context.fail()", "fail", [], failure],
    ["context.done(error)", "done", [new Error("x")], failure],
    ["context.done()", "done", [], success],
    ["context.done(null, result)", "done", [null, "hi"], success],
    ["context.done(null, status 500)", "done", [null, { statusCode: 500 }], failure],
    ["context.succeed(result)", "succeed", ["hi"], success],
  ])("answers by %s as before, and is measured", (_, method, values, expected) => {
    const context = contextOf();
    const { [method]: original } = context;
    startExecutionEnvironment().monitor((_event: unknown, context: Legacy, _callback: unknown) => {
      (context[method] as (...values: unknown[]) => void)(...values);
    })({}, context, () => undefined);
    expect(original.mock.calls[0]?.slice(0, values.length)).toEqual(values);
    expect(outcomes()).toEqual(expected);
  });

  test("finds the very context that it is called with, also one that cannot be changed", () => {
    const context = Object.freeze(contextOf());
    const handler = startExecutionEnvironment().monitor(
      (_event: unknown, context: Legacy, _callback: unknown) => context,
    );
    expect(handler({}, context, () => undefined)).toBe(context);
  });

  test("calls back by rest parameters, and is measured until then", async () => {
    const error = await new Promise((resolve) => {
      startExecutionEnvironment().monitor((...args: unknown[]) => {
        setTimeout(() => {
          (args[2] as (error: unknown) => void)(new Error("x"));
        }, 30);
      })({}, CONTEXT, resolve);
    });
    expect(error).toEqual(new Error("x"));
    expect(outcomes()).toEqual(failure);
    expect((stdout.valuesOf("ExecutionTime") as number[])[0]).toBeGreaterThanOrEqual(29);
  });

  test("counts by its first answer, as for the runtime", async () => {
    const handler = startExecutionEnvironment().monitor(
      async (_event: unknown, _context: unknown, callback: (...values: unknown[]) => void) => {
        callback(null, "first");
        throw new Error("second");
      },
    );
    await handler({}, CONTEXT, () => undefined).catch(() => undefined);
    expect(outcomes()).toEqual(success);
  });
});

describe("a warming ping", () => {
  test("is answered before the handler runs, with who answered, and counts in no metric", async () => {
    const inner = jest.fn(answer);
    const handler = startExecutionEnvironment().monitor(inner);
    expect(await handler(makePing(), CONTEXT)).toEqual({
      warm: true,
      instanceId: expect.stringMatching(/^\d+-0\.\d+$/),
      cold: true,
      version: "7",
      heldMilliseconds: expect.any(Number),
      warmUps: [],
    });
    expect(inner).not.toHaveBeenCalled();
    expect(stdout.text).toBe("");
  });

  test("always finds the same id in one environment, and another one in another", async () => {
    const [one, two] = [startExecutionEnvironment().monitor(answer), startExecutionEnvironment().monitor(answer)];
    const id = async (handler: typeof one) =>
      ((await handler(makePing(), CONTEXT)) as unknown as { instanceId: string }).instanceId;
    expect(await id(one)).toBe(await id(one));
    expect(await id(one)).not.toBe(await id(two));
  });

  test.each([
    [undefined, 10_000, 0],
    [75, 10_000, 75],
    [300, 600, 100],
    [300, 100, 0],
  ])("asked to hold %p ms with %i ms left is held %i ms", async (asked, left, held) => {
    const handler = startExecutionEnvironment().monitor(answer);
    const context = { ...CONTEXT, getRemainingTimeInMillis: () => left };
    jest.useFakeTimers();
    const reply = handler(makePing(asked === undefined ? {} : { holdMilliseconds: asked }), context);
    await jest.runAllTimersAsync();
    await expect(reply).resolves.toMatchObject({ heldMilliseconds: held });
    jest.useRealTimers();
  });

  test("is held ten seconds at most", async () => {
    jest.useFakeTimers();
    const reply = startExecutionEnvironment().monitor(answer)(makePing({ holdMilliseconds: 3_600_000 }), {
      ...CONTEXT,
      getRemainingTimeInMillis: () => 900_000,
    });
    await jest.advanceTimersByTimeAsync(10_000);
    await expect(reply).resolves.toMatchObject({ warm: true });
    jest.useRealTimers();
  });

  test.each([
    ["another source", makePing({ source: "aws.events" })],
    ["warming as text", makePing({ warming: "true" })],
    ["no time", { source: "lambda-warmer", warming: true }],
    ["a time that is none", makePing({ timestamp: "soon" })],
    ["a negative hold", makePing({ holdMilliseconds: -1 })],
    ["a hold as text", makePing({ holdMilliseconds: "75" })],
    ["a ping inside a list", [makePing()]],
    ["a ping as text", JSON.stringify(makePing())],
    ["nothing", undefined],
  ])("with %s is a request like any other", async (_, event) => {
    const inner = jest.fn(answer);
    await startExecutionEnvironment().monitor(inner)(event, CONTEXT);
    expect(inner).toHaveBeenCalledWith(event, CONTEXT);
    expect(inner.mock.calls[0]?.[0]).toBe(event);
    expect(stdout.valuesOf("Successes")).toEqual([1]);
  });

  test.each([
    ["through the alias warm", makeContext("warm"), {}],
    ["to a version by its number, as a gate sends it", makeContext("7"), {}],
    ["through the alias that is configured", makeContext("prod"), { warmingQualifier: "prod" }],
    ["where no ARN tells the way, as in a unit test", CONTEXT, {}],
  ])("%s is answered", async (_, context, options) => {
    const inner = jest.fn(answer);
    expect(await startExecutionEnvironment().monitor(inner, options)(makePing(), context)).toMatchObject({
      warm: true,
    });
    expect(inner).not.toHaveBeenCalled();
  });

  test.each([
    ["the alias of traffic", makeContext("live"), {}],
    ["no alias", makeContext(undefined), {}],
    ["$LATEST", makeContext("$LATEST"), {}],
    ["another alias", makeContext("warmer"), {}],
    ["warm where another alias is configured", makeContext("warm"), { warmingQualifier: "prod" }],
    ["an ARN that is none", { ...CONTEXT, invokedFunctionArn: null }, {}],
  ])("through %s is a request like any other", async (_, context, options) => {
    const event = makePing({ holdMilliseconds: 5000 });
    const inner = jest.fn(answer);
    expect(await startExecutionEnvironment().monitor(inner, options)(event, context)).toBe(await answer({}, CONTEXT));
    expect(inner).toHaveBeenCalledWith(event, context);
    expect(stdout.valuesOf("Successes")).toEqual([1]);
    expect(stdout.valuesOf("ColdStarts")).toEqual([1]);
  });

  test("may carry more than is known today", async () => {
    const reply = await startExecutionEnvironment().monitor(answer)(makePing({ round: 3 }), CONTEXT);
    expect(reply).toMatchObject({ warm: true });
  });
});
