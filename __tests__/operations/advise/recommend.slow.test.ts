import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type PolicyOutcome } from "../../../advisor/compare";
import { type Policy } from "../../../advisor/policy";
import { WARMING_DEFAULTS } from "../../../environments/warming";
import { type Candidate } from "../../../operations/advise/candidates";
import { type JudgedCandidate, recommend } from "../../../operations/advise/recommend";
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

/** With a target of less than 5 %. */
const advised = (all: readonly JudgedCandidate[]) => recommend(all, 5);

describe("what is recommended", () => {
  test("for a function with a target of its own, what reaches that one", () => {
    const policies = [none({ cold: 0.04 }), warmed(1, { cold: 0.02, dollars: 1 }), warmed(2, { dollars: 2 })];

    expect(recommend(policies, 5).kind).toBe("do-not-warm");
    expect(recommend(policies, 1).sentence).toMatch(/^Warm it x 2: the cheapest that keeps cold starts below 1 %/);
  });

  test("the cheapest that is sure to stay below the target", () => {
    const { kind, chosen, sentence } = advised([
      none({ cold: 0.3, dollars: 0.01 }),
      warmed(1, { cold: 0.04, most: 0.06, dollars: 0.02 }),
      warmed(2, { cold: 0.03, most: 0.049, dollars: 0.03 }),
      warmed(3, { cold: 0.001, dollars: 0.04 }),
      provisioned(3, { cold: 0, dollars: 4 }),
    ]);

    expect({ kind, name: chosen?.candidate.name }).toEqual({ kind: "warm", name: "x 2" });
    expect(sentence).toBe(
      "Warm it x 2: the cheapest that keeps cold starts below 5 %, with 3 % of requests (at most 4.9 %); without warming 30 % of requests (at most 30 %) are cold.",
    );
  });

  test("no warming of a function that nobody uses", () => {
    const { kind, sentence } = advised([none({ requests: 0 }), warmed(1, { requests: 0, dollars: 0.1 })]);

    expect({ kind, sentence }).toEqual({
      kind: "do-not-warm",
      sentence: "Do not warm this function: there were no requests.",
    });
  });

  test("no warming of a function that keeps itself warm, though it were cheaper", () => {
    const { kind, chosen } = advised([none({ cold: 0.01, dollars: 0.2 }), warmed(1, { dollars: 0.1 })]);

    expect({ kind, name: chosen?.candidate.name }).toEqual({ kind: "do-not-warm", name: "none" });
  });

  test("provisioned concurrency where warming cannot reach the target", () => {
    const { kind, sentence } = advised([
      none({ cold: 0.5 }),
      warmed(9, { cold: 0.05, dollars: 1 }),
      provisioned(9, { cold: 0.01, dollars: 40 }),
    ]);

    expect(kind).toBe("provision");
    expect(sentence).toContain("Buy provisioned concurrency: warming cannot reach 5 %; provisioned x 9 leaves 1 %");
  });

  test("provisioned concurrency where warming costs more", () => {
    const { kind, sentence } = advised([
      none({ cold: 0.5 }),
      warmed(9, { cold: 0.01, dollars: 50 }),
      provisioned(9, { cold: 0.01, dollars: 40 }),
    ]);

    expect(kind).toBe("provision");
    expect(sentence).toContain("warming that reaches 5 % costs more");
  });

  test("nothing where nothing reaches the target, and why", () => {
    const { kind, chosen, sentence } = advised([none({ cold: 0.5 }), warmed(1, { cold: 0.2, most: 0.3 })]);

    expect({ kind, chosen }).toEqual({ kind: "out-of-reach", chosen: undefined });
    expect(sentence).toContain("the best leaves 20 % of requests (at most 30 %)");
  });
});

const figures = fc.record({
  cold: fc.double({ min: 0, max: 0.2, noNaN: true }),
  more: fc.double({ min: 0, max: 0.05, noNaN: true }),
  dollars: fc.integer({ min: 0, max: 5 }),
});

test("whatever was compared, nothing else that reaches the target is cheaper", () => {
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
      const cheapest = Math.min(...sure.map(({ dollars }) => dollars.total));
      if (sure.some(({ candidate }) => candidate.name === "none")) expect(kind).toBe("do-not-warm");
      else if (sure.length === 0) expect(kind).toBe("out-of-reach");
      else {
        expect(sure).toContain(chosen);
        expect(chosen?.dollars.total).toBe(cheapest);
        expect(kind).toBe(chosen?.candidate.policy.kind === "provisioned" ? "provision" : "warm");
      }
    }),
  );
});

describe("a whole advice", () => {
  test("recommends by its own table, and prices what it shows", async () => {
    const { advice, settings } = await adviseSample();

    const sure = advice.policies.filter(({ cold }) => cold.toPercent < 5);
    const cheapest = Math.min(...sure.map(({ dollarsPerMonth }) => dollarsPerMonth.total));
    const [best, ...others] = advice.policies.filter(({ isRecommended }) => isRecommended);
    expect(others).toEqual([]);
    expect(best?.dollarsPerMonth.total).toBe(cheapest);
    expect(settings?.warming.scheduled.enabled).toBe(true);
    for (const { dollarsPerMonth, kind } of advice.policies) {
      const { total, warming: pings, starts, provisioned: kept, reading } = dollarsPerMonth;
      expect(total).toBeCloseTo(pings + starts + kept + reading, 10);
      // One metric at $0.01 per 1,000, every 15 or every 6 minutes.
      expect(reading > 0).toBe(kind === "conditional");
    }
    const byUse = advice.policies
      .filter(({ kind }) => kind === "conditional")
      .map(({ dollarsPerMonth }) => dollarsPerMonth.reading);
    expect(byUse.map((dollars) => Number(dollars.toFixed(4)))).toEqual([0.0292, 0.073, 0.0292]);
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

  test("does not warm what nobody uses, and says what else would cost", async () => {
    const history = makeHistory();
    if (history.source.kind === "minutes") history.source.counts.fill(0);

    const { advice, settings } = await adviseSample({ history });

    expect(advice.recommendation.kind).toBe("do-not-warm");
    expect(settings?.warming).toMatchObject({ scheduled: { enabled: false }, peak: { enabled: false } });
    expect(advice.recommendation.block).toBe(
      "warming = {\n  scheduled   = { enabled = false }\n  peak        = { enabled = false }\n  conditional = { enabled = false }\n}",
    );
    expect(advice.policies.every(({ cold }) => cold.percent === 0)).toBe(true);
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
