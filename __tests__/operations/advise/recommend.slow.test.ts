import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type PolicyOutcome } from "../../../advisor/compare";
import { type Policy } from "../../../advisor/policy";
import { WARMING_DEFAULTS } from "../../../environments/warming";
import { type Candidate } from "../../../operations/advise/candidates";
import { type JudgedCandidate, recommend, type Recommendation } from "../../../operations/advise/recommend";
import { type PolicyAdvice } from "../../../operations/advise/report";
import { selectFront } from "../../../operations/advise/charts";
import { adviseSample, makeHistory } from "./support";

interface Figures {
  readonly cold?: number;
  readonly most?: number;
  readonly dollars?: number;
  readonly requests?: number;
}

function judged(
  candidate: Candidate,
  { cold = 0, most = cold, dollars = 0, requests = 1000 }: Figures,
): JudgedCandidate {
  const outcome: PolicyOutcome = {
    policy: candidate.policy,
    requests,
    coldShare: cold,
    coldShareInterval: { least: 0, most },
    throttledShare: 0,
    addedLatencySeconds: { p50: 0, p95: 0, p99: 0 },
    pingsPerDay: 0,
    dollarsPerMonth: { warming: dollars, starts: 0, provisioned: 0 },
  };
  return { candidate, outcome, dollars: { warming: dollars, starts: 0, provisioned: 0, reading: 0, total: dollars } };
}

const none = (figures: Figures) =>
  judged({ name: "none", policy: { kind: "none" }, warming: WARMING_DEFAULTS }, figures);
const warmed = (concurrency: number, figures: Figures) => {
  const policy: Policy = { kind: "fixed", everyMinutes: 5, concurrency };
  return judged({ name: `x ${concurrency}`, policy, warming: WARMING_DEFAULTS }, figures);
};
const provisioned = (concurrency: number, figures: Figures) =>
  judged(
    { name: `provisioned x ${concurrency}`, policy: { kind: "provisioned", concurrency }, warming: WARMING_DEFAULTS },
    figures,
  );

/** A month. */
const SECONDS = 730 * 3600;

const advised = (all: readonly JudgedCandidate[], targetPercent = 5) =>
  recommend(all, { targetPercent, seconds: SECONDS, medianGapMinutes: 600 });
const nameOf = ({ chosen }: Pick<Recommendation, "chosen">) => chosen?.candidate.name;

describe("what is recommended", () => {
  test("for a function with a target of its own, what reaches that one", () => {
    const policies = [none({ cold: 0.04 }), warmed(1, { cold: 0.02, dollars: 60 }), warmed(2, { dollars: 70 })];

    expect(advised(policies).kind).toBe("do-not-warm");
    expect(nameOf(advised(policies, 1))).toBe("x 2");
  });

  test("the best value: a cold request less counts as a tenth of a cent", () => {
    const { kind, chosen, sentence } = advised([
      none({ cold: 0.3, dollars: 0.01 }),
      warmed(1, { cold: 0.04, most: 0.06, dollars: 0.02 }),
      warmed(2, { cold: 0.03, most: 0.049, dollars: 0.03 }),
      warmed(3, { cold: 0.001, dollars: 0.04 }),
      provisioned(3, { cold: 0, dollars: 4 }),
    ]);

    expect({ kind, name: chosen?.candidate.name }).toEqual({ kind: "warm", name: "x 3" });
    expect(sentence).toBe(
      "Warm it x 3: for $0.04 a month, 0.1 % of requests are cold (at most 0.1 %), 1 a month. Without warming, 30 % are cold: it avoids 299 cold requests a month. The next cheaper one, x 2, costs $0.01 less and leaves 29 more.",
    );
  });

  test("no warming of a function that keeps itself warm, and what the next better one would cost", () => {
    const { kind, chosen, sentence } = advised([none({ cold: 0.01 }), warmed(1, { dollars: 0.05 })]);

    expect({ kind, name: chosen?.candidate.name }).toEqual({ kind: "do-not-warm", name: "none" });
    expect(sentence).toBe(
      "Do not warm this function: its own traffic keeps it warm. Without pings, 1 % of requests are cold (at most 1 %), 10 a month. The next better one, x 1, would cost $0.05 more, $0.005 for each cold request that it avoids.",
    );
  });

  test.each([
    [
      "57 of 8,800 cold requests a day, for two cents",
      { cold: 0.0065, dollars: 0 },
      { cold: 0.0005, dollars: 0.02 },
      267_000,
    ],
    ["2.1 % against 0.34 %, for half a cent", { cold: 0.021, dollars: 0.02 }, { cold: 0.0034, dollars: 0.025 }, 3000],
  ])("is not the cheapest that reaches the target where a little more saves much: %s", (_, less, more, requests) => {
    const all = [none({ ...less, requests }), warmed(2, { ...more, requests })];

    expect(nameOf(advised(all))).toBe("x 2");
  });

  test("provisioned concurrency where warming cannot reach the target", () => {
    const { kind, sentence } = advised([
      none({ cold: 0.5 }),
      warmed(9, { cold: 0.05, dollars: 1 }),
      provisioned(9, { cold: 0.01, dollars: 40 }),
    ]);

    expect(kind).toBe("provision");
    expect(sentence).toContain(
      "Buy provisioned concurrency x 9, because warming cannot reach 5 %: for $40.00 a month, 1 %",
    );
  });

  test("provisioned concurrency where warming is worth less", () => {
    const { kind, sentence } = advised([
      none({ cold: 0.5 }),
      warmed(9, { cold: 0.01, dollars: 50 }),
      provisioned(9, { cold: 0.01, dollars: 40 }),
    ]);

    expect(kind).toBe("provision");
    expect(sentence).toContain("warming that reaches 5 % is worth less");
  });

  test("what probably reaches the target where nothing is sure to, because there are few requests", () => {
    const { kind, chosen } = advised([
      none({ cold: 1, requests: 3 }),
      warmed(1, { cold: 0.03, most: 0.12, dollars: 0.02, requests: 3 }),
      warmed(2, { cold: 0.02, most: 0.1, dollars: 0.04, requests: 3 }),
    ]);

    expect({ kind, name: chosen?.candidate.name }).toEqual({ kind: "warm", name: "x 1" });
  });

  test("the best value where nothing reaches the target", () => {
    const { kind, chosen, sentence } = advised([
      none({ cold: 0.5 }),
      warmed(1, { cold: 0.2, most: 0.3, dollars: 0.1 }),
      warmed(2, { cold: 0.19, most: 0.3, dollars: 3 }),
    ]);

    expect({ kind, name: chosen?.candidate.name }).toEqual({ kind: "out-of-reach", name: "x 1" });
    expect(sentence).toContain("No policy keeps cold starts below 5 %.");
  });

  test.each([
    [30, "warm", "always costs $0.00067 for each cold request that it avoids."],
    [4, "warm", "always costs $0.005 for each cold request that it avoids."],
    [1, "do-not-warm", "always costs $0.02 for each cold request that it avoids."],
  ])(
    "for a function with %d requests a month, one instance always or not at all, by its price",
    (requests, kind, why) => {
      const advice = advised([none({ cold: 1, requests }), warmed(1, { dollars: 0.02, requests })]);

      expect(advice.kind).toBe(kind);
      expect(advice.sentence).toContain("usually 10 h apart: one instance is warm always or not at all, and");
      expect(advice.sentence).toContain(why);
    },
  );
});

const figures = fc.record({
  cold: fc.double({ min: 0, max: 0.2, noNaN: true }),
  more: fc.double({ min: 0, max: 0.05, noNaN: true }),
  dollars: fc.integer({ min: 0, max: 5 }),
});

test("whatever was compared, nothing else that reaches the target is of better value", () => {
  fc.assert(
    fc.property(figures, fc.array(fc.tuple(figures, fc.boolean()), { maxLength: 8 }), (without, others) => {
      const make = ({ cold, more, dollars }: typeof without) => ({ cold, most: cold + more, dollars });
      const all = [
        none(make(without)),
        ...others.map(([one, isWarmed], index) => (isWarmed ? warmed : provisioned)(index + 1, make(one))),
      ];

      const { kind, chosen } = advised(all);

      // As the rule is written down, and not as it is programmed.
      const sure = all.filter(({ outcome }) => outcome.coldShareInterval.most < 0.05);
      const likely = all.filter(({ outcome }) => outcome.coldShare < 0.05);
      const good = sure.length > 0 ? sure : likely.length > 0 ? likely : all;
      const rate = ({ outcome, dollars }: JudgedCandidate) => dollars.total + 0.001 * 1000 * outcome.coldShare;
      expect(good).toContain(chosen);
      expect(chosen && rate(chosen)).toBe(Math.min(...good.map(rate)));
      expect(kind === "out-of-reach").toBe(good === all && likely.length === 0);
    }),
  );
});

describe("a whole advice", () => {
  test("recommends by its own table, and prices what it shows", async () => {
    const { advice, settings } = await adviseSample();

    const days = (Date.parse(advice.to) - Date.parse(advice.from)) / 86_400_000;
    const rate = ({ dollarsPerMonth, cold }: PolicyAdvice) =>
      dollarsPerMonth.total + (0.001 * (730 / 24) * advice.requests * cold.percent) / 100 / days;
    const sure = advice.policies.filter(({ cold }) => cold.toPercent < 5);
    const [best, ...others] = advice.policies.filter(({ isRecommended }) => isRecommended);
    expect(others).toEqual([]);
    expect(best && rate(best)).toBeCloseTo(Math.min(...sure.map(rate)), 10);
    expect(settings?.warming.scheduled.enabled).toBe(true);
    for (const { dollarsPerMonth, kind } of advice.policies) {
      const { total, warming: pings, starts, provisioned: kept, reading } = dollarsPerMonth;
      expect(total).toBeCloseTo(pings + starts + kept + reading, 10);
      // One metric at $0.01 per 1,000, every two hours.
      expect(reading).toBeCloseTo(kind === "conditional" ? 365 * 0.00001 : 0, 10);
    }
  });

  test("draws a line that no policy lies below", async () => {
    const { advice } = await adviseSample();

    const line = selectFront(advice.policies);

    for (const { dollarsPerMonth, cold } of advice.policies) {
      const beaten = line.some(
        (one) => one.dollarsPerMonth.total <= dollarsPerMonth.total && one.cold.percent <= cold.percent,
      );
      expect(beaten).toBe(true);
    }
    for (const one of line) {
      const better = advice.policies.filter(
        ({ dollarsPerMonth, cold }) =>
          dollarsPerMonth.total < one.dollarsPerMonth.total && cold.percent <= one.cold.percent,
      );
      expect(better).toEqual([]);
    }
  });

  test("does not warm what nobody uses, and compares nothing", async () => {
    const history = makeHistory();
    if (history.source.kind === "minutes") history.source.counts.fill(0);

    const { advice, settings } = await adviseSample({ history });

    expect(advice.recommendation).toEqual({
      kind: "do-not-warm",
      sentence: "Do not warm this function: there were no requests from 2026-01-05 00:00 to 2026-01-06 00:00 UTC.",
      block:
        "warming = {\n  scheduled   = { enabled = false }\n  peak        = { enabled = false }\n  conditional = { enabled = false }\n}",
    });
    expect(settings?.warming).toMatchObject({ scheduled: { enabled: false }, peak: { enabled: false } });
    expect(advice.policies).toEqual([]);
  });

  test("has no conditional warming for a function whose usage the warmer does not know", async () => {
    const { advice } = await adviseSample({ history: makeHistory(), hasKnownUsage: false });

    expect(advice.policies.map(({ kind }) => kind)).not.toContain("conditional");
    expect(advice.policies.length).toBeGreaterThan(5);
  });

  test("is one line for a function whose answers nobody waits for", async () => {
    const { advice } = await adviseSample({ history: makeHistory(), isAwaited: false });

    expect(advice.recommendation.sentence).toBe(
      "Do not warm this function: nobody waits for its answers. If somebody does, set `warming = true` under it and ask again.",
    );
    expect(advice.policies).toEqual([]);
  });

  test("is not given for a few hours", async () => {
    const { startsAt, source } = makeHistory();
    const history = { startsAt, seconds: 3 * 3600, source };

    const { advice, settings } = await adviseSample({ history });

    expect({ ...advice.recommendation, settings }).toEqual({
      kind: "too-little-data",
      sentence: "Too little data: 3 hours, from 2026-01-05 00:00 to 2026-01-05 03:00 UTC, and at least 20 are needed.",
      settings: undefined,
    });
  });

  test("says what to do for a request now and then, and lists policies with the same effect once", async () => {
    const history = makeHistory({ days: 3, every: 1510, burst: 0 });

    const { advice } = await adviseSample({ history });

    expect(advice.recommendation.kind).toBe("warm");
    expect(advice.recommendation.sentence).toMatch(
      /^Warm it every 5 min x 1: .* It is called rarely, 30 times a month, usually 25\.2 h apart: one instance is warm always /,
    );
    const effects = advice.policies.map(({ cold, pingsPerDay, dollarsPerMonth }) =>
      JSON.stringify({ cold, pingsPerDay, dollarsPerMonth }),
    );
    expect(new Set(effects).size).toBe(effects.length);
  });

  test("shows the busiest day as the warmer would have it", async () => {
    const { advice } = await adviseSample();

    const { buckets = [], startsAt } = advice.day ?? {};
    expect(startsAt).toBe("2026-01-05T00:00:00.000Z");
    expect(buckets.reduce((sum, { requests }) => sum + requests, 0)).toBe(advice.requests);
    expect(Math.max(...buckets.map(({ peak }) => peak))).toBe(6);
    const kept = new Set(buckets.map((one) => one.kept));
    expect([...kept]).toEqual([6]);
  });
});
