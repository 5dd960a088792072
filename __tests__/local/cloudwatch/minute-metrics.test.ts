import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type MetricAlarm } from "../../../local/cloudwatch/alarm";
import { createMetricStore, type Sample } from "../../../local/cloudwatch/metric-data";
import { computeLookBack, MinuteMetrics } from "../../../local/cloudwatch/minute-metrics";

const MINUTE = 60_000;

const METRIC = { namespace: "n", name: "watched", dimensions: { a: "1", b: "2" } };

const ALARM: MetricAlarm = {
  comparison_operator: "GreaterThanThreshold",
  threshold: 0,
  evaluation_periods: 3,
  period: 300,
  statistic: "Sum",
  namespace: "n",
  metric_name: "watched",
  dimensions: { b: "2", a: "1" },
};

function sample(minute: number, value: number, more: Partial<Sample> = {}): Sample {
  return { ...METRIC, timestampMilliseconds: minute * MINUTE + 59_999, value, ...more };
}

describe("metrics summed up by the minute", () => {
  test.each(["Average", "Sum", "Minimum", "Maximum", "SampleCount"])("have the same %s as all values", (name) => {
    const samples = [sample(1, 5), sample(0, 2), sample(1, -3), sample(4, 11), sample(5, 100)];
    const metrics = new MinuteMetrics();
    metrics.add(samples);
    const window = { from: 0, to: 5 * MINUTE };

    const result = metrics.readStatistic(METRIC, name, window);

    expect(result).toBe(createMetricStore(samples).readStatistic(METRIC, name, window));
    expect(metrics.readStatistic(METRIC, name, { from: 2 * MINUTE, to: 4 * MINUTE })).toBeUndefined();
  });

  test("have the same percentiles as all values, to 0.1 %", () => {
    const values = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 1e6, noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(values, fc.constantFrom(1, 50, 90, 99, 99.9), (all, percent) => {
        const samples = all.map((value, index) => sample(index % 5, value));
        const metrics = new MinuteMetrics();
        metrics.add(samples);

        const result = metrics.readStatistic(METRIC, `p${percent}`, { from: 0, to: 5 * MINUTE }) ?? NaN;

        const exact =
          createMetricStore(samples).readStatistic(METRIC, `p${percent}`, { from: 0, to: 5 * MINUTE }) ?? NaN;
        expect(Math.abs(result - exact)).toBeLessThanOrEqual(0.001 * exact);
      }),
    );
  });

  test("do not know other statistics, and say so", () => {
    expect(() => new MinuteMetrics().readStatistic(METRIC, "tm99", { from: 0, to: MINUTE })).toThrow("tm99");
  });

  test("are kept until they are forgotten", () => {
    const metrics = new MinuteMetrics();
    for (let minute = 0; minute < 10_000; minute++) {
      metrics.add([sample(minute, 1), sample(minute, 1)]);
      metrics.forget((minute - 25) * MINUTE);
    }

    expect(metrics.size).toBe(26);
  });

  test("are listed as long as they have values", () => {
    const metrics = new MinuteMetrics();
    metrics.add([sample(0, 7), sample(1, 7), sample(9, 1, { name: "newer" })]);

    const before = metrics.list().map(({ name }) => name);
    metrics.forget(5 * MINUTE);

    expect(before).toEqual(["watched", "newer"]);
    expect(metrics.list()).toEqual([{ ...METRIC, name: "newer" }]);
  });
});

test("an alarm looks back at its periods, and at some more for data that is missing", () => {
  const metric = { namespace: "n", metric_name: "m", period: 60, stat: "Sum" };

  expect(computeLookBack(ALARM)).toBe(5 * 5 * MINUTE);
  expect(computeLookBack({ ...ALARM, period: undefined, metric_query: [{ id: "x", metric }] })).toBe(5 * MINUTE);
});
