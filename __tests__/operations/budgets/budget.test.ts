import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { computeBudget, isLittleLeft } from "../../../operations/budgets/budget";

const NOW = Date.parse("2026-01-19T10:00:00.000Z");
const OBJECTIVE = { targetPercent: 99.9, days: 30 };

describe("an error budget", () => {
  test("is what the objective allows, for as many requests as there were", () => {
    const budget = computeBudget(OBJECTIVE, { requests: 100_000, bad: 25 }, { requests: 3000, bad: 5 }, NOW);

    expect(budget.allowed).toBeCloseTo(100, 6);
    expect(budget.leftPercent).toBeCloseTo(75, 6);
    expect(budget.lastDayPercent).toBeCloseTo(5, 6);
    // 75 are left, and 5 are spent a day.
    expect(budget.runsOutAt).toBe("2026-02-03T10:00:00.000Z");
  });

  test("lasts if it is spent no faster than it comes back", () => {
    const { runsOutAt } = computeBudget(OBJECTIVE, { requests: 100_000, bad: 25 }, { requests: 3000, bad: 2 }, NOW);
    expect(runsOutAt).toBeUndefined();
  });

  test("may be overspent, and then it does not run out anymore", () => {
    const budget = computeBudget(OBJECTIVE, { requests: 1000, bad: 3 }, { requests: 1000, bad: 3 }, NOW);
    expect(budget.leftPercent).toBeCloseTo(-200, 6);
    expect(budget.runsOutAt).toBeUndefined();
  });

  test("is unknown without requests", () => {
    const none = { requests: 0, bad: 0 };
    expect(computeBudget(OBJECTIVE, none, none, NOW)).toEqual({ ...none, allowed: 0 });
  });

  test("is never more than whole, and never runs out in the past", () => {
    const counts = fc.record({ requests: fc.nat(1_000_000), bad: fc.nat(1000) });
    fc.assert(
      fc.property(counts, counts, (all, lastDay) => {
        const { leftPercent = 0, runsOutAt } = computeBudget(OBJECTIVE, all, lastDay, NOW);
        expect(leftPercent).toBeLessThanOrEqual(100);
        expect(runsOutAt === undefined || Date.parse(runsOutAt) >= NOW).toBe(true);
      }),
    );
  });

  test("says that little is left only if it is at least one request", () => {
    const budget = { function: "api", objective: "availability" as const, goal: "", days: 30, requests: 1, bad: 1 };
    expect(isLittleLeft({ ...budget, allowed: 10, leftPercent: 24 })).toBe(true);
    expect(isLittleLeft({ ...budget, allowed: 10, leftPercent: 26 })).toBe(false);
    expect(isLittleLeft({ ...budget, allowed: 0.5, leftPercent: -100 })).toBe(false);
  });
});
