import { expect, test } from "@jest/globals";
import { build } from "esbuild";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseFunctionFailure } from "../../local/function-failure";
import { makeTemporaryFolder } from "../support/project";

function payloadOf(trace: readonly string[], errorMessage = "far"): string {
  return JSON.stringify({ errorType: "RangeError", errorMessage, trace });
}

test("the place of a failure is in the sources, the first line that is the function's own", async () => {
  const root = makeTemporaryFolder();
  const code = join(root, "code");
  writeFileSync(join(root, "handler.ts"), "// First line.\nexport const handler = () => {\n  throw new Error();\n};\n");
  await build({
    ...{ entryPoints: [join(root, "handler.ts")], outfile: join(code, "handler.mjs"), absWorkingDir: root },
    ...{ sourcemap: true, minify: true, format: "esm" },
  });
  const bundled = `${pathToFileURL(code).href}/handler.mjs:1:11`;

  const failure = parseFunctionFailure(
    payloadOf([
      "RangeError: far",
      "    at node:internal/process/task_queues:95:5",
      "    at Object.run (/elsewhere/bootstrap.mjs:1:2)",
      `    at handler (${bundled})`,
    ]),
    code,
  );

  expect(failure).toMatchObject({ errorType: "RangeError", errorMessage: "far" });
  expect(failure.where).toMatch(/^handler\.ts:2:\d+$/);
});

test("without a source map, the place is in the bundle; without a line of the function, there is none", () => {
  const code = makeTemporaryFolder();

  expect(parseFunctionFailure(payloadOf([`    at ${code}/handler.mjs:7:9`]), code).where).toBe("handler.mjs:7:9");
  expect(
    parseFunctionFailure(payloadOf(["    at node:fs:1:2", "    at /other/handler.mjs:7:9"]), code).where,
  ).toBeUndefined();
});

test.each(["file:///a%2Fb/c.js:1:1", "file:///a%zz/c.js:1:1", "file://host/c.js:1:1"])(
  "a stack that a function wrote itself hides no failure: %s",
  (address) => {
    expect(parseFunctionFailure(payloadOf([`    at run (${address})`]), "/code")).toEqual({
      errorType: "RangeError",
      errorMessage: "far",
    });
  },
);

test("the place is found beside a line of a megabyte that looks like many", () => {
  const lines = ["at /".repeat(250_000), "    at /code/handler.mjs:7:9"];

  expect(parseFunctionFailure(payloadOf(lines), "/code").where).toBe("handler.mjs:7:9");
});

test("what Lambda itself says is told without the request's identifier", () => {
  const payload = JSON.stringify({
    errorType: "Sandbox.Timedout",
    errorMessage: "RequestId: 1-2 Error: Task timed out after 3.00 seconds",
  });

  expect(parseFunctionFailure(payload, "/code")).toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: "Task timed out after 3.00 seconds",
  });
});

test.each(["", "7", "null", "[]", '{"errorType":7}', "no JSON"])(
  "a payload that tells nothing is no failure of ours: %j",
  (payload) => {
    expect(parseFunctionFailure(payload, "/code")).toEqual({ errorType: "Error", errorMessage: "" });
  },
);
