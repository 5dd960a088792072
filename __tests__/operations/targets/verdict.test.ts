import { expect, test } from "@jest/globals";
import { resolveTargets, TARGET_DEFAULTS } from "../../../environments/targets";
import { type Figures } from "../../../operations/targets/schema";
import { type Basis, isVerdictPassed, judgeTargets } from "../../../operations/targets/verdict";
import { makeLoadReport } from "../load/support";

function verdictOf(target: string, figures: Figures, tellsReports = true, more: Partial<Basis> = {}) {
  const basis = { figures: { requests: 2000, ...figures }, tellsReports, targets: TARGET_DEFAULTS, ...more };
  return judgeTargets(basis).find((verdict) => verdict.target === target);
}

test("figures within all limits are met, each of them", () => {
  const verdicts = makeLoadReport().verdicts;

  expect(verdicts.map(({ target, state }) => `${target}: ${state}`)).toEqual([
    "cold starts: met",
    "init, average: met",
    "response p50: met",
    "response p90: met",
    "response p99: met",
    "memory, average: met",
    "errors: met",
    "availability: met",
  ]);
  expect(isVerdictPassed(verdicts)).toBe(true);
});

test.each([
  ["cold starts", { coldStartPercent: 4.99 }, "met", undefined],
  ["cold starts", { coldStartPercent: 5 }, "missed", "by 0 points"],
  ["cold starts", { coldStartPercent: 7.5 }, "missed", "by 2.5 points"],
  ["init, average", { averageInitMilliseconds: 1250 }, "missed", "by 250 ms"],
  ["response p50", { p50Milliseconds: 201 }, "missed", "by 1 ms"],
  ["response p90", { p90Milliseconds: 499 }, "met", undefined],
  ["response p99", { p99Milliseconds: 1500.4 }, "missed", "by 500.4 ms"],
  ["memory, average", { averageMemoryPercent: 60 }, "met", undefined],
  ["memory, average", { averageMemoryPercent: 80 }, "met", undefined],
  ["memory, average", { averageMemoryPercent: 45 }, "missed", "by 15 points, too low"],
  ["memory, average", { averageMemoryPercent: 90 }, "missed", "by 10 points"],
  ["errors", { errorPercent: 0.1 }, "missed", "by 0 points"],
  ["errors", { errorPercent: 0.05 }, "met", undefined],
  ["availability", { availabilityPercent: 99.95 }, "missed", "by 0 points"],
  ["availability", { availabilityPercent: 99.9 }, "missed", "by 0.05 points"],
] as const)("%s of %j: %s", (target, figures, state, note) => {
  expect(verdictOf(target, figures)).toMatchObject({ state });
  expect(verdictOf(target, figures)?.note).toBe(note);
});

test.each([
  ["cold starts", { coldStartPercent: 1.5 }, { limit: "< 1 %", state: "missed", note: "by 0.5 points" }],
  ["response p99", { p99Milliseconds: 1500 }, { limit: "< 3,000 ms", state: "met" }],
  ["memory, average", { averageMemoryPercent: 45 }, { limit: "40 to 90 %", state: "met" }],
  ["availability", { availabilityPercent: 99.5 }, { limit: "> 99 %", state: "met" }],
])("%s of %j is judged by the function's own target", (target, figures, expected) => {
  const targets = resolveTargets(
    { cold_start_percent: 1, memory_percent: { from: 40 } },
    { response_milliseconds: { p99: 3000 }, memory_percent: { to: 90 }, availability_percent: 99 },
  );

  expect(verdictOf(target, figures, true, { targets })).toMatchObject(expected);
});

test.each([
  [17.5, 256, "advice", /^no size reaches it: with 128 MB, Lambda's minimum, it would be 35 %; less memory costs less/],
  [40, 128, "advice", /^no size reaches it: with 128 MB, Lambda's minimum, it is 40 %$/],
  [30, 256, "missed", /^by 30 points, too low$/],
  [17.5, 512, "missed", /too low/],
  [17.5, undefined, "missed", /too low/],
])(
  "memory of %p %% of %p MB, which no size may bring into its range: %s",
  (averageMemoryPercent, memoryMb, state, note) => {
    const verdict = verdictOf("memory, average", { averageMemoryPercent }, true, { memoryMb });

    expect(verdict?.state).toBe(state);
    expect(verdict?.note).toMatch(note);
  },
);

test("advice alone does not fail a run", () => {
  const figures = { requests: 2000, averageMemoryPercent: 10, errorPercent: 0 };
  const verdicts = judgeTargets({ figures, tellsReports: true, targets: TARGET_DEFAULTS, memoryMb: 256 });

  expect(verdicts.map(({ state }) => state)).toContain("advice");
  expect(isVerdictPassed(verdicts)).toBe(true);
});

test("what cannot be measured is told with its reason, and is no miss", () => {
  expect(verdictOf("init, average", {})).toMatchObject({ state: "not_measurable", note: "no cold start" });
  expect(verdictOf("cold starts", {}, false)).toMatchObject({ state: "not_measurable", measured: "-" });
  expect(verdictOf("memory, average", {}, false)?.note).toBe("a deployed function reports this only to CloudWatch");
  expect(verdictOf("response p99", { requests: 99, p99Milliseconds: 5000 })).toMatchObject({ state: "not_measurable" });
});

test("responses of a target that does not tell cold starts apart include them, and say so", () => {
  const slow = verdictOf("response p50", { allP50Milliseconds: 300 }, false);

  expect(slow).toMatchObject({
    state: "missed",
    note: "by 100 ms, including cold starts, which cannot be distinguished here",
  });
});

test("a run in which nothing could be measured has not passed", () => {
  expect(isVerdictPassed(judgeTargets({ figures: {}, tellsReports: false, targets: TARGET_DEFAULTS }))).toBe(false);
});

test("the availability of a function that was refused every request is missed, though no request ran", () => {
  expect(verdictOf("availability", { requests: 0, availabilityPercent: 0 })).toMatchObject({ state: "missed" });
});

test.each([
  ["response p50", { p50Milliseconds: 5, errorPercent: 51 }],
  ["response p90", { p90Milliseconds: 5, errorPercent: 10.1 }],
  ["response p99", { p99Milliseconds: 5, availabilityPercent: 98.9 }],
  ["response p99", { p99Milliseconds: null, errorPercent: 100 }],
])("%s is missed where so many requests failed that it is of no answer: %j", (target, figures) => {
  expect(verdictOf(target, figures)).toMatchObject({ state: "missed", measured: "none" });
});
