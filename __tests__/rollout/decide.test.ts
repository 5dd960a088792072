import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decide } from "../../rollout/decide";
import { BEGIN, buildBakingState, buildJudgement, buildState, MINUTE, PLAN } from "./rollouts";

const HARMFUL = [{ measure: "errors", text: "5 % of 410 requests failed" }] as const;

/** So many minutes after the beginning. */
function after(minutes: number): number {
  return BEGIN + minutes * MINUTE;
}

describe("a step", () => {
  test("goes on when its time is over and harm is excluded", () => {
    expect(decide(buildState(), buildJudgement(), undefined, after(4))).toMatchObject({ kind: "stay" });
    expect(decide(buildState(), buildJudgement(), undefined, after(5))).toMatchObject({ kind: "step", step: 1 });
  });

  test("lasts until harm is excluded", () => {
    const judgement = buildJudgement({ cleared: false });
    expect(decide(buildState(), judgement, undefined, after(20))).toMatchObject({ kind: "stay" });
  });

  test("goes on with too few requests, and says what could not be seen, or waits, as the plan says", () => {
    const judgement = buildJudgement({ cleared: false, canStillClear: false, unseen: "Half was not seen." });
    const waiting = buildState({ plan: { ...PLAN, tooFewRequests: "wait" } });

    const proceeds = decide(buildState(), judgement, undefined, after(5));
    const waits = decide(waiting, judgement, undefined, after(5));

    expect(proceeds).toMatchObject({ kind: "step", step: 1 });
    expect(proceeds.reason).toContain("Half was not seen.");
    expect(waits).toMatchObject({ kind: "stay" });
    expect(decide(waiting, judgement, undefined, after(60))).toMatchObject({ kind: "goBack" });
  });

  test("waits while both versions fail, or while it is paused", () => {
    const holding = buildJudgement({ holding: "An alarm rings." });
    const paused = buildState({ status: "paused" });
    expect(decide(buildState(), holding, undefined, after(6))).toEqual({ kind: "stay", reason: "An alarm rings." });
    expect(decide(paused, buildJudgement(), undefined, after(6))).toMatchObject({ kind: "stay" });
  });
});

test("a version that serves all requests is complete after the time it is judged for", () => {
  expect(decide(buildBakingState(), buildJudgement(), undefined, after(7))).toMatchObject({ kind: "stay" });
  expect(decide(buildBakingState(), buildJudgement(), undefined, after(8))).toMatchObject({ kind: "complete" });
});

test("harm is gone back from at any time, also while paused", () => {
  const judgement = buildJudgement({ harmful: HARMFUL });
  for (const state of [buildState(), buildState({ status: "paused" }), buildBakingState()]) {
    expect(decide(state, judgement, undefined, after(0.1))).toEqual({
      kind: "goBack",
      status: "rolled_back",
      reason: "It is worse than before: errors: 5 % of 410 requests failed.",
      findings: HARMFUL,
    });
  }
});

test("what is worse with all requests is compared once more, and goes back at the second time", () => {
  const judgement = buildJudgement({ doubtful: HARMFUL });
  const again = buildBakingState();
  const { shares } = again;

  const first = decide(again, judgement, undefined, after(6));
  const compared = decide(buildState({ shares: [...shares, ...buildState().shares] }), judgement, undefined, after(7));
  const second = decide(buildBakingState({ shares: [...shares, ...shares] }), judgement, undefined, after(20));

  expect(first).toMatchObject({ kind: "step", step: 0 });
  expect(first.reason).toContain("errors: 5 % of 410 requests failed");
  expect(compared).toMatchObject({ kind: "step", step: 1 });
  expect(second).toMatchObject({ kind: "goBack", findings: HARMFUL });
});

test("what cannot be judged for 3 minutes goes back", () => {
  expect(decide(buildState(), undefined, after(4), after(6.9))).toMatchObject({ kind: "stay" });
  expect(decide(buildState(), undefined, after(4), after(7))).toMatchObject({ kind: "goBack" });
});

test("no rollout takes longer than its maximum", () => {
  fc.assert(
    fc.property(
      fc.record({ cleared: fc.boolean(), canStillClear: fc.boolean() }),
      fc.constantFrom(buildState(), buildState({ status: "paused" }), buildBakingState()),
      fc.integer({ min: 60, max: 10_000 }),
      (judgement, state, minutes) => {
        expect(decide(state, buildJudgement(judgement), undefined, after(minutes)).kind).toBe("goBack");
      },
    ),
  );
});
