import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { judge } from "../../rollout/judge";
import {
  BEGIN,
  buildBakingState,
  buildEvidence,
  buildFigures,
  buildState,
  fill,
  MINUTE,
  PLAN,
  repeatMinutes,
} from "./rollouts";

function listHarmful(...[evidence]: Parameters<typeof judge>) {
  return judge(evidence).harmful.map(({ measure }) => measure);
}

describe("a version that fails", () => {
  test("always, is found after a handful of requests, even with little traffic", () => {
    const minutes = repeatMinutes(1, { requests: 5, failures: 5 }, { requests: 45 });

    const { harmful } = judge(buildEvidence({ minutes }));

    expect(harmful).toEqual([
      { measure: "errors", text: "100 % of 5 requests failed, 0 % of 45 with the old version" },
    ]);
  });

  test("is found although no minute has requests of both versions", () => {
    const minutes = [...repeatMinutes(4, { requests: 1, failures: 1 }), ...repeatMinutes(36, {}, { requests: 1 })].map(
      (figures, index) => ({ ...figures, minute: BEGIN + index * MINUTE }),
    );
    expect(listHarmful(buildEvidence({ minutes }))).toEqual(["errors"]);
  });

  test("once, is not found", () => {
    const minutes = repeatMinutes(1, { requests: 20, failures: 1 }, { requests: 180 });
    expect(listHarmful(buildEvidence({ minutes }))).toEqual([]);
  });

  test("as often as the old one because of a common cause, is not found, however many requests fail", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 100 }), (scale, percent) => {
        const newer = { requests: 100 * scale, failures: percent * scale };
        const older = { requests: 900 * scale, failures: 9 * percent * scale };
        expect(listHarmful(buildEvidence({ minutes: repeatMinutes(5, newer, older) }))).toEqual([]);
      }),
    );
  });

  test("more often by a share that does not matter, is not found, however certain it is", () => {
    const minutes = repeatMinutes(5, { requests: 1e6, failures: 8000 }, { requests: 9e6, failures: 900 });
    expect(listHarmful(buildEvidence({ minutes }))).toEqual([]);
  });

  test("only when it serves all requests, is doubtful then", () => {
    const calm = repeatMinutes(5, { requests: 300 }, { requests: 2700 });
    const [first] = repeatMinutes(1, { requests: 500, failures: 100 });
    const minutes = [
      ...calm,
      { minute: BEGIN + 5 * MINUTE, versions: { "42": first?.versions["42"] ?? buildFigures() } },
    ];

    const { harmful, doubtful } = judge(buildEvidence({ state: buildBakingState(), minutes }));

    expect(harmful).toEqual([]);
    expect(doubtful.map(({ measure }) => measure)).toEqual(["errors"]);
    const shares = [...buildBakingState().shares, { percent: 10, since: BEGIN + 6 * MINUTE }];
    expect(judge(buildEvidence({ state: buildState({ shares }), minutes })).doubtful).toEqual([]);
  });
});

test("a version that is slower than the old one is found", () => {
  const newer = { requests: 60, durations: fill(600, 60) };
  const older = { requests: 540, durations: fill(200, 540) };

  const { harmful } = judge(buildEvidence({ minutes: repeatMinutes(1, newer, older) }));

  expect(harmful).toEqual([
    { measure: "duration", text: "100 % of 60 requests took more than 298 ms, 0 % of 540 with the old version" },
  ]);
});

describe("first requests of instances, which are slow", () => {
  const older = { requests: 540, durations: fill(100, 540) };
  const slow = (count: number) => ({ requests: 60, durations: { ...fill(100, 60 - count), ...fill(2000, count) } });

  test("are not held against a version whose instances are new", () => {
    const [warming] = repeatMinutes(1, { inits: fill(300, 12) });
    const minutes = [
      { minute: BEGIN - MINUTE, versions: warming?.versions ?? {} },
      ...repeatMinutes(1, { ...slow(20), inits: fill(300, 8) }, older),
    ];

    expect(listHarmful(buildEvidence({ minutes }))).toEqual([]);
  });

  test("do not hide that others are slow as well", () => {
    const minutes = repeatMinutes(1, { ...slow(60), inits: fill(300, 20) }, older);

    expect(listHarmful(buildEvidence({ minutes }))).toEqual(["duration"]);
  });
});

test("a version is not found because of some milliseconds", () => {
  const newer = { requests: 60, durations: fill(9, 60) };
  const older = { requests: 540, durations: fill(3, 540) };
  expect(listHarmful(buildEvidence({ minutes: repeatMinutes(1, newer, older) }))).toEqual([]);
});

test("slow cold starts are found by the day before", () => {
  const minutes = repeatMinutes(1, { requests: 60, inits: fill(900, 4) }, { requests: 540 });
  const reference = buildFigures({ inits: fill(300, 50) });

  expect(listHarmful(buildEvidence({ minutes, reference }))).toEqual(["init_duration"]);
  expect(listHarmful(buildEvidence({ minutes }))).toEqual([]);
});

test("memory that runs full in several instances is found, unless that was usual", () => {
  const minutes = repeatMinutes(1, { requests: 60, inits: fill(300, 4), memory: fill(95, 60) }, { requests: 540 });
  const calm = buildFigures({ inits: fill(300, 50), memory: fill(40, 5000) });
  const full = { ...calm, memory: fill(90, 5000) };

  expect(listHarmful(buildEvidence({ minutes, reference: calm }))).toEqual(["memory"]);
  expect(listHarmful(buildEvidence({ minutes, reference: full }))).toEqual([]);
});

test("requests that are refused are found, if there were fewer before", () => {
  const during = { bad: 200, all: 3000 };

  expect(listHarmful(buildEvidence({ throttles: { before: { bad: 0, all: 3000 }, during } }))).toEqual(["throttles"]);
  expect(listHarmful(buildEvidence({ throttles: { before: during, during } }))).toEqual([]);
});

test("a failed ping counts at once", () => {
  const failedPings = "the new version did not answer a ping";
  expect(judge(buildEvidence({ failedPings })).harmful).toEqual([{ measure: "pings", text: failedPings }]);
});

describe("an alarm", () => {
  const ringing = ["prod-api-errors"];

  test("counts", () => {
    expect(listHarmful(buildEvidence({ ringing }))).toEqual(["alarms"]);
  });

  test("that rang before does not", () => {
    expect(listHarmful(buildEvidence({ state: buildState({ ringingBefore: ringing }), ringing }))).toEqual([]);
  });

  test("is doubtful while there is nothing to compare with, and first has to be compared", () => {
    const baking = buildBakingState();
    const since = BEGIN + 6 * MINUTE;
    const recomparing = buildState({ shares: [...baking.shares, { percent: 10, since }] });

    expect(judge(buildEvidence({ state: baking, ringing })).doubtful).toEqual([
      { measure: "alarms", text: "prod-api-errors rings" },
    ]);
    expect(judge(buildEvidence({ state: recomparing, ringing, now: since + MINUTE }))).toMatchObject({
      harmful: [],
      doubtful: [],
      holding: "prod-api-errors rings: comparing both versions.",
    });
    expect(listHarmful(buildEvidence({ state: recomparing, ringing, now: since + 5 * MINUTE }))).toEqual(["alarms"]);
  });

  test("that rings with others is told with them", () => {
    const both = [...ringing, "prod-api-latency"];

    expect(judge(buildEvidence({ state: buildBakingState(), ringing: both })).doubtful).toEqual([
      { measure: "alarms", text: "prod-api-errors, prod-api-latency ring" },
    ]);
  });

  test("makes the rollout wait if the old version has become as slow", () => {
    const slow = repeatMinutes(
      3,
      { requests: 60, durations: { ...fill(100, 40), ...fill(3000, 20) } },
      { requests: 540, durations: { ...fill(100, 400), ...fill(3000, 140) } },
    );
    const reference = buildFigures({ requests: 50_000, durations: fill(100, 50_000) });

    const { harmful, holding } = judge(buildEvidence({ minutes: slow, reference, ringing: ["prod-api-duration"] }));

    expect(harmful).toEqual([]);
    expect(holding).toContain("prod-api-duration rings, but the old version is as slow");
  });

  test("makes the rollout wait if the old version fails as often", () => {
    const minutes = repeatMinutes(3, { requests: 60, failures: 6 }, { requests: 540, failures: 54 });

    const { harmful, holding } = judge(buildEvidence({ minutes, ringing }));

    expect(harmful).toEqual([]);
    expect(holding).toContain("prod-api-errors rings, but the old version fails as often");
  });
});

test("what a version is not judged by does not count", () => {
  const state = buildState({ plan: { ...PLAN, judgedBy: [] } });
  const minutes = repeatMinutes(5, { requests: 60, failures: 60 }, { requests: 540 });
  const evidence = { state, minutes, ringing: ["prod-api-errors"], failedPings: "failed" };
  expect(listHarmful(buildEvidence(evidence))).toEqual([]);
});

describe("harm to 2 % of requests", () => {
  test("is excluded by enough requests, not by few", () => {
    const few = judge(buildEvidence({ minutes: repeatMinutes(5, { requests: 30 }, { requests: 270 }) }));
    const enough = judge(buildEvidence({ minutes: repeatMinutes(10, { requests: 30 }, { requests: 270 }) }));

    expect(few).toMatchObject({ cleared: false, canStillClear: true });
    expect(few.unseen).toMatch(/^With 150 requests of the new version, up to 3(\.\d)? % more failures than before/);
    expect(enough.cleared).toBe(true);
  });

  test("will not be excluded before the end with one request a minute", () => {
    const minutes = repeatMinutes(5, { requests: 1 }, { requests: 9 });
    expect(judge(buildEvidence({ minutes }))).toMatchObject({ cleared: false, canStillClear: false });
  });

  test("is waited for if some of few requests have failed", () => {
    const minutes = repeatMinutes(5, { requests: 1, failures: 0.4 }, { requests: 9 });
    expect(judge(buildEvidence({ minutes }))).toMatchObject({ harmful: [], canStillClear: true });
  });
});
