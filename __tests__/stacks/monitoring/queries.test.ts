import { describe, expect, test } from "@jest/globals";
import { QUERIES } from "../../../model/queries";
import { type StackUnderTest, synthesizeDev, makeTfvars } from "../../support/project";
import { checkQuery, LAMBDA_FIELDS, LOG_FIELDS } from "../../support/insights";
import { METRICS } from "../../../performance/metrics";

/**
 * What the records of the platform and of monitor() have:
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
const FIELDS = {
  json: [
    ...LOG_FIELDS,
    ...Object.keys(METRICS),
    "Category",
    "FunctionName",
    "Operation",
    "requestId",
    "start",
    "traceId",
    "type",
    "record.functionVersion",
    "record.requestId",
    "record.status",
    "record.tracing.value",
    ...["durationMs", "initDurationMs", "maxMemoryUsedMB", "memorySizeMB"].map((name) => `record.metrics.${name}`),
  ],
  text: [...LOG_FIELDS, ...LAMBDA_FIELDS],
};

const ALL = Object.entries(QUERIES).flatMap(([key, byFormat]) =>
  Object.entries(byFormat).map(([format, query]) => [key, format as "json" | "text", query] as const),
);

describe("saved queries", () => {
  test.each(ALL)("%s runs on %s logs: grammar, functions, and only fields that there are", (_, format, query) => {
    expect(checkQuery(query, FIELDS[format])).toEqual([]);
  });

  test("show what was asked for: how often functions start cold, and the slowest requests with their memory", () => {
    expect(QUERIES["cold-starts"].json).toMatch(/count\(.*initDurationMs\).*avg\(.*initDurationMs\)/);
    expect(QUERIES["slow-requests"].json).toMatch(
      /durationMs > 2000[^]*maxMemoryUsedMB[^]*sort .*durationMs desc[^]*limit 100/,
    );
  });

  test("are in a folder of their environment, over the log groups of all functions with such logs", async () => {
    const functions = `
      api = {}
      old = { existing = true, log_format = "text" }
      new = { existing = true, log_format = "json", log_group = "/custom/new" }`;
    const dev = await synthesizeDev(makeTfvars({ functions }));
    expect(logGroupsOf(dev, "dev/slow-requests")).toEqual(["/aws/lambda/dev-api", "/custom/new"]);
    expect(logGroupsOf(dev, "dev/slow-requests-text")).toEqual(["/aws/lambda/old"]);
    expect(namesIn(dev)).not.toContain("dev/cold-starts-by-version-text");
  });

  test("are several where one cannot read so many log groups", async () => {
    const functions = Array.from({ length: 60 }, (_, index) => `f${index} = { existing = true }`).join("\n");
    const dev = await synthesizeDev(makeTfvars({ functions }));
    expect(logGroupsOf(dev, "dev/failures-text")).toHaveLength(50);
    expect(logGroupsOf(dev, "dev/failures-text-2")).toHaveLength(10);
  });
});

function definitionsIn(stack: StackUnderTest) {
  return Object.values(stack.resource["aws_cloudwatch_query_definition"] ?? {});
}

function namesIn(stack: StackUnderTest): unknown[] {
  return definitionsIn(stack).map(({ name }) => name);
}

function logGroupsOf(stack: StackUnderTest, query: string): unknown {
  return definitionsIn(stack).find(({ name }) => name === query)?.["log_group_names"];
}
