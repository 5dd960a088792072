import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { addHistograms, countAbove, findBucket, findQuantileBucket, findUpperBound } from "../../rollout/histogram";

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });

function fill(all: readonly number[]): Record<string, number> {
  const histogram: Record<string, number> = {};
  for (const value of all) histogram[findBucket(value)] = (histogram[findBucket(value)] ?? 0) + 1;
  return histogram;
}

describe("a histogram", () => {
  test("has a bucket for each value, no more than a tenth and one wide", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), (value) => {
        const bucket = findBucket(value);
        expect(findUpperBound(bucket)).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        expect(findUpperBound(bucket - 1)).toBeLessThanOrEqual(value + 1e-6);
      }),
    );
  });

  test("counts the values above a bucket, and all of them", () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1e6, noNaN: true }), (all, limit) => {
        const bucket = findBucket(limit);
        expect(countAbove(fill(all), bucket)).toEqual({
          all: all.length,
          above: all.filter((value) => findBucket(value) > bucket).length,
        });
      }),
    );
  });

  test("tells the bucket of a percentile", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
    expect(findQuantileBucket(fill(hundred), 0.95)).toBe(findBucket(95));
    expect(findQuantileBucket(fill(hundred), 0.5)).toBe(findBucket(50));
    expect(findQuantileBucket({}, 0.5)).toBeUndefined();
  });

  test("of several is their sum", () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        expect(addHistograms([fill(one), fill(other)])).toEqual(fill([...one, ...other]));
      }),
    );
  });
});
