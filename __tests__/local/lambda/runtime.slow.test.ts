import { describe, expect, test } from "@jest/globals";
import { buildEndpointResponse } from "../../../local/endpoint/http-response";
import { parsePayload, HAS_PROC, startFunction } from "./support";

test("a handler gets the event and a context as Lambda's", async () => {
  const started = await startFunction(
    "export const handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis() });",
    { memoryMb: 256 },
  );

  const result = await started.invoke({ question: "why? ✓" });

  const { event, context, left } = parsePayload(result);
  expect(event).toEqual({ question: "why? ✓" });
  expect(context).toMatchObject({
    awsRequestId: result.requestId,
    functionName: "api",
    functionVersion: "1",
    memoryLimitInMB: "256",
    logGroupName: "/aws/lambda/api",
    logStreamName: started.lambda.listInstances("api")[0]?.logStreamName,
  });
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(30_000);
});

test("a function has the variables that Lambda sets and its own, and none of this process", async () => {
  process.env["OF_THIS_PROCESS"] = "secret";
  const started = await startFunction("export const handler = async () => process.env;", {
    environment: { TABLE: "notes" },
  });

  const variables = await started.ask();

  expect(variables).toMatchObject({
    TABLE: "notes",
    TZ: ":UTC",
    AWS_LAMBDA_FUNCTION_NAME: "api",
    AWS_LAMBDA_FUNCTION_VERSION: "1",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/api",
    AWS_REGION: "us-east-1",
    _HANDLER: "handler.handler",
  });
  expect(variables["AWS_EXECUTION_ENV"]).toMatch(/^AWS_Lambda_nodejs\d+\.x$/);
  expect(variables["_X_AMZN_TRACE_ID"]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
  expect(variables).not.toHaveProperty("OF_THIS_PROCESS");
  delete process.env["OF_THIS_PROCESS"];
});

test.each([
  ["promise", "export const handler = async () => 7;", "7"],
  ["nothing", "export const handler = async () => {};", "null"],
  ["callback", "export const handler = (event, context, callback) => { setTimeout(callback, 5, null, 7); };", "7"],
  [
    "callback that does not wait for other work",
    `export const handler = (event, context, callback) => {
       setInterval(() => {}, 1000);
       context.callbackWaitsForEmptyEventLoop = false;
       callback(null, 7);
     };`,
    "7",
  ],
  ["callback that never comes", "export const handler = (event, context, callback) => {};", "null"],
])("a handler answers with a %s", async (_, code, answer) => {
  const started = await startFunction(code);

  const results = [await started.invoke(), await started.invoke()];

  expect(results.map(({ payload }) => payload)).toEqual([answer, answer]);
  expect(results.map(({ functionError }) => functionError)).toEqual([undefined, undefined]);
});

test.each([
  ["throws", "export const handler = async () => { throw new RangeError('far'); };", "RangeError", "far"],
  ["throws at once", "export const handler = () => { throw new TypeError('odd'); };", "TypeError", "odd"],
  ["calls back with an error", "export const handler = (e, c, callback) => callback(new Error('no'));", "Error", "no"],
  ["rejects with a text", "export const handler = () => Promise.reject('words');", "string", "words"],
  [
    "answers what JSON cannot hold",
    "export const handler = async () => 1n;",
    "Error",
    "Unable to stringify response body",
  ],
])("a handler that %s fails, and its environment stays", async (_, code, errorType, errorMessage) => {
  const started = await startFunction(code);

  const result = await started.invoke();
  await started.invoke();

  expect(result.functionError).toBe("Unhandled");
  expect(parsePayload(result)).toMatchObject({ errorType, errorMessage });
  expect(started.recordsOf("platform.initStart")).toHaveLength(1);
  expect(started.recordsOf("platform.report")).toMatchObject([
    { status: "error", errorType },
    { status: "error", errorType },
  ]);
});

test("an answer of more than six megabytes is an error", async () => {
  const started = await startFunction("export const handler = async ({ length }) => 'x'.repeat(length);");

  const [fits, tooLong] = [await started.invoke({ length: 6_291_454 }), await started.invoke({ length: 7_000_000 })];

  expect(fits.payload).toHaveLength(6_291_456);
  expect(parsePayload(tooLong)).toMatchObject({ errorType: "Function.ResponseSizeTooLarge" });
});

test("what a function writes gets into the log, line by line, within its request", async () => {
  const started = await startFunction(`
    console.log("loaded");
    export const handler = async () => {
      console.error("told", 7);
      process.stdout.write("plain\\nlast without an end");
      process.stderr.write("aside\\n");
      process.exit(1);
    };`);

  await started.invoke();

  const [start, loaded, begin, ...rest] = started.lines;
  expect(start).toContain("platform.initStart");
  expect(JSON.parse(loaded ?? "")).toMatchObject({ level: "INFO", message: "loaded" });
  expect(begin).toContain("platform.start");
  expect(rest).toHaveLength(5);
  const [told = "", ...written] = rest
    .slice(0, -1)
    .sort((a, b) => Number(b.startsWith("{")) - Number(a.startsWith("{")));
  expect(JSON.parse(told)).toMatchObject({ level: "ERROR", message: "told 7" });
  expect(written.sort()).toEqual(["aside", "last without an end", "plain"]);
  expect(rest.at(-1)).toContain("platform.report");
});

test("a request's answer comes with all that was logged until then", async () => {
  const started = await startFunction(`
    import { writeSync } from "node:fs";
    export const handler = async () => {
      for (let line = 0; line < 1000; line++) {
        console.log("told".padEnd(100));
        writeSync(1, "written".padEnd(100) + "\\n");
      }
    };`);

  for (let request = 0; request < 20; request++) {
    const { logLines, functionError, payload } = await started.invoke();

    expect({ request, functionError, payload }).toEqual({ request, functionError: undefined, payload: "null" });
    expect(logLines.filter((line) => line.includes('"told'))).toHaveLength(1000);
    expect(logLines.filter((line) => line.startsWith("written"))).toHaveLength(1000);
    expect(logLines.at(-1)).toContain("platform.report");
  }
});

test("Lambda reports each request, and the start with the first", async () => {
  const started = await startFunction("export const handler = async () => 7;");

  const { requestId } = await started.invoke();
  await started.invoke();

  expect(started.recordsOf("platform.start")[0]).toEqual({ requestId, version: "1" });
  const [cold, warm] = started.recordsOf("platform.report");
  expect(cold).toMatchObject({ requestId, status: "success", metrics: { memorySizeMB: 512 } });
  const { durationMs = 0, initDurationMs = 0, billedDurationMs } = cold?.metrics ?? {};
  expect(initDurationMs).toBeGreaterThan(0);
  expect(Math.abs(Number(billedDurationMs) - (durationMs + initDurationMs))).toBeLessThan(1.01);
  expect(warm?.metrics).not.toHaveProperty("initDurationMs");
});

describe("a handler that streams", () => {
  test("is answered with all that it wrote", async () => {
    const started = await startFunction(`
      export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.setContentType("text/plain");
        stream.write("one ");
        await new Promise((resolve) => setTimeout(resolve, 10));
        stream.write(event.word);
        stream.end();
      });`);

    const results = [await started.invoke({ word: "two" }), await started.invoke({ word: "three" })];

    expect(results.map(({ payload, functionError }) => [payload, functionError])).toEqual([
      ["one two", undefined],
      ["one three", undefined],
    ]);
    expect(results[0]?.streamed?.contentType).toBe("text/plain");
  });

  test("sends status and headers first", async () => {
    const started = await startFunction(`
      export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const response = awslambda.HttpResponseStream.from(stream, { statusCode: 418, headers: { "X-A": "1" } });
        response.write("short");
        response.end();
      });`);

    const answer = buildEndpointResponse(await started.invoke(), "function-url");

    expect([answer.status, answer.headers, answer.body.toString()]).toEqual([418, { "x-a": "1" }, "short"]);
  });

  test.each([
    ["before it writes", "throw new RangeError('far');"],
    ["after it has written", "stream.write('x'); throw new RangeError('far');"],
  ])("and fails %s, fails, and the environment goes on", async (_, code) => {
    const started = await startFunction(
      `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        if (event.fail) { ${code} }
        stream.end("fine");
      });`,
    );

    const failed = await started.invoke({ fail: true });

    expect([failed.functionError, parsePayload(failed)]).toMatchObject([
      "Unhandled",
      { errorType: "RangeError", errorMessage: "far" },
    ]);
    expect((await started.invoke()).payload).toBe("fine");
    expect(started.pids).toHaveLength(1);
  });

  test("of another kind is refused when it is loaded", async () => {
    const symbol = 'Symbol.for("aws.lambda.runtime.handler.streaming")';
    const started = await startFunction(`export const handler = async () => 1; handler[${symbol}] = "request";`);

    expect(await started.ask()).toMatchObject({ errorType: "Runtime.MalformedStreamingHandler" });
  });
});

(HAS_PROC ? test : test.skip)("a function's own peak memory is not that of the process that started it", async () => {
  const ballast = Buffer.alloc(600 * 1024 * 1024, 1);
  const started = await startFunction(`export const handler = async () => process.resourceUsage().maxRSS / 1024;`, {
    memoryMb: 512,
  });

  const { payload } = await started.invoke();

  expect(ballast).toHaveLength(600 * 1024 * 1024);
  expect(Number(payload)).toBeGreaterThan(10);
  expect(Number(payload)).toBeLessThan(300);
});
