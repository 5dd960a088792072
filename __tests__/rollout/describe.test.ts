import { describe, expect, test } from "@jest/globals";
import { describeSteps } from "../../rollout/describe";
import { PLAN } from "./rollouts";

describe("a plan in words", () => {
  test("says each step's share and duration", () => {
    expect(describeSteps({ ...PLAN, percents: [10, 100], stepSeconds: 300, bakeSeconds: 180 })).toBe(
      "10 % for 5 min, then all, judged for 3 min more",
    );
    expect(describeSteps({ ...PLAN, percents: [25, 50, 75, 100], stepSeconds: 90, bakeSeconds: 0 })).toBe(
      "25 %, 25 % more every 90 s until all",
    );
    expect(describeSteps({ ...PLAN, percents: [100], stepSeconds: 300, bakeSeconds: 7200 })).toBe(
      "all at once, judged for 2 h more",
    );
  });
});
