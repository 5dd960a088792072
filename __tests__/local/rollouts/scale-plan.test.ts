import { expect, test } from "@jest/globals";
import { scalePlan } from "../../../local/rollouts/scale-plan";
import { MEASURE_KEYS, type RolloutPlan } from "../../../rollout/contract";

const PLAN: RolloutPlan = {
  ...{ percents: [10, 100], stepSeconds: 300, bakeSeconds: 180, maximumSeconds: 7200 },
  ...{ judgedBy: MEASURE_KEYS, tooFewRequests: "wait" },
};

test("in real time, a plan is as it was configured", () => {
  expect(scalePlan(PLAN, 1)).toEqual(PLAN);
});

test("on a faster clock, a plan takes as much less of real time", () => {
  expect(scalePlan(PLAN, 30)).toEqual({ ...PLAN, stepSeconds: 10, bakeSeconds: 6, maximumSeconds: 240 });
});

test("however fast the clock is, the controller has time to look at each step", () => {
  const linear = { ...PLAN, percents: [20, 40, 60, 80, 100] };

  expect(scalePlan(linear, 1000)).toMatchObject({ stepSeconds: 0.3, maximumSeconds: 360 });
});
