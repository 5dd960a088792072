import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MinuteArrivals } from "../../advisor/minute-arrivals";
import { createRandom } from "../../advisor/random";

interface Drawn {
  readonly at: number;
  readonly work: number;
}

function draw(
  minutes: readonly { count: number; peakConcurrency?: number }[],
  workSeconds: number,
  seed: number,
): Drawn[] {
  const arrivals = new MinuteArrivals(() => workSeconds, createRandom(seed));
  const drawn: Drawn[] = [];
  minutes.forEach((one, minute) => {
    arrivals.draw({ minute, ...one }, (at, work) => drawn.push({ at, work }));
  });
  return drawn;
}

function peakOf(drawn: readonly Drawn[]): number {
  return Math.max(
    ...drawn.map(({ at }) => drawn.filter((other) => other.at <= at && other.at + other.work > at).length),
  );
}

const seeds = fc.integer();

describe("requests drawn for a minute", () => {
  test("are as many as there were, in the order of time and within it", () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 200 }),
        fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined }),
        seeds,
        (count, peak, seed) => {
          const drawn = draw([{ count, ...(peak !== undefined && { peakConcurrency: peak }) }], 2, seed);
          expect(drawn).toHaveLength(count);
          drawn.forEach(({ at }, index) => {
            expect(at).toBeGreaterThanOrEqual(drawn[index - 1]?.at ?? 0);
            expect(at).toBeLessThan(60);
          });
        },
      ),
    );
  });

  test("reach the peak concurrency, and no more where the minute has room", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }), seeds, (peak, times, seed) => {
        expect(peakOf(draw([{ count: peak * times, peakConcurrency: peak }], 1, seed))).toBe(peak);
      }),
    );
  });
});
