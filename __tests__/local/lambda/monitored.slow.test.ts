import { describe, expect, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { makeTemporaryFolder } from "../../support/project";
import { startFunction } from "./support";

/** Handlers in real processes, with and without monitoring: their callers see the same, and so do the metrics. */

const bundle = join(makeTemporaryFolder(), "performance.mjs");
buildSync({ entryPoints: ["performance/index.ts"], outfile: bundle, bundle: true, platform: "node", format: "esm" });
writeFileSync(bundle.replace("performance.mjs", "package.json"), "{}");
const IMPORT = `import { monitor, monitorHttp } from ${JSON.stringify(pathToFileURL(bundle).href)};`;
const beforeNode24 = Number(process.versions.node.split(".")[0]) < 24;

/** What callers of an expression's handler see, twice, and the names of metrics in its log. */
async function seen(wrap: string, expression: string): Promise<{ answers: unknown[]; metrics: string[] }> {
  const { lambda, lines, invoke } = await startFunction(
    `${IMPORT}\nexport const handler = ${wrap}(${expression});`,
  ).then((started) => ({ lambda: started.lambda, lines: started.lines, invoke: () => started.invoke() }));
  const answers: unknown[] = [];
  for (let count = 0; count < 2; count++) {
    const { functionError, payload } = await invoke();
    answers.push({
      functionError,
      payload: JSON.parse(payload.replace(/RequestId: [\w-]+/, ""), (key, value: unknown) =>
        key === "trace" ? 0 : value,
      ) as unknown,
    });
  }
  await lambda.close();
  const metrics = lines
    .filter((line) => line.includes('"_aws"'))
    .flatMap((line) => Object.keys(JSON.parse(line) as object));
  return {
    answers,
    metrics: metrics.filter((name) => ["FirstByteTime", "Successes", "ClientErrors", "Failures"].includes(name)),
  };
}

const SUCCESS = ["Successes", "Successes"];
const FAILURE = ["Failures", "Failures"];
const STREAMED = ["FirstByteTime", "Successes", "FirstByteTime", "Successes"];

describe.each(["monitor", "monitorHttp"])("%s: callers see the same as without it", (wrap) => {
  test.each<[string, string, string[]]>([
    ["resolves", "async () => ({ statusCode: '500' })", FAILURE],
    ["never settles", "async () => { await new Promise(() => {}); }", FAILURE],
    ["throws", "async () => { throw new RangeError('x'); }", FAILURE],
    ["writes what is no output", "async () => { process.stdout.write(Symbol('x')); }", FAILURE],
    [
      "streams",
      "awslambda.streamifyResponse(async (e, stream) => { stream.write('[1,'); stream.end('2]'); })",
      STREAMED,
    ],
    ["streams at its end", "awslambda.streamifyResponse(async (e, stream) => { stream.end('1'); })", STREAMED],
    ...(beforeNode24
      ? ([
          ["calls back late", "(e, c, callback) => setTimeout(() => callback(null, 'hi'), 5)", SUCCESS],
          ["calls back by rest parameters", "(...args) => setTimeout(() => args[2](new Error('x')), 20)", FAILURE],
          ["fails by its context", "(event, context) => { context.fail('x'); }", FAILURE],
          ["is done by its context", "(event, context) => { context.done(null, 1); }", SUCCESS],
          ["answers nothing", "() => 7", SUCCESS],
          ["returns a promise that never settles", "() => new Promise(() => {})", SUCCESS],
          ["answers twice", "async (e, c, callback) => { callback(null, 1); throw new Error('2'); }", SUCCESS],
        ] satisfies [string, string, string[]][])
      : ([
          ["has a callback", "(e, c, callback) => setTimeout(() => callback(null, 'hi'), 5)", []],
          ["returns a value", "() => 7", SUCCESS],
        ] satisfies [string, string, string[]][])),
  ])("of a handler that %s", async (what, expression, metrics) => {
    const [plain, monitored] = await Promise.all([seen("", expression), seen(wrap, expression)]);
    // The header is what monitorHttp is for.
    if (!(wrap === "monitorHttp" && ["resolves", "returns a value"].includes(what))) {
      expect(monitored.answers).toEqual(plain.answers);
    }
    expect(monitored.metrics).toEqual(metrics);
  });
});

describe("the line of metrics stays a line of its own, and no other line comes with it", () => {
  test.each([
    ["a text without an end of line", "process.stdout.write('x')", ["x"]],
    ["a line", "process.stdout.write('x\\n')", ["x"]],
    ["bytes without an end of line", "process.stdout.write(Buffer.from('x'))", ["x"]],
    ["bytes with an end of line", "process.stdout.write(new TextEncoder().encode('x\\n'))", ["x"]],
    ["a line and then nothing", "(process.stdout.write('x\\n'), process.stdout.write(''))", ["x"]],
    ["a line in two parts", "(process.stdout.write('x'), process.stdout.write('y\\n'))", ["xy"]],
    ["by a reference from before", "early.write('x')", ["x"]],
    ["nothing", "undefined", []],
  ])("after %s", async (_, write, others) => {
    const code = `const early = process.stdout;\nexport const handler = monitor(async () => { ${write}; });`;
    const started = await startFunction(`${IMPORT}\n${code}`);
    await started.invoke();
    await started.invoke();
    await started.lambda.close();
    const own = started.lines.filter((line) => !line.includes('"platform.'));
    const metrics = own.filter((line) => line.startsWith('{"_aws"'));
    expect(metrics.map((line) => (JSON.parse(line) as { Successes: number }).Successes)).toEqual([1, 1]);
    expect(own.filter((line) => !metrics.includes(line))).toEqual([...others, ...others]);
  });
});

test("what is no handler is refused when it is loaded", async () => {
  const { answers } = await seen("monitor", "undefined");
  expect(answers[0]).toMatchObject({
    functionError: "Unhandled",
    payload: { errorType: "TypeError", errorMessage: "a handler is a function, not undefined" },
  });
});
