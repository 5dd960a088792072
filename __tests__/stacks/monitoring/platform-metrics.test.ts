import { describe, expect, test } from "@jest/globals";
import { readFilterMetric } from "../../../local/cloudwatch/metric-filter";
import { PLATFORM_METRICS, type PlatformMetricName } from "../../../performance/metrics";
import { FILTERS } from "../../../stacks/monitoring/platform-metrics";
import { findResource, synthesizeDev, makeTfvars } from "../../support/project";

const METRIC_NAMES = Object.keys(PLATFORM_METRICS) as PlatformMetricName[];

/** What each format's filters make of one line of the log. */
function metricsIn(format: "json" | "text", line: string): Partial<Record<PlatformMetricName, number>> {
  return Object.fromEntries(
    METRIC_NAMES.flatMap((name) => {
      const { pattern, value } = FILTERS[format][name];
      const found = readFilterMetric({ pattern, metric_transformation: { name, namespace: "n", value } }, line);
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

const REQUEST = "8f507cfc-8d1b-4d3c-9a6e-000000000001";

function report(status: string, metrics: object, more: object = {}): string {
  const record = { requestId: REQUEST, status, metrics, ...more };
  return JSON.stringify({ time: "2026-01-05T09:00:00.000Z", type: "platform.report", record });
}

describe("the platform's records in JSON", () => {
  const metrics = { durationMs: 12.3, billedDurationMs: 13, memorySizeMB: 512, maxMemoryUsedMB: 87 };

  test.each([
    [
      "a cold start",
      report("success", { ...metrics, initDurationMs: 312.55 }),
      { InitDuration: 312.55, MaxMemoryUsed: 87, MemorySize: 512 },
    ],
    ["a warm request", report("success", metrics), { MaxMemoryUsed: 87, MemorySize: 512 }],
    [
      "a timeout",
      report("timeout", { ...metrics, durationMs: 10_000 }),
      { MaxMemoryUsed: 87, MemorySize: 512, Timeouts: 1 },
    ],
    ["an error", report("error", metrics, { errorType: "Error" }), { MaxMemoryUsed: 87, MemorySize: 512 }],
    ["a start", `{"time":"t","type":"platform.start","record":{"requestId":"${REQUEST}","version":"7"}}`, {}],
    ["a function's own line", '{"level":"INFO","message":"platform.report timeout"}', {}],
    ["a line of metrics", '{"_aws":{},"FunctionName":"dev-api","ExecutionTime":3}', {}],
  ])("%s", (_, line, expected) => {
    expect(metricsIn("json", line)).toEqual(expected);
  });
});

describe("the platform's records in text", () => {
  const warm = `REPORT RequestId: ${REQUEST}\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 65 MB\t`;

  test.each([
    ["a cold start", `${warm}Init Duration: 100.50 ms\t`, { InitDuration: 100.5, MaxMemoryUsed: 65, MemorySize: 128 }],
    ["a warm request", warm, { MaxMemoryUsed: 65, MemorySize: 128 }],
    [
      "a traced cold start",
      `${warm}Init Duration: 100.50 ms\t\nXRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\tSegmentId: 07f5xmpl2d1f6f85\tSampled: true`,
      { InitDuration: 100.5, MaxMemoryUsed: 65, MemorySize: 128 },
    ],
    ["a timeout", `2026-01-05T09:00:00.000Z ${REQUEST} Task timed out after 3.00 seconds`, { Timeouts: 1 }],
    ["a timeout's report", `${warm}Status: timeout`, { MaxMemoryUsed: 65, MemorySize: 128 }],
    ["a start", `START RequestId: ${REQUEST} Version: 7`, {}],
    ["a function's own line", `2026-01-05T09:00:00.000Z\t${REQUEST}\tINFO\tInit Duration: 5 ms`, {}],
  ])("%s", (_, line, expected) => {
    expect(metricsIn("text", line)).toEqual(expected);
  });
});

describe("a function's metric filters", () => {
  test("read its log, into a namespace of its own, without a default that an average would take for a measurement", async () => {
    const dev = await synthesizeDev(makeTfvars());
    expect(findResource(dev, "aws_cloudwatch_log_metric_filter", "api_init-duration")).toMatchObject({
      log_group_name: "${aws_cloudwatch_log_group.api_logs.name}",
      name: "platform-init-duration",
      metric_transformation: {
        name: "InitDuration",
        namespace: "Lambda/Performance/dev-api",
        unit: "Milliseconds",
        value: "$.record.metrics.initDurationMs",
      },
    });
    const filters = Object.values(dev.resource["aws_cloudwatch_log_metric_filter"] ?? {});
    expect(filters).toHaveLength(3);
    for (const filter of filters) expect(filter["metric_transformation"]).not.toHaveProperty("default_value");
  });

  test("tell the memory's size where nobody else does: of a function that is deployed elsewhere", async () => {
    const functions = 'legacy = { existing = true, function_name = "Legacy", log_group = "/custom/legacy" }';
    const dev = await synthesizeDev(makeTfvars({ functions }));
    const size = findResource(dev, "aws_cloudwatch_log_metric_filter", "legacy_memory-size");
    expect(size).toMatchObject({ log_group_name: "/custom/legacy", pattern: FILTERS.text.MemorySize.pattern });
    const memory = findResource(dev, "aws_cloudwatch_metric_alarm", "legacy_memory");
    expect(memory["metric_query"]).toContainEqual(expect.objectContaining({ expression: "100 * used / size" }));
  });
});
