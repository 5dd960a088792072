import { expect, test } from "@jest/globals";
import { delayMetrics } from "../../benchmarks/rollout/processes/late-metrics";
import { createMetricStore } from "../../local/cloudwatch/metric-data";

test("a value is found when it is as old as metrics arrive late", () => {
  const metric = { namespace: "AWS/Lambda", name: "Errors", dimensions: {} };
  const store = createMetricStore([1000, 2000].map((at) => ({ ...metric, timestampMilliseconds: at, value: 1 })));
  let now = 0;
  const late = delayMetrics(store, 500, () => now);

  const sums = [1500, 1501, 2501, 9000].map((time) => {
    now = time;
    return late.readStatistic(metric, "Sum", { from: 0, to: 60_000 });
  });

  expect(sums).toEqual([undefined, 1, 2, 2]);
});
