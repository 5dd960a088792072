// First: the load tester and the servers share a clock that does not wait.
import { sleep } from "./virtual-time";
import { expect, test } from "@jest/globals";
import { runStress } from "../../../operations/load/profiles/stress";
import { buildLoadReport } from "../../../operations/load/report";
import { makeFakeTarget, makeRun, makeSettings } from "./support";

/** Answers so many requests at a time, each after some time; the others wait in a queue. */
function limited(slots: number, milliseconds: number, longestQueue = Infinity): () => Promise<{ status: number }> {
  let busy = 0;
  const queue: (() => void)[] = [];
  return async () => {
    if (busy < slots) busy++;
    else if (queue.length >= longestQueue) return { status: 429 };
    else await new Promise<void>((resolve) => queue.push(resolve));
    await sleep(milliseconds);
    const next = queue.shift();
    if (next) next();
    else busy--;
    return { status: 200 };
  };
}

test("finds the knee of a server with limited concurrency that lets requests wait, and its recovery", async () => {
  // 5 at a time, each 50 ms: close to 100 a second.
  const run = makeRun(makeFakeTarget(limited(5, 50)));
  const settings = await makeSettings({ profile: "stress", rate: "40", seconds: "2" });

  const result = await runStress(run, settings);

  expect([78.1, 97.7]).toContain(result.heldRatePerSecond);
  expect([97.7, 122]).toContain(result.brokenRatePerSecond);
  expect(result.reason).toMatch(/^p99 \d+ ms, in the first step \d+ ms$/);
  expect(result.recoverySeconds).toBeLessThanOrEqual(5);
  const report = buildLoadReport({
    run,
    settings,
    stress: result,
    startedAt: 0,
    endedAt: 1,
    baseline: undefined,
    version: "1",
  });
  expect(report.scope).toBe("steps that held");
  expect(report.figures.requests).toBe(
    report.phases
      .filter(({ name, broken }) => name.startsWith("step") && !broken)
      .reduce((sum, { requests }) => sum + requests, 0),
  );
  expect(report.figures.p99Milliseconds ?? report.figures.allP99Milliseconds).toBeLessThan(200);
});

test("finds the knee of a server that refuses what is too much", async () => {
  const run = makeRun(makeFakeTarget(limited(5, 50, 0)));

  const result = await runStress(run, await makeSettings({ profile: "stress", rate: "40", seconds: "2" }));

  expect(result.brokenRatePerSecond).toBeGreaterThanOrEqual(97.7);
  expect(result.brokenRatePerSecond).toBeLessThanOrEqual(122);
  expect(result.reason).toMatch(/% errors$/);
  expect(result.recoverySeconds).toBeLessThanOrEqual(5);
});

test("a server that never recovers is told so", async () => {
  let requests = 0;
  const run = makeRun(makeFakeTarget(() => Promise.resolve({ status: requests++ < 150 ? 200 : 500 })));

  const result = await runStress(run, await makeSettings({ profile: "stress", rate: "100", seconds: "1" }));

  expect(result).toMatchObject({ heldRatePerSecond: 100, brokenRatePerSecond: 125 });
  expect(result.recoverySeconds).toBeUndefined();
});

test("a server that answers nobody in time holds no rate, however long a step waits for it", async () => {
  const never = async () => {
    await sleep(1500);
    throw new Error("no answer");
  };
  const run = makeRun(makeFakeTarget(never));

  const result = await runStress(run, await makeSettings({ profile: "stress", rate: "10", seconds: "1" }));

  expect(result).toEqual({ brokenRatePerSecond: 10, reason: "100.0 % errors" });
});
