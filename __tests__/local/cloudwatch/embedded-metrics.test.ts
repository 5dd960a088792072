import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseEmbeddedMetrics } from "../../../local/cloudwatch/embedded-metrics";

const TIMESTAMP = 1574109732004;
const DIRECTIVE = {
  Namespace: "lambda-function-metrics",
  Dimensions: [["functionVersion"]],
  Metrics: [{ Name: "time", Unit: "Milliseconds" }],
};

function line(directives: readonly object[], members: object): string {
  return JSON.stringify({ _aws: { Timestamp: TIMESTAMP, CloudWatchMetrics: directives }, ...members });
}

describe("Embedded metrics", () => {
  test("are read as in AWS's example", () => {
    const logLine = line([DIRECTIVE], { functionVersion: "$LATEST", time: 100, requestId: "989ffbf8" });

    const samples = parseEmbeddedMetrics(logLine);

    expect(samples).toEqual([
      {
        namespace: "lambda-function-metrics",
        name: "time",
        dimensions: { functionVersion: "$LATEST" },
        timestampMilliseconds: TIMESTAMP,
        value: 100,
        unit: "Milliseconds",
      },
    ]);
  });

  test("are a sample for every value, in every dimension set, of every directive", () => {
    const directives = [
      { ...DIRECTIVE, Dimensions: [[], ["functionVersion", "stage"]] },
      { ...DIRECTIVE, Namespace: "other", Metrics: [{ Name: "count" }] },
    ];
    const logLine = line(directives, { functionVersion: "1", stage: "prod", time: [1, 2], count: 3 });

    const samples = parseEmbeddedMetrics(logLine);

    expect(samples.map(({ namespace, dimensions, value, unit }) => [namespace, dimensions, value, unit])).toEqual([
      ["lambda-function-metrics", {}, 1, "Milliseconds"],
      ["lambda-function-metrics", {}, 2, "Milliseconds"],
      ["lambda-function-metrics", { functionVersion: "1", stage: "prod" }, 1, "Milliseconds"],
      ["lambda-function-metrics", { functionVersion: "1", stage: "prod" }, 2, "Milliseconds"],
      ["other", { functionVersion: "1" }, 3, undefined],
    ]);
  });

  test("are found at the root only, also when a name has a dot", () => {
    const directive = { ...DIRECTIVE, Dimensions: [[]], Metrics: [{ Name: "a.b" }] };

    expect(parseEmbeddedMetrics(line([directive], { "a.b": 1 }))).toHaveLength(1);
    expect(parseEmbeddedMetrics(line([directive], { a: { b: 1 } }))).toEqual([]);
  });

  test("may be very many", () => {
    const values = Array.from({ length: 100 }, () => 1);
    const directive = { ...DIRECTIVE, Dimensions: Array.from({ length: 2000 }, () => []), Metrics: [{ Name: "time" }] };

    expect(parseEmbeddedMetrics(line([directive], { time: values }))).toHaveLength(200_000);
  });

  test.each([
    ["text", "REPORT RequestId: 3604209a-e9a3-11e6-939a-754dd98c7be3\tDuration: 12.34 ms"],
    ["nothing", ""],
    ["other JSON", JSON.stringify({ type: "platform.report", record: {} })],
    ["JSON that is no object", "[1]"],
    ["no time", JSON.stringify({ _aws: { CloudWatchMetrics: [DIRECTIVE] }, functionVersion: "1", time: 1 })],
    ["an absent metric", line([DIRECTIVE], { functionVersion: "1" })],
    ["a metric that is text", line([DIRECTIVE], { functionVersion: "1", time: "1" })],
    ["an absent dimension", line([DIRECTIVE], { time: 1 })],
    ["a dimension that is a number", line([DIRECTIVE], { functionVersion: 1, time: 1 })],
    ["more than 100 values", line([DIRECTIVE], { functionVersion: "1", time: Array.from({ length: 101 }, () => 1) })],
    ["a dimension named like a method", line([{ ...DIRECTIVE, Dimensions: [["toString"]] }], { time: 1 })],
  ])("are none in %s", (_, logLine) => {
    expect(parseEmbeddedMetrics(logLine)).toEqual([]);
  });

  test("are none, and no error, in any other line", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (logLine) => {
        expect(parseEmbeddedMetrics(logLine)).toEqual([]);
      }),
    );
  });
});
