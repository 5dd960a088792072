import { describe, expect, test } from "@jest/globals";
import { createRandom } from "../../advisor/random";
import { deployCanary, EXAMPLE_ALARMS, SHARE_ALARMS } from "../../benchmarks/rollout/codedeploy";
import { NO_FAULT } from "../../benchmarks/rollout/faults";
import { LateLogs } from "../../benchmarks/rollout/late-logs";
import { findHarmShare, type Outcome, scoreOutcomes } from "../../benchmarks/rollout/score";
import { SimulatedService } from "../../benchmarks/rollout/service";
import { listTrials, runTrial } from "../../benchmarks/rollout/trials";
import { rollOut } from "../../benchmarks/rollout/warmwatch";
import { drawWorld, type World } from "../../benchmarks/rollout/world";

const LATENESS = { least: 5, most: 60 };
const THROWS = { ...NO_FAULT, failing: 1 };

/** In which nothing fails by itself. */
const CALM: World = { ...drawWorld(createRandom(1), 5), failingShare: 0, outages: [], bursts: [] };

describe("a simulated rollout", () => {
  test("completes with a version that is as the old one, and goes back from one that throws", () => {
    for (let seed = 0; seed < 5; seed++) {
      const equal = rollOut(CALM, NO_FAULT, seed, LATENESS);
      const throws = rollOut(CALM, THROWS, seed, LATENESS);
      expect(equal).toMatchObject({ wentBack: false, harmed: 0 });
      expect(throws).toMatchObject({ wentBack: true, reason: expect.stringContaining("errors") as unknown });
      expect(throws.endedAt).toBeLessThan(120);
    }
  });

  test("never sends a request to a version that does not start", () => {
    const attempt = rollOut(CALM, { ...NO_FAULT, cannotStart: true }, 1, LATENESS);
    expect(attempt).toMatchObject({ wentBack: true, newRequests: 0 });
  });

  test("is the same for the same seed", () => {
    const [trial] = listTrials([1]).measured;
    if (!trial) throw new Error("expected trials");
    expect(runTrial(trial, LATENESS)).toEqual(runTrial(trial, LATENESS));
  });
});

test("a simulated CodeDeploy goes back when an alarm rings, and only then", () => {
  const sets = [EXAMPLE_ALARMS, SHARE_ALARMS];
  for (const attempt of deployCanary(CALM, NO_FAULT, 1, sets)) expect(attempt).toMatchObject({ wentBack: false });
  for (const attempt of deployCanary(CALM, THROWS, 1, sets)) {
    expect(attempt).toMatchObject({ wentBack: true });
    // Two periods, and data that are late.
    expect(attempt.endedAt).toBeGreaterThan(120);
  }
});

test("a service sends the new version its share, and tells every request", () => {
  let newer = 0;
  let all = 0;
  const service = new SimulatedService(
    createRandom(1),
    { ...CALM, ratePerSecond: 100 },
    NO_FAULT,
    ({ isNew }) => {
      all++;
      if (isNew) newer++;
    },
    0,
  );

  service.serveUntil(100, 0.1);

  expect(all / 10_000).toBeCloseTo(1, 1);
  expect(newer / all).toBeCloseTo(0.1, 1);
});

test("a log is complete after the longest lateness", () => {
  const logs = new LateLogs(createRandom(1), LATENESS, 12, 0);
  const request = { isNew: true, milliseconds: 5, failed: true, timedOut: false, memoryPercent: 9, isHarmed: false };
  for (let second = 0; second < 60; second++) {
    logs.add("42", { ...request, endedAt: second, initMilliseconds: undefined });
  }

  const found = Array.from({ length: 10 }, () => logs.query()[0]?.versions["42"]?.requests ?? 0);

  expect(found[0]).toBeLessThan(8);
  expect(found).toEqual(found.toSorted((one, other) => one - other));
  expect(found.at(-1)).toBe(60);
});

test("a score counts what was found, what was harmed, and who was blamed", () => {
  const attempt = { wentBack: true, endedAt: 100, firstHarmAt: 40, newRequests: 50, harmed: 48, reason: "" };
  const outcome = { ...attempt, tool: "Warmwatch", seed: 1, ratePerSecond: 1 } as const;
  const found: Outcome = { ...outcome, kind: "throws always", harmShare: 1 };
  const missed: Outcome = { ...found, wentBack: false, endedAt: 480, harmShare: 0.5 };
  const equal: Outcome = { ...outcome, wentBack: false, harmShare: 0 };

  const score = scoreOutcomes([found, missed, equal, { ...equal, wentBack: true }]);

  expect(score).toMatchObject({ hurting: 2, found: 50, secondsToGoBack: { median: 60 }, falseRollbacks: 50 });
  expect(score.harmed).toBeCloseTo((100 * (48 + 48 + 0.5 * 3120)) / (480 + 3600), 5);
  expect(findHarmShare({ ...NO_FAULT, requestsUntilFull: 50 }, attempt)).toBe(0.02);
});
