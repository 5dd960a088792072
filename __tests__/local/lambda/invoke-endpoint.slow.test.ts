import { expect, test } from "@jest/globals";
import { request } from "node:http";
import { startFunction, type StartedFunction, waitUntil } from "./support";

const ECHO = "export const handler = async (event, context) => ({ event, client: context.clientContext });";
const INVOCATIONS = "/2015-03-31/functions/api/invocations";

function post(
  { lambda }: StartedFunction,
  path: string,
  body: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(lambda.url + path, { method: "POST", body, headers });
}

test("an invocation is answered with the function's answer, the version and an identifier", async () => {
  const started = await startFunction(ECHO);

  const response = await post(started, `${INVOCATIONS}?Qualifier=live`, '{"a":1}');

  expect(response.status).toBe(200);
  expect(response.headers.get("x-amz-executed-version")).toBe("1");
  expect(response.headers.get("x-amzn-requestid")).toMatch(/^[0-9a-f-]{36}$/);
  expect(response.headers.has("x-amz-function-error")).toBe(false);
  expect(await response.json()).toEqual({ event: { a: 1 } });
});

test.each([
  ["a name", "api", "?Qualifier=live", "1"],
  ["a name and an alias", "api:live", "", "1"],
  ["a name alone", "api", "", "$LATEST"],
  ["an ARN", encodeURIComponent("arn:aws:lambda:us-east-1:000000000000:function:api:warm"), "", "1"],
  ["a part of an ARN", encodeURIComponent("000000000000:function:api"), "?Qualifier=1", "1"],
])("a function is found by %s", async (_, name, query, version) => {
  const started = await startFunction(ECHO);

  const response = await post(started, `/2015-03-31/functions/${name}/invocations${query}`, "");

  expect(response.headers.get("x-amz-executed-version")).toBe(version);
  expect(await response.json()).toEqual({ event: {} });
});

test("a failure of the function is a success of the invocation, and marked", async () => {
  const started = await startFunction("export const handler = async () => { throw new RangeError('far'); };");

  const response = await post(started, INVOCATIONS, "{}");

  expect(response.status).toBe(200);
  expect(response.headers.get("x-amz-function-error")).toBe("Unhandled");
  expect(await response.json()).toMatchObject({ errorType: "RangeError", errorMessage: "far" });
});

test("the log's end and the client's context travel in headers", async () => {
  const started = await startFunction(`
    export const handler = async (event, context) => { console.log("hello"); return context.clientContext; };`);
  const context = Buffer.from('{"client":{"app_title":"shop"}}').toString("base64");

  const response = await post(started, INVOCATIONS, "{}", {
    "X-Amz-Log-Type": "Tail",
    "X-Amz-Client-Context": context,
  });

  const log = Buffer.from(response.headers.get("x-amz-log-result") ?? "", "base64").toString();
  expect(log).toContain('"message":"hello"');
  expect(log).toContain("platform.report");
  expect(await response.json()).toEqual({ client: { app_title: "shop" } });
});

test.each(["//", "/%E0%A4%A", "/2015-03-31/functions/%FF/invocations", "/2015-03-31/functions/%FF/aliases/live"])(
  "an address is the caller's mistake: %s",
  async (path) => {
    const { lambda } = await startFunction(ECHO);

    const response = await new Promise<number | undefined>((resolve, reject) => {
      request(lambda.url, { path, method: "POST" }, ({ statusCode }) => {
        resolve(statusCode);
      })
        .on("error", reject)
        .end("{}");
    });

    expect(response === 400 || response === 404).toBe(true);
  },
);

test("an event is accepted at once and handled later, also when the function is throttled just now", async () => {
  const started = await startFunction(
    "export const handler = async ({ wait, say }) => { console.log(say); await new Promise((resolve) => setTimeout(resolve, wait)); };",
    { reservedConcurrency: 1 },
  );
  const event = (say: string) =>
    post(started, INVOCATIONS, JSON.stringify({ say, wait: 300 }), { "X-Amz-Invocation-Type": "Event" });

  const responses = [await event("first"), await event("second")];
  await waitUntil(() => started.recordsOf("platform.report").length === 2);

  expect(responses.map(({ status }) => status)).toEqual([202, 202]);
  expect(started.lines.filter((line) => /"message":"(first|second)"/.test(line))).toHaveLength(2);
});

test("a dry run runs nothing", async () => {
  const started = await startFunction(ECHO);

  const response = await post(started, INVOCATIONS, "{}", { "X-Amz-Invocation-Type": "DryRun" });

  expect(response.status).toBe(204);
  expect(started.lines).toEqual([]);
});

test.each([
  ["no such function", "/2015-03-31/functions/none/invocations", "{}", 404, "ResourceNotFoundException"],
  ["no such alias", `${INVOCATIONS}?Qualifier=none`, "{}", 404, "ResourceNotFoundException"],
  ["no JSON", INVOCATIONS, "{", 400, "InvalidRequestContentException"],
  ["too long", INVOCATIONS, JSON.stringify("x".repeat(6 * 1024 * 1024)), 413, "RequestTooLargeException"],
  [
    "two aliases",
    "/2015-03-31/functions/api:warm/invocations?Qualifier=live",
    "",
    400,
    "InvalidParameterValueException",
  ],
  ["another operation", "/2015-03-31/functions", "{}", 404, "UnknownOperationException"],
])("%s is an error of the SDK's kind", async (_, path, body, status, type) => {
  const started = await startFunction(ECHO);

  const response = await post(started, path, body);

  expect(response.status).toBe(status);
  expect(response.headers.get("x-amzn-errortype")).toBe(type);
  expect(await response.json()).toMatchObject({ Type: "User", message: expect.stringMatching(/./) });
  expect(started.lines).toEqual([]);
});

test("a throttle tells why", async () => {
  const started = await startFunction(ECHO, { reservedConcurrency: 0 });

  const response = await post(started, INVOCATIONS, "{}");

  expect(response.status).toBe(429);
  expect(response.headers.get("x-amzn-errortype")).toBe("TooManyRequestsException");
  expect(await response.json()).toMatchObject({ Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" });
});

test("closing answers a request that is under way", async () => {
  const started = await startFunction(
    'export const handler = async () => { console.log("here"); await new Promise((resolve) => setTimeout(resolve, 20000)); };',
  );
  const answer = post(started, INVOCATIONS, "{}");
  await waitUntil(() => started.lines.some((line) => line.includes('"here"')));

  await started.lambda.close();

  expect((await answer).headers.get("x-amz-function-error")).toBe("Unhandled");
  await expect(post(started, INVOCATIONS, "{}")).rejects.toThrow();
});

test.each([
  ["a page of another site", { origin: "https://example.com" }],
  ["a page that says nothing of itself", { "sec-fetch-site": "cross-site" }],
  ["a site whose name leads to this computer", { host: "example.com" }],
])("%s cannot invoke a function", async (_, headers) => {
  const started = await startFunction(ECHO);
  const { port } = new URL(started.lambda.url);

  const status = await new Promise((resolve, reject) => {
    const path = INVOCATIONS;
    request({ host: "127.0.0.1", port, path, method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end("{}");
  });

  expect([status, started.pids]).toEqual([403, []]);
});
