import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createMetricStore, type Sample, computeStatistic } from "../../../local/cloudwatch/metric-data";

const METRIC = { namespace: "AWS/Lambda", name: "Duration", dimensions: { FunctionName: "api" } };

function sample(timestampMilliseconds: number, value: number, more: Partial<Sample> = {}): Sample {
  return { ...METRIC, timestampMilliseconds, value, ...more };
}

describe("A statistic", () => {
  test.each([
    ["Average", 2.5],
    ["Sum", 10],
    ["Minimum", 1],
    ["Maximum", 4],
    ["SampleCount", 4],
    ["p0", 1],
    ["p50", 2.5],
    ["p100", 4],
    ["p99.9", 3.997],
  ])("%s is calculated from all values", (name, expected) => {
    const values = [4, 1, 3, 2];

    const result = computeStatistic(name, values);

    expect(result).toBeCloseTo(expected, 9);
  });

  test.each(["Average", "Sum", "SampleCount", "p95"])("%s of no values is missing", (name) => {
    expect(computeStatistic(name, [])).toBeUndefined();
  });

  test.each(["average", "p101", "tm90", "p", ""])("%p is refused", (name) => {
    expect(() => computeStatistic(name, [1])).toThrow(RangeError);
  });

  test("that is a percentile lies between two values, and grows with the percentage", () => {
    const percentages = fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }));
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), percentages, (values, [a, b]) => {
        const low = computeStatistic(`p${Math.min(a, b)}`, values) ?? NaN;
        const high = computeStatistic(`p${Math.max(a, b)}`, values) ?? NaN;

        expect(low).toBeGreaterThanOrEqual(Math.min(...values));
        expect(high).toBeLessThanOrEqual(Math.max(...values));
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });
});

describe("A store", () => {
  test("has what is in the window: its start belongs to it, its end does not", () => {
    const store = createMetricStore([sample(300, 3), sample(100, 1), sample(200, 2)]);

    const values = store.valuesOf(METRIC, { from: 100, to: 300 });

    expect(values).toEqual([1, 2]);
  });

  test("keeps metrics apart by namespace, name and exact dimensions", () => {
    const store = createMetricStore([
      sample(1, 1),
      sample(1, 2, { namespace: "Other" }),
      sample(1, 3, { name: "Errors" }),
      sample(1, 4, { dimensions: {} }),
      sample(1, 5, { dimensions: { FunctionName: "api", Resource: "api:live" } }),
    ]);

    const values = store.valuesOf(METRIC, { from: 0, to: 10 });

    expect(values).toEqual([1]);
  });

  test("does not mind in which order dimensions are written", () => {
    const store = createMetricStore([sample(1, 7, { dimensions: { a: "1", b: "2" } })]);

    const sum = store.readStatistic({ ...METRIC, dimensions: { b: "2", a: "1" } }, "Sum", { from: 0, to: 10 });

    expect(sum).toBe(7);
  });

  test("has every sample in time's order, in whatever order it got them", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.array(fc.nat(50)), (first, second) => {
        const store = createMetricStore(first.map((time) => sample(time, time)));
        store.add(second.map((time) => sample(time, time)));

        const values = store.valuesOf(METRIC, { from: 10, to: 40 });

        const expected = [...first, ...second].filter((time) => time >= 10 && time < 40).toSorted((a, b) => a - b);
        expect(values).toEqual(expected);
      }),
    );
  });
});
