import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRandom } from "../../advisor/random";
import { drawBinomial, drawPoisson } from "../../benchmarks/alerts/draws";
import { expectGrowth, weighAgainst, weighHarmless, weighSplit } from "../../rollout/sequential-test";

const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const dispersion = fc.double({ min: 1, max: 20, noNaN: true });

/** The mean of a function of how many of `count` are bad if each is with this probability. */
function average(count: number, probability: number, of: (bad: number) => number): number {
  let mean = 0;
  let chance = (1 - probability) ** count;
  for (let bad = 0; bad <= count; bad++) {
    mean += chance * of(bad);
    chance *= ((count - bad) / (bad + 1)) * (probability / (1 - probability));
  }
  return mean;
}

describe("evidence is 1 on average, or less, in a world without what it speaks for", () => {
  test("with bad requests that are the new version's as often as any request", () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 0, max: 30 }), dispersion, (newShare, count, together) => {
        const mean = average(count, newShare, (bad) => {
          const counts = { newShare, newer: { bad, all: count }, older: { bad: count - bad, all: count } };
          return Math.exp(weighSplit([counts], together));
        });
        expect(mean).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });

  test("with a share of bad ones that is the greatest allowed one", () => {
    fc.assert(
      fc.property(share, fc.integer({ min: 0, max: 30 }), dispersion, (most, all, together) => {
        const mean = average(all, most, (bad) => Math.exp(weighAgainst(most, { bad, all }, together)));
        expect(mean).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });

  test("with a share of bad ones that does the harm to be excluded", () => {
    fc.assert(
      fc.property(share, share, fc.integer({ min: 0, max: 30 }), (expected, harm, all) => {
        const mean = average(all, Math.min(0.999, expected + harm), (bad) =>
          Math.exp(weighHarmless([{ expected, bad, all }], harm, 1)),
        );
        expect(mean).toBeLessThanOrEqual(1 + 1e-6);
      }),
    );
  });
});

test("evidence against a version grows with each of its bad requests, and sinks with each of the other", () => {
  const bad = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(share, bad, bad, (newShare, newer, older) => {
      const weigh = (more: number, others: number) =>
        weighSplit([{ newShare, newer: { bad: more, all: 2000 }, older: { bad: others, all: 2000 } }], 1);
      expect(weigh(newer + 1, older)).toBeGreaterThan(weigh(newer, older));
      expect(weigh(newer, older + 1)).toBeLessThan(weigh(newer, older));
    }),
  );
});

test("evidence against harm grows per request as expected, without bad ones", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1000, max: 100_000 }), (all) => {
      const grown = weighHarmless([{ expected: 0, bad: 0, all }], 0.02, 1);
      expect(grown / all).toBeGreaterThan(0.8 * expectGrowth(0, 0.02, 1));
      expect(grown / all).toBeLessThan(1.2 * expectGrowth(0, 0.02, 1));
    }),
  );
});

describe("looked at every 12 seconds for a quarter of an hour", () => {
  const LOOKS = 75;
  const ROLLOUTS = 1000;
  const ALPHA = 0.01;

  /** The share of rollouts in which something is found at any look; of 5 requests a second, a tenth is new. */
  function simulate(
    seed: number,
    failing: { readonly newer: number; readonly older: number },
    isFound: (newer: { bad: number; all: number }, older: { bad: number; all: number }) => boolean,
  ): number {
    const random = createRandom(seed);
    let found = 0;
    for (let rollout = 0; rollout < ROLLOUTS; rollout++) {
      const newer = { bad: 0, all: 0 };
      const older = { bad: 0, all: 0 };
      for (let look = 0; look < LOOKS; look++) {
        // In some minutes, half of all requests fail because of something else.
        const outage = rollout % 4 === 0 && look % 20 === 19 ? 0.5 : 0;
        for (const [version, mean, share] of [
          [newer, 6, failing.newer] as const,
          [older, 54, failing.older] as const,
        ]) {
          const all = drawPoisson(random, mean);
          version.all += all;
          version.bad += drawBinomial(random, all, Math.max(outage, share));
        }
        if (!isFound(newer, older)) continue;
        found++;
        break;
      }
    }
    return found / ROLLOUTS;
  }

  test("versions that are equal are found to be worse in at most 1 %", () => {
    const found = simulate(1, { newer: 0.01, older: 0.01 }, (newer, older) => {
      return weighSplit([{ newShare: 0.1, newer, older }], 1) >= -Math.log(ALPHA);
    });
    expect(found).toBeLessThanOrEqual(ALPHA);
  });

  test("versions with 2 % more failures are found to be harmless in at most 1 %", () => {
    const cleared = simulate(2, { newer: 0.03, older: 0.01 }, (newer, older) => {
      const expected = older.bad / Math.max(1, older.all);
      return weighHarmless([{ ...newer, expected }], 0.02, 1) >= -Math.log(ALPHA);
    });
    expect(cleared).toBeLessThanOrEqual(ALPHA);
  });

  test("versions with 10 % more failures are found to be worse in at least 99 %", () => {
    const found = simulate(3, { newer: 0.11, older: 0.01 }, (newer, older) => {
      return weighSplit([{ newShare: 0.1, newer, older }], 1) >= -Math.log(ALPHA);
    });
    expect(found).toBeGreaterThanOrEqual(0.99);
  });
});
