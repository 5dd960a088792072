import { expect, test } from "@jest/globals";
import { parsePayload, HAS_PROC, isProcessAlive, startFunction } from "./support";

test("a request that takes too long is ended, and the next one meets a cold start", async () => {
  const started = await startFunction(
    `export const handler = async ({ hang }) => { if (hang) for (;;); return { pid: process.pid }; };`,
    { timeoutSeconds: 2 },
  );
  const { pid } = await started.ask();

  const late = await started.invoke({ hang: true });
  const aliveAfter = isProcessAlive(pid as number);
  const next = await started.ask();

  expect(late.functionError).toBe("Unhandled");
  expect(parsePayload(late)).toEqual({
    errorType: "Sandbox.Timedout",
    errorMessage: `RequestId: ${late.requestId} Error: Task timed out after 2.00 seconds`,
  });
  expect(aliveAfter).toBe(false);
  expect(next["pid"]).not.toBe(pid);
  expect(started.recordsOf("platform.report").map(({ status }) => status)).toEqual(["success", "timeout", "success"]);
});

test.each([
  ["exit", "process.exit(1)", "Runtime exited with error: exit status 1"],
  ["end that looks right", "process.exit(0)", "Runtime exited without providing a reason"],
  ["signal", "process.kill(process.pid, 'SIGKILL')", "Runtime exited with error: signal: killed"],
])("a crash by %s ends the request and the environment", async (_, crash, reason) => {
  const started = await startFunction(
    `export const handler = async () => { ${crash}; await new Promise((resolve) => setTimeout(resolve, 20000)); };`,
  );

  const result = await started.invoke();

  expect(parsePayload(result)).toEqual({
    errorType: "Runtime.ExitError",
    errorMessage: `RequestId: ${result.requestId} Error: ${reason}`,
  });
  expect(started.pids).toEqual([]);
  expect(started.recordsOf("platform.report")).toMatchObject([{ status: "failure", errorType: "Runtime.ExitError" }]);
});

test.each([
  ["error", "setTimeout(() => { throw new RangeError('nobody caught me'); })", "RangeError"],
  ["rejection", "Promise.reject(new Error('nobody caught me'))", "Runtime.UnhandledPromiseRejection"],
])("an %s that nobody caught is told, and ends the environment", async (_, code, errorType) => {
  const started = await startFunction(`export const handler = () => new Promise(() => { ${code}; });`);

  const result = await started.invoke();

  const { errorMessage, ...rest } = parsePayload(result);
  expect(rest).toMatchObject({ errorType });
  expect(errorMessage).toContain("nobody caught me");
  expect(started.pids).toEqual([]);
});

test.each([
  ["throws", "throw new RangeError('no table');", "RangeError", /^no table$/],
  ["cannot be read", "export const handler = ;", "Runtime.UserCodeSyntaxError", /SyntaxError/],
  ["imports what is not there", "import './none.mjs';", "Error", /^Cannot find module/],
  [
    "requires what is not there",
    "import { createRequire } from 'node:module'; createRequire(import.meta.url)('./none.cjs');",
    "Runtime.ImportModuleError",
    /^Error: Cannot find module/,
  ],
  ["has no handler", "export const other = 1;", "Runtime.HandlerNotFound", /handler\.handler is undefined/],
  ["exits", "process.exit(3);", "Runtime.ExitError", /exit status 3$/],
])("code that %s fails the request, after a second try", async (_, code, errorType, message) => {
  const started = await startFunction(code);

  const result = await started.invoke();

  const { errorMessage, ...rest } = parsePayload(result);
  expect(rest).toMatchObject({ errorType });
  expect(errorMessage).toMatch(message);
  expect(started.recordsOf("platform.initReport")).toMatchObject([
    { phase: "init", errorType },
    { phase: "invoke", errorType },
  ]);
  expect(started.pids).toEqual([]);
});

test("code that takes too long to load is started once more, at the request's expense", async () => {
  const started = await startFunction(
    `import { existsSync, writeFileSync } from "node:fs";
     if (!existsSync("second")) { writeFileSync("second", ""); await new Promise((resolve) => setTimeout(resolve, 20000)); }
     export const handler = async () => 7;`,
    {},
    { initLimitMilliseconds: 2000 },
  );

  const result = await started.invoke();

  expect(result.payload).toBe("7");
  expect(started.recordsOf("platform.initReport")).toMatchObject([{ phase: "init", status: "timeout" }]);
  expect(started.recordsOf("platform.report")[0]?.metrics).not.toHaveProperty("initDurationMs");
});

(HAS_PROC ? test : test.skip)("more memory than the function has ends the request and the environment", async () => {
  const started = await startFunction(
    `export const handler = async () => {
       const kept = Buffer.alloc(300_000_000, 1);
       await new Promise((resolve) => setTimeout(resolve, 20000));
       return kept.length;
     };`,
    { memoryMb: 128 },
  );

  const result = await started.invoke();

  expect(parsePayload(result)).toEqual({
    errorType: "Runtime.OutOfMemory",
    errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: signal: killed`,
  });
  expect(started.recordsOf("platform.report")).toMatchObject([
    { status: "failure", metrics: { memorySizeMB: 128, maxMemoryUsedMB: 128 } },
  ]);
  expect(started.pids).toEqual([]);
});
