import { expect, jest, test } from "@jest/globals";
import { execFileSync } from "node:child_process";
import { type ClientInvocation, findNodeForClient, runWithClient } from "./aws-runtime-client";

/**
 * Handlers, once with our runtime client and once with AWS's own, behind the same Runtime API and on the same Node.js.
 */
const node = findNodeForClient("the local Lambda beside AWS's runtime client");
const testWithClient = node === undefined ? test.skip : test;
if (node !== undefined) jest.replaceProperty(process, "execPath", node);

/** What an answer, and the platform's report of it, say. */
type Expected = string | readonly [errorType: string, errorMessage: RegExp];

testWithClient.each<[what: string, code: string, expected: Expected, asked?: ClientInvocation]>([
  [
    "answers with the event",
    "export const handler = async (event) => event;",
    '{"a":"✓ \\u2028"}',
    { event: { a: "✓ \u2028" } },
  ],
  ["answers with nothing", "export const handler = async () => {};", "null"],
  ["answers with what is like a promise", "export const handler = () => ({ then: (settle) => settle(8) });", "8"],
  [
    "answers with a stream",
    "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('7'); stream.end(); });",
    "7",
  ],
  [
    "answers with a stream at its end",
    "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('7'); return 8; });",
    "7",
  ],
  [
    "throws before it streams",
    "export const handler = awslambda.streamifyResponse(async () => { throw new RangeError('far'); });",
    ["RangeError", /^far$/],
  ],
  [
    "throws while it streams",
    "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('7'); throw new RangeError('far'); });",
    ["RangeError", /^far$/],
  ],
  [
    "streams without a promise",
    "export const handler = awslambda.streamifyResponse((event, stream) => { stream.end('7'); });",
    "7",
  ],
  [
    "sets a content type too late",
    "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('7'); stream.setContentType('a/b'); });",
    ["Runtime.InvalidStreamingOperation", /too late/],
  ],
  ["is nested", "export const a = { b: async () => 9 };", "9", { configuration: { handler: "handler.a.b" } }],
  ["is exported by default", "export default { handler: async () => 9 };", "9"],
  [
    "gets six megabytes",
    "export const handler = async ({ text }) => text.length;",
    "6291356",
    { event: { text: "x".repeat(6_291_356) } },
  ],
  ["throws", "export const handler = async () => { throw new RangeError('far ✓'); };", ["RangeError", /^far ✓$/]],
  ["throws at once", "export const handler = () => { throw new RangeError('far'); };", ["RangeError", /^far$/]],
  [
    "throws an error with a name",
    "export const handler = async () => { throw Object.assign(new Error('c'), { name: 'Mine', code: 7 }); };",
    ["Mine", /^c$/],
  ],
  ["throws what is no error", "export const handler = async () => { throw 'words'; };", ["string", /^words$/]],
  ["throws an object", "export const handler = async () => { throw { a: 1 }; };", ["object", /^\[object Object\]$/]],
  [
    "throws with a very long message",
    "export const handler = async () => { throw new Error('x'.repeat(100_000)); };",
    ["Error", /^x{100000}$/],
  ],
  [
    "throws with a control character",
    "export const handler = async () => { throw new Error('a\\x7fb'); };",
    ["Error", /^a%7Fb$/],
  ],
  [
    "throws what cannot be described",
    "export const handler = async () => { throw Object.defineProperty(new Error(), 'message', { get() { throw 1; } }); };",
    ["handled", /problem while retrieving/],
  ],
  [
    "answers with more than fits",
    "export const handler = async () => 'x'.repeat(7_000_000);",
    ["Function.ResponseSizeTooLarge", /exceeded/],
  ],
  [
    "ends its process",
    "export const handler = async () => process.exit(0);",
    ["Runtime.ExitError", /without providing a reason$/],
  ],
  [
    "ends its process with a code",
    "export const handler = async () => process.exit(3);",
    ["Runtime.ExitError", /exit status 3$/],
  ],
  [
    "is killed",
    "export const handler = async () => { process.kill(process.pid, 'SIGKILL'); for (;;); };",
    ["Runtime.ExitError", /signal: killed$/],
  ],
  [
    "waits too long",
    "export const handler = async () => new Promise((resolve) => setTimeout(resolve, 20_000));",
    ["Sandbox.Timedout", /timed out after 1\.00 seconds$/],
    { configuration: { timeoutSeconds: 1 } },
  ],
  [
    "works too long",
    "export const handler = async () => { for (;;); };",
    ["Sandbox.Timedout", /timed out after 1\.00 seconds$/],
    { configuration: { timeoutSeconds: 1 } },
  ],
  ["throws while it is loaded", "throw new RangeError('no table');", ["RangeError", /^no table$/]],
  ["throws a text while it is loaded", "throw 'words';", ["string", /^words$/]],
  ["ends while it is loaded", "process.exit(3);", ["Runtime.ExitError", /exit status 3$/]],
  ["cannot be read", "export const handler = ;", ["Runtime.UserCodeSyntaxError", /^SyntaxError: /]],
  ["imports what is not there", "import './none.mjs';", ["Error", /^Cannot find module '<code>\/none\.mjs'/]],
  ["imports a package that is not there", "import 'none';", ["Error", /^Cannot find package 'none'/]],
  [
    "is not exported",
    "export const other = 1;",
    ["Runtime.HandlerNotFound", /handler\.handler is undefined or not exported/],
  ],
  ["is no function", "export const handler = 1;", ["Runtime.HandlerNotFound", /handler\.handler is not a function/]],
  [
    "has no name",
    "export const handler = 1;",
    ["Runtime.MalformedHandlerName", /^Bad handler$/],
    { configuration: { handler: "handler" } },
  ],
])("a handler that %s ends as with AWS's client", async (...[, code, expected, asked]) => {
  const [ours, theirs] = await Promise.all([runWithClient("ours", code, asked), runWithClient("AWS's", code, asked)]);

  expect(ours).toEqual(theirs);
  if (typeof expected === "string")
    expect(theirs.answers.map(({ payload }) => payload)).toEqual([JSON.parse(expected), JSON.parse(expected)]);
  else {
    const [errorType, errorMessage] = expected;
    const error = {
      functionError: "Unhandled",
      payload: { errorType, errorMessage: expect.stringMatching(errorMessage) },
    };
    expect(theirs.answers).toMatchObject([error, error]);
  }
});

testWithClient("a handler's context is as with AWS's client", async () => {
  const code = `export const handler = async (event, context) => ({
    ...context,
    logStreamName: context.logStreamName.length,
    xRayTraceId: undefined,
    callbackWaitsForEmptyEventLoop: undefined,
    untilDeadline: Math.ceil(context.getRemainingTimeInMillis() / 1000),
    traceId: process.env._X_AMZN_TRACE_ID.replaceAll(/[0-9a-f]/g, "0"),
    variables: Object.keys(process.env).sort(),
  });`;
  const asked = { clientContext: '{\n  "custom": "✓ ü \\n"\n}' };

  const [ours, theirs] = await Promise.all([runWithClient("ours", code, asked), runWithClient("AWS's", code, asked)]);

  expect(ours).toEqual(theirs);
  expect(theirs.answers[0]?.payload).toMatchObject({
    clientContext: { custom: "✓ ü \n" },
    invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:api:live",
    awsRequestId: "<request>",
    functionName: "api",
    functionVersion: "1",
    memoryLimitInMB: "512",
    logGroupName: "/aws/lambda/api",
    untilDeadline: 30,
  });
});

testWithClient("what a handler logs is as with AWS's client", async () => {
  const code = `
    console.log("loaded");
    export const handler = async () => {
      console.log("a", 1, { b: 2 });
      console.info("two\\nlines");
      console.warn({ w: [1] });
      console.error(new RangeError("e"));
      console.error("with", new TypeError("t"));
      console.fatal("f");
      console.debug("below the level");
      console.trace("below the level");
      console.log();
      console.log(undefined, 1);
      console.log("%s!", "x");
      const circular = { name: "c" };
      circular.self = circular;
      console.log(circular);
    };`;

  const [ours, theirs] = await Promise.all([runWithClient("ours", code), runWithClient("AWS's", code)]);

  expect(ours.log).toEqual(theirs.log);
  expect(theirs.log).toHaveLength(21);
});

/**
 * AWS's client of today is that of nodejs24.x; ours does as that one on Node.js 24, and as that of nodejs22.x on older
 * ones.
 */
const isNode24 =
  node !== undefined && Number(/\d+/.exec(execFileSync(node, ["--version"], { encoding: "utf8" }))?.[0]) >= 24;

testWithClient.each<[what: string, code: string, ours: unknown, theirs: unknown]>([
  [
    "calls back",
    "export const handler = (event, context, callback) => callback(null, 7);",
    7,
    { errorType: "Runtime.CallbackHandlerDeprecated" },
  ],
  ["answers without a promise", "export const handler = () => 7;", null, 7],
  [
    "answers with what JSON cannot hold",
    "export const handler = async () => 1n;",
    { errorType: "Error", errorMessage: "Unable to stringify response body" },
    { errorType: "Runtime.JSONStringifyError", errorMessage: "Unable to stringify response body" },
  ],
  [
    "does not catch an error",
    "export const handler = () => new Promise(() => setTimeout(() => { throw new RangeError('nobody'); }));",
    { errorType: "RangeError", errorMessage: "nobody" },
    { errorType: "Runtime.ExitError" },
  ],
  [
    "does not catch a rejection",
    "export const handler = () => new Promise(() => { Promise.reject(new Error('nobody')); setTimeout(() => {}, 20_000); });",
    { errorType: "Runtime.UnhandledPromiseRejection", errorMessage: "Error: nobody" },
    { errorType: "Runtime.ExitError" },
  ],
  [
    "never settles its promise",
    "export const handler = async () => new Promise(() => {});",
    { errorType: "Runtime.NodeJsExit" },
    { errorType: "Runtime.ExitError" },
  ],
  [
    "throws nothing",
    "export const handler = async () => { throw undefined; };",
    { errorType: "string", errorMessage: "handled" },
    { errorType: "undefined", errorMessage: "undefined" },
  ],
])(
  "a handler that %s does not end as with AWS's newest client, as docs/local.md tells",
  async (_, code, our, their) => {
    const [ours, theirs] = await Promise.all([runWithClient("ours", code), runWithClient("AWS's", code)]);

    expect(ours.answers[0]?.payload).toEqual(matching(isNode24 ? their : our));
    expect(theirs.answers[0]?.payload).toEqual(matching(their));
  },
);

function matching(expected: unknown): unknown {
  return typeof expected === "object" && expected !== null ? expect.objectContaining(expected) : expected;
}
