import { describe, expect, test } from "@jest/globals";
import { checkDashboard, listDrawnMetrics } from "./dashboard";

const METRIC = ["AWS/Lambda", "Errors", "FunctionName", "api"];

const metricWidget = (properties: object, place: object = {}) => ({
  type: "metric",
  ...place,
  properties: { region: "eu-west-1", ...properties },
});

const graph = (...metrics: unknown[]) => ({ widgets: [metricWidget({ metrics })] });

const variable = (properties: object) => ({
  widgets: [],
  variables: [{ type: "pattern", pattern: "api", inputType: "input", id: "function", ...properties }],
});

describe("a good dashboard has no problems", () => {
  test.each<[string, unknown]>([
    ["empty", { widgets: [] }],
    ["relative time", { widgets: [], start: "-PT3H", periodOverride: "inherit" }],
    ["absolute time", { widgets: [], start: "2026-01-01T00:00:00.000Z", end: "2026-01-02T00:00:00Z" }],
    [
      "every kind of widget",
      {
        widgets: [
          metricWidget(
            {
              metrics: [METRIC],
              stat: "p99",
              period: 60,
              view: "timeSeries",
              stacked: false,
              title: "Errors",
              yAxis: { left: { min: 0, label: "Errors", showUnits: false } },
              legend: { position: "bottom" },
              annotations: {
                horizontal: [{ value: 5, color: "#d62728", fill: "above" }, [{ value: 1 }, { value: 2 }]],
                vertical: [{ value: "2026-01-01T00:00:00Z", fill: "after" }],
              },
            },
            { x: 0, y: 0, width: 12, height: 6 },
          ),
          metricWidget({ annotations: { alarms: ["arn"] } }, { x: 12, y: 0, width: 12, height: 6 }),
          { type: "log", x: 0, y: 6, properties: { region: "eu-west-1", query: "SOURCE 'a' | limit 1", view: "bar" } },
          { type: "alarm", x: 6, y: 6, properties: { alarms: ["arn"], sortBy: "timestamp", states: ["ALARM"] } },
          { type: "text", x: 12, y: 6, width: 12, height: 1, properties: { markdown: "# Functions" } },
          {
            type: "explorer",
            x: 12,
            y: 7,
            properties: {
              metrics: [{ metricName: "Errors", resourceType: "AWS::Lambda::Function", stat: "Sum" }],
              labels: [{ key: "Runtime", value: "nodejs20.x" }],
            },
          },
        ],
      },
    ],
    [
      "shorthand and expressions",
      graph(
        [...METRIC, { id: "errors", visible: false }],
        [".", "Invocations", ".", ".", { id: "calls", yAxis: "right", color: "#1f77b4" }],
        ["...", "other"],
        ["...", { stat: "Sum" }],
        [{ expression: "100 * errors / calls", label: "Rate", id: "rate" }],
      ),
    ],
    ["input variable", variable({ defaultValue: "api", label: "Function", visible: true })],
    [
      "values",
      variable({ inputType: "select", values: [{ value: "a", label: "A" }, { value: 1 }], defaultValue: "a" }),
    ],
    [
      "search",
      variable({ inputType: "radio", search: "{AWS/Lambda}", populateFrom: "FunctionName", defaultValue: "__FIRST" }),
    ],
    ["gauge", { widgets: [metricWidget({ metrics: [METRIC], view: "gauge", yAxis: { left: { min: 0, max: 1 } } })] }],
  ])("%s", (_name, body) => {
    expect(checkDashboard(body)).toEqual([]);
  });
});

describe("a bad dashboard has a problem", () => {
  const text = (place: object) => ({ type: "text", ...place, properties: { markdown: "" } });
  test.each<[string, unknown, string]>([
    ["no object", "{}", "must be object"],
    ["no widgets", {}, "widgets"],
    ["too many widgets", { widgets: new Array(501).fill(text({})) }, "must NOT have more than 500 items"],
    ["unknown property", { widgets: [], theme: "dark" }, "theme"],
    ["unknown property of a widget", { widgets: [metricWidget({ metrics: [], titel: "x" })] }, "titel"],
    ["unknown kind", { widgets: [{ type: "chart", properties: {} }] }, "/widgets/0/type"],
    ["start without sign", { widgets: [], start: "PT3H" }, "/start"],
    ["absolute start alone", { widgets: [], start: "2026-01-01T00:00:00Z" }, "no end"],
    ["no region", { widgets: [{ type: "metric", properties: { metrics: [] } }] }, "region"],
    ["nothing to draw", { widgets: [metricWidget({})] }, "neither metrics nor an alarm"],
    ["two things", { widgets: [metricWidget({ metrics: [METRIC], annotations: { alarms: ["a"] } })] }, "both metrics"],
    [
      "alarm and lines",
      { widgets: [metricWidget({ annotations: { alarms: ["a"], horizontal: [{ value: 1 }] } })] },
      "both an alarm and annotations",
    ],
    ["unknown statistic", { widgets: [metricWidget({ metrics: [METRIC], stat: "Mean" })] }, "/stat"],
    ["odd period", { widgets: [metricWidget({ metrics: [METRIC], period: 90 })] }, "/period"],
    ["unknown view", { widgets: [metricWidget({ metrics: [METRIC], view: "line" })] }, "/view"],
    ["gauge without ends", { widgets: [metricWidget({ metrics: [METRIC], view: "gauge" })] }, "is a gauge"],
    ["too many metrics", graph(...(new Array(501).fill(METRIC) as unknown[])), "must NOT have more than 500 items"],
    ["only a namespace", graph(["AWS/Lambda"]), "has no namespace or no name"],
    ["dimension without value", graph(["AWS/Lambda", "Errors", "FunctionName"]), "without a value"],
    ["nothing to repeat", graph([".", "Errors"]), "repeats what"],
    ["nothing to repeat at all", graph(["...", "other"]), "repeats what"],
    ["object first", graph([{ stat: "Sum" }, ...METRIC]), "not the last"],
    ["metric and expression", graph([...METRIC, { expression: "1" }]), "both a metric and an expression"],
    ["id with a capital", graph([...METRIC, { id: "Errors" }]), "/id"],
    ["id twice", graph([...METRIC, { id: "a" }], [...METRIC, { id: "a" }]), "id a is taken"],
    ["log without SOURCE", { widgets: [{ type: "log", properties: { region: "x", query: "limit 1" } }] }, "/query"],
    ["no alarms", { widgets: [{ type: "alarm", properties: { alarms: [] } }] }, "fewer than 1 items"],
    ["x alone", { widgets: [text({ x: 1 })] }, "must have property y when property x"],
    ["too far right", { widgets: [text({ x: 24, y: 0 })] }, "/widgets/0/x"],
    ["too wide", { widgets: [text({ x: 20, y: 0 })] }, "reaches column 26"],
    ["overlap", { widgets: [text({ x: 0, y: 0 }), text({ x: 5, y: 5 })] }, "/widgets/1 overlaps /widgets/0"],
    ["property without its name", variable({ type: "property" }), "must have required property 'property'"],
    ["select without values", variable({ inputType: "select" }), "/variables/0"],
    ["search without populateFrom", variable({ inputType: "select", search: "{AWS/Lambda}" }), "populateFrom"],
    ["input with values", variable({ values: [{ value: "a" }] }), "/variables/0/values"],
    ["unknown default", variable({ inputType: "radio", values: [{ value: "a" }], defaultValue: "b" }), "not one of"],
    ["long label", variable({ label: "x".repeat(31) }), "/label"],
    ["bad id", variable({ id: "function name" }), "/id"],
  ])("%s", (_name, body, problem) => {
    expect(checkDashboard(body).join("\n")).toContain(problem);
  });
});

test("metrics are written out", () => {
  const body = graph(METRIC, [".", "Throttles", ".", "."], ["...", "other"], [{ expression: "1" }], ["Own", "Calls"]);
  const lambda = { namespace: "AWS/Lambda", metricName: "Throttles" };
  expect(listDrawnMetrics(body)).toEqual([
    { ...lambda, metricName: "Errors", dimensions: { FunctionName: "api" } },
    { ...lambda, dimensions: { FunctionName: "api" } },
    { ...lambda, dimensions: { FunctionName: "other" } },
    { namespace: "Own", metricName: "Calls", dimensions: {} },
  ]);
});
