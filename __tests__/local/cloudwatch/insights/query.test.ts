import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { compileInsightsQuery, type StoredLine } from "../../../../local/cloudwatch/insights/query";

const AT = Date.UTC(2026, 10, 30, 13);

function makeEvent(line: object | string, more: Partial<StoredLine> = {}): StoredLine {
  const text = typeof line === "string" ? line : JSON.stringify(line);
  return { at: AT, logStreamName: "2026/11/30/[7]abc", line: text, ...more };
}

function makeReport(status: string, durationMs: number): object {
  return { type: "platform.report", record: { status, metrics: { durationMs } } };
}

function run(query: string, lines: readonly (object | string)[]) {
  return compileInsightsQuery(query)(lines.map((line) => makeEvent(line)));
}

describe("a query", () => {
  test("without commands on fields answers times and lines", () => {
    expect(run("limit 1", ["one", "two"])).toEqual([{ "@timestamp": "2026-11-30 13:00:00.000", "@message": "one" }]);
  });

  test("finds members of JSON by their path, also in lists", () => {
    const lines = [{ targets: [{ name: "a" }] }, "text", { targets: [{ name: "b" }] }];
    expect(run("filter ispresent(targets.0.name) | fields targets.0.name as name | sort name", lines)).toEqual([
      { name: "b" },
      { name: "a" },
    ]);
  });

  test("counts and adds only what is there", () => {
    const query = "stats count(*) as lines, count(value) as values, sum(value) as total, avg(value) as average";
    expect(run(query, [{ value: 1 }, { value: 4 }, {}])).toEqual([
      { lines: "3", values: "2", total: "5", average: "2.5" },
    ]);
  });

  test("tells versions apart by the names of streams", () => {
    const events = ["[7]", "[8]", "[7]"].map((version) => makeEvent("", { logStreamName: `2026/11/30/${version}abc` }));
    const counts = [
      { version: "7", lines: "2" },
      { version: "8", lines: "1" },
    ];
    for (const parse of ["/\\[(?<version>[^\\]]+)\\]/", '"*[*]*" as day, version, instance']) {
      const query = `parse @logStream ${parse} | stats count(*) as lines by version | sort version asc`;
      expect(compileInsightsQuery(query)(events)).toEqual(counts);
    }
  });

  test("computes with conditions, logarithms and choices", () => {
    const query = `
      # Comments do not count.
      filter type = "platform.report" and record.status in ["timeout", "success"]
      | fields if(record.status = "timeout", "late", "fine") as how, floor(10 * log(1 + record.metrics.durationMs)) as bucket
      | stats count(*) as reports by how, bucket`;
    const lines = [
      makeReport("success", 10),
      makeReport("timeout", 1000),
      makeReport("error", 5),
      makeReport("success", 10.1),
    ];
    expect(run(query, lines)).toEqual([
      { how: "fine", bucket: "23", reports: "1" },
      { how: "late", bucket: "69", reports: "1" },
      { how: "fine", bucket: "24", reports: "1" },
    ]);
  });

  test("puts every line into the period that it began in", () => {
    const minutes = fc.array(fc.integer({ min: 0, max: 599_999 }));
    fc.assert(
      fc.property(minutes, (offsets) => {
        const events = offsets.map((offset) => makeEvent("line", { at: AT + offset }));

        const rows = compileInsightsQuery("stats count(*) as lines by bin(1m)")(events);

        const expected = new Map<string, number>();
        for (const offset of offsets) {
          const minute = `2026-11-30 13:0${Math.floor(offset / 60_000)}:00.000`;
          expected.set(minute, (expected.get(minute) ?? 0) + 1);
        }
        expect(new Map(rows.map((row) => [row["bin(1m)"], Number(row["lines"])]))).toEqual(expected);
      }),
    );
  });

  test.each([
    ["max(value) / 2", "4.5"],
    ["pct(value, 50)", "1"],
    ["latest(value)", "9"],
    ["count_distinct(value)", "2"],
    ["sum(value > 5)", "1"],
  ])("aggregates with %s", (expression, result) => {
    const lines = [{ value: 1 }, { value: 1 }, { value: 9 }];
    expect(run(`stats ${expression} as result`, lines)).toEqual([{ result }]);
  });

  test.each([
    ['message like "pin"', "true"],
    ["message like /^p.*g$/", "true"],
    ["message not like /^p/", "false"],
    ["not message = 'ping'", "false"],
    ["missing = 1 or missing != 1", "false"],
    ["size >= 10 and size < 11", "true"],
    ["strcontains(message, 'in') = 1", "true"],
    ["coalesce(missing, message) = 'ping'", "true"],
    ["2 * (size - 4) = 12", "true"],
  ])("decides whether %s", (condition, holds) => {
    const rows = run(`filter ${condition}`, [{ message: "ping", size: 10 }]);
    expect(rows).toHaveLength(holds === "true" ? 1 : 0);
  });
});

test.each([
  ["pattern @message", "the command pattern is not supported here"],
  ["stats median(x)", "the function median is not supported here"],
  ["filter x = ;", "not supported here: ;"],
  ["filter (x = 1", "expected ), got the end"],
  ["limit 1 2", "limit: not expected: 2"],
])("what is not supported is refused: %s", (query, message) => {
  expect(() => compileInsightsQuery(query)).toThrow(message);
});
