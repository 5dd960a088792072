import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runCommand } from "../../support/command";
import { listMarks, splitSides } from "./picture-marks";
import { makeDashboard, makePlanJson, makeResource, type ResourceJson } from "./plans";

const OTHER = makeResource("aws_sns_topic.other", { name: "a" }, { name: "a" });
const SECRET = "AKIAABCDEFGHIJKLMNOP";

type Properties = Readonly<Record<string, unknown>>;

/** What a plan's comment says of dashboards, and the pictures by their paths. */
async function commentOn(...resources: readonly ResourceJson[]) {
  const { exitCode, stdout, stderr, files } = await runCommand(
    ["plan-comment", "prod.json", "--pictures", "pictures", "--out", "comment.md"],
    { files: { "prod.json": makePlanJson(OTHER, ...resources) } },
  );
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: [], stderr: [] });
  const { "comment.md": comment = "" } = files;
  const [above = ""] = comment.split("<details>");
  const pictures = Object.entries(files).flatMap(([path, content]) =>
    path.startsWith("pictures/") ? [[path.slice("pictures/".length), content] as const] : [],
  );
  return { comment, lines: above.match(/^- .*dashboard.*/gm) ?? [], pictures: Object.fromEntries(pictures) };
}

/** The same of a changed dashboard: its lines without the dashboard's name, and its picture. */
async function change(before: object, after: object) {
  const { lines, pictures } = await commentOn(makeDashboard(before, after));
  const told = lines
    .filter((line) => line.startsWith("- dashboard"))
    .map((line) => line.replace("- dashboard `prod`", ""));
  return { told, picture: pictures["prod/prod.svg"] ?? "" };
}

function makeLine(name: string, look: object = {}): unknown[] {
  return ["AWS/Lambda", name, "FunctionName", "prod-api", { stat: "Sum", label: name, ...look }];
}

function makeGraph(title: string, properties: Properties = {}, place: object = {}): object {
  const metrics = [makeLine("Invocations"), makeLine("Errors")];
  return {
    ...{ type: "metric", x: 0, y: 0, width: 6, height: 5, ...place },
    properties: { title, region: "eu-west-1", view: "timeSeries", period: 300, metrics, ...properties },
  };
}

/** Graphs in one row. */
function makeRow(y: number, ...graphs: readonly (readonly [title: string, properties?: Properties])[]): object[] {
  const width = 24 / graphs.length;
  return graphs.map(([title, properties], index) => makeGraph(title, properties, { x: index * width, y, width }));
}

const ROWS = [...makeRow(0, ["A"], ["B"]), ...makeRow(5, ["C"], ["D"], ["E"]), ...makeRow(10, ["F"])];

function withFunctions(...names: readonly string[]): object {
  const values = names.map((name) => ({ value: `prod-${name}`, label: name }));
  const variable = {
    type: "pattern",
    pattern: "CHOSEN",
    label: "Function",
    defaultValue: `prod-${names[0] ?? ""}`,
    values,
  };
  const rows = names.map((name) => [
    "AWS/Lambda",
    "Errors",
    "FunctionName",
    `prod-${name}`,
    { label: name, stat: "Sum" },
  ]);
  return {
    variables: [variable],
    widgets: [
      makeGraph("Requests of CHOSEN", { metrics: [["AWS/Lambda", "Invocations", "FunctionName", "CHOSEN"]] }),
      makeGraph("Requests by function", { view: "table", metrics: rows }, { y: 5 }),
      makeGraph("Errors by function", { view: "table", metrics: rows }, { y: 10 }),
    ],
  };
}

describe("a changed dashboard", () => {
  test.each<[what: string, before: Properties, after: Properties, told: string]>([
    ["a title", { view: "pie" }, { view: "bar" }, "view `pie` -> `bar`"],
    ["a period", {}, { period: 60 }, "period `300` -> `60`"],
    [
      "a statistic",
      {},
      { metrics: [makeLine("Invocations"), makeLine("Errors", { stat: "Average" })] },
      "statistic of `Errors` `Sum` -> `Average`",
    ],
    [
      "a label",
      {},
      { metrics: [makeLine("Invocations"), makeLine("Errors", { label: "Failed" })] },
      "label `Errors` -> `Failed`",
    ],
    [
      "a new line",
      {},
      { metrics: [makeLine("Throttles"), makeLine("Invocations"), makeLine("Errors")] },
      "line `Throttles` added",
    ],
    ["a line that is gone", {}, { metrics: [makeLine("Errors")] }, "line `Invocations` removed"],
    [
      "a line of another metric",
      {},
      { metrics: [makeLine("Invocations"), makeLine("Throttles", { label: "Errors" })] },
      "metric of `Errors` `AWS/Lambda Errors FunctionName=prod-api` -> `AWS/Lambda Throttles FunctionName=prod-api`",
    ],
    [
      "an expression",
      { metrics: [makeLine("Errors", { id: "e" }), [{ expression: "e * 100", label: "Rate" }]] },
      { metrics: [makeLine("Errors", { id: "e" }), [{ expression: "e * 50", label: "Rate" }]] },
      "expression of `Rate` `e * 100` -> `e * 50`",
    ],
    [
      "a threshold",
      { annotations: { horizontal: [{ value: 5, label: "At most" }, { value: 9 }] } },
      { annotations: { horizontal: [{ value: 7, label: "At most" }, { value: 9 }, { value: 11 }] } },
      "threshold `At most 5` -> `At most 7`; threshold `11` added",
    ],
    [
      "the alarm that it shows",
      { annotations: { alarms: ["arn:aws:cloudwatch:::alarm:one"] } },
      { annotations: { alarms: ["arn:aws:cloudwatch:::alarm:two"] } },
      "alarm `two` added; alarm `one` removed",
    ],
    ["a setting that CloudWatch may have tomorrow", {}, { sparkle: true }, "setting `sparkle` nothing -> `true`"],
    [
      "a color, which is not drawn",
      {},
      { metrics: [makeLine("Invocations", { color: "#ff0000" }), makeLine("Errors")] },
      "list of lines changes",
    ],
  ])("tells %s", async (_, before, after, told) => {
    const graph = (properties: Properties) => ({
      widgets: [makeGraph("Traffic", properties), makeGraph("Other", {}, { y: 5 })],
    });

    const changed = await change(graph(before), graph(after));

    expect(changed.told).toEqual([`, widget \`Traffic\`: ${told}`]);
    expect(listMarks(changed.picture)).toEqual(new Map([["Traffic", ["changed", "changed"]]]));
  });

  test("tells a widget's new title, and knows it by its place or its content", async () => {
    const before = { widgets: [...makeRow(0, ["A"], ["B", { period: 60 }])] };
    const after = { widgets: [...makeRow(0, ["Z", { period: 60 }], ["Y"])] };

    const { told } = await change(before, after);

    expect(told).toEqual([", widget `Z`: title `B` -> `Z`", ", widget `Y`: title `A` -> `Y`"]);
  });

  test("tells texts, queries and lists of alarms", async () => {
    const body = (markdown: string, query: string, ...alarms: readonly string[]) => ({
      widgets: [
        { type: "text", x: 0, y: 0, width: 24, height: 1, properties: { markdown } },
        { type: "log", x: 0, y: 1, properties: { title: "Slowest", query: `SOURCE 'a' | ${query}` } },
        {
          type: "alarm",
          x: 6,
          y: 1,
          properties: { title: "Alarms", alarms: alarms.map((name) => `arn:aws:cloudwatch:::alarm:${name}`) },
        },
      ],
    });

    const { told } = await change(
      body("## Overview", "limit 20", "one", "two"),
      body("## Summary", `filter ${"x".repeat(100)}`, "two", "three"),
    );

    expect(told).toEqual([
      ", widget `Summary`: text `## Overview` -> `## Summary`",
      ", widget `Slowest`: query changes",
      ", widget `Alarms`: alarm `three` added; alarm `one` removed",
    ]);
  });

  test("tells widgets that come and go, and not those that are only pushed up or down", async () => {
    const [a, b] = makeRow(0, ["A"], ["B"]);
    const after = [
      a,
      b,
      ...makeRow(5, ["New", { metrics: [makeLine("Throttles")] }]),
      ...makeRow(10, ["C"], ["D"], ["E"]),
    ];

    const { told, picture } = await change({ widgets: ROWS }, { widgets: after });

    expect(told).toEqual([": widget `New` added; widget `F` removed"]);
    expect(listMarks(picture)).toEqual(
      new Map([
        ["F", ["removed"]],
        ["New", ["added"]],
      ]),
    );
  });

  test("tells widgets that are elsewhere or of another size", async () => {
    const after = [...makeRow(0, ["F"]), ...makeRow(5, ["A"], ["B"]), ...makeRow(10, ["C"], ["D"])];

    const { told, picture } = await change({ widgets: ROWS }, { widgets: after });

    expect(told).toEqual([": widget `E` removed; widgets `F`, `C`, `D` moved or resized"]);
    expect([...listMarks(picture).keys()].toSorted()).toEqual(["C", "D", "E", "F"]);
  });

  test("tells rows that only leave a gap", async () => {
    const { told } = await change(
      { widgets: [...makeRow(0, ["A"]), ...makeRow(5, ["B"])] },
      { widgets: [...makeRow(0, ["A"]), ...makeRow(7, ["B"])] },
    );

    expect(told).toEqual([": widget `B` moved or resized"]);
  });

  test("tells a new function once, and not for each widget", async () => {
    const { told, picture } = await change(withFunctions("api"), withFunctions("api", "mail"));

    expect(told).toEqual([
      ": choice `mail` added",
      ", widgets `Requests by function`, `Errors by function`: line `mail` added",
    ]);
    expect([...listMarks(picture).keys()]).toEqual(["Requests by function", "Errors by function"]);
  });

  test("shows a function that is there before and after, and names what depends on the choice", async () => {
    const { told, picture } = await change(
      withFunctions("old", "api"),
      JSON.parse(
        JSON.stringify(withFunctions("new", "api")).replace("Requests of CHOSEN", "Calls of CHOSEN"),
      ) as object,
    );

    expect(told[1]).toBe(", widget `Calls of {Function}`: title `Requests of {Function}` -> `Calls of {Function}`");
    expect(picture).toMatch(/>Before · api<[^]*>Requests of prod-api<[^]*>After · api<[^]*>Calls of prod-api</);
  });

  test("tells the time range", async () => {
    const { told } = await change({ start: "-PT3H", widgets: ROWS }, { start: "-PT6H", widgets: ROWS });

    expect(told).toEqual([": beginning of the time range `-PT3H` -> `-PT6H`"]);
  });

  test("has the same figures before and after", async () => {
    const { picture } = await change(
      { widgets: [makeGraph("Before"), ...makeRow(5, ["A"], ["B"])] },
      { widgets: [makeGraph("Other"), ...makeRow(5, ["A"], ["B"])] },
    );

    const [before, after] = splitSides(picture).map((side) => side.match(/<path [^>]*>/g));
    expect(before?.length).toBeGreaterThan(10);
    expect(after).toEqual(before);
  });

  test("marks a widget that shows an alarm whose threshold changes", async () => {
    const alarm = (threshold: number) => ({
      ...{
        alarm_name: "busy",
        namespace: "AWS/Lambda",
        metric_name: "Errors",
        dimensions: { FunctionName: "prod-api" },
      },
      ...{ statistic: "Sum", period: 300, evaluation_periods: 1, datapoints_to_alarm: 0, threshold, metric_query: [] },
      ...{ comparison_operator: "GreaterThanThreshold", extended_statistic: "", treat_missing_data: null },
    });
    const widgets = (period: number) => [
      makeGraph("Busy", { metrics: [], annotations: { alarms: ["arn:aws:cloudwatch:::alarm:busy"] } }),
      makeGraph("Other", { period }, { x: 6 }),
      makeGraph("Same", {}, { x: 12 }),
    ];

    const { pictures } = await commentOn(
      makeDashboard({ widgets: widgets(300) }, { widgets: widgets(60) }),
      makeResource("aws_cloudwatch_metric_alarm.busy", alarm(500), alarm(0)),
    );

    const { "prod/prod.svg": picture = "" } = pictures;
    expect([...listMarks(picture).keys()].toSorted()).toEqual(["Busy", "Other"]);
    expect(picture).toMatch(/rings above 500[^]*rings above 0/);
  });

  test("is no change if only the order of keys or the format of the JSON is another one", async () => {
    const body = { start: "-PT3H", widgets: ROWS };
    const turn = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turn);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, one]) => [key, turn(one)]),
      );
    };

    const { lines, pictures } = await commentOn(makeDashboard(body, JSON.stringify(turn(body), undefined, 2)));

    expect({ lines, pictures }).toEqual({ lines: [], pictures: {} });
  });

  test("is summarized if it changes everywhere, whatever its size", async () => {
    const widgets = (label: (index: number) => string) =>
      Array.from({ length: 500 }, (_, index) =>
        makeGraph(`Widget ${index}`, { metrics: [makeLine("Errors", { label: label(index) })] }, { y: 5 * index }),
      );

    const tell = async (before: object[], after: object[]) => {
      const plan = makePlanJson(makeDashboard({ widgets: before }, { widgets: after }));
      const { stdout } = await runCommand(["plan-comment", "prod.json"], { files: { "prod.json": plan } });
      return (
        stdout
          .join("\n")
          .split("<details>")[0]
          ?.match(/^- dashboard.*/gm) ?? []
      );
    };
    const same = await tell(
      widgets(() => "a"),
      widgets(() => "b"),
    );
    const different = await tell(
      widgets(() => "a"),
      widgets(String),
    );

    expect(same).toEqual([
      "- dashboard `prod`, widgets `Widget 0`, `Widget 1`, `Widget 2`, `Widget 3` and 496 more: label `a` -> `b`",
    ]);
    expect(different).toHaveLength(7);
    expect(different.at(-1)).toBe("- dashboard `prod`: 494 more widgets change");
  });
});

describe("a dashboard with one side", () => {
  test("is drawn without marks: new, or gone", async () => {
    const { lines, pictures } = await commentOn(
      makeDashboard(null, { widgets: ROWS }, { address: "aws_cloudwatch_dashboard.new", name: "new" }),
      makeDashboard({ widgets: ROWS }, null, { address: "aws_cloudwatch_dashboard.old", name: "old" }),
    );

    expect(lines).toEqual([
      "- dashboard `new`: new, 6 widgets",
      "- dashboard `old`: gone",
      "- changed dashboards before and after, with made-up figures: `prod/new.svg`, `prod/old.svg`",
    ]);
    expect(splitSides(pictures["prod/new.svg"] ?? "")).toEqual([expect.stringContaining(">After<")]);
    expect(splitSides(pictures["prod/old.svg"] ?? "")).toEqual([expect.stringContaining(">Before<")]);
    expect(Object.values(pictures).flatMap((picture) => [...listMarks(picture)])).toEqual([]);
  });

  test("that is replaced because of its name has both", async () => {
    const before = { dashboard_name: "prod", dashboard_body: JSON.stringify({ widgets: ROWS }) };
    const replaced = makeResource(
      "aws_cloudwatch_dashboard.dashboard",
      before,
      { ...before, dashboard_name: "prod-eu" },
      { actions: ["delete", "create"], replace_paths: [["dashboard_name"]] },
    );

    const { lines, pictures } = await commentOn(replaced);

    expect(lines[0]).toBe("- dashboard `prod-eu`: name `prod` -> `prod-eu`");
    expect(splitSides(pictures["prod/prod-eu.svg"] ?? "")).toHaveLength(2);
  });
});

describe("a dashboard of which the plan does not tell what it shows", () => {
  const body = JSON.stringify({ widgets: ROWS });
  const attributes = { dashboard_name: "prod", dashboard_body: body };
  const hidden = { before_sensitive: { dashboard_body: true }, after_sensitive: { dashboard_body: true } };
  const address = "aws_cloudwatch_dashboard.dashboard";

  test.each<[what: string, resource: ResourceJson, told: string]>([
    [
      "known after apply",
      makeResource(address, attributes, { dashboard_name: "prod" }, { after_unknown: { dashboard_body: true } }),
      "what it shows is known after apply",
    ],
    [
      "new, and known after apply",
      makeResource(address, null, {}, { after_unknown: { dashboard_body: true, dashboard_name: true } }),
      "new, what it shows is known after apply",
    ],
    ["sensitive", makeDashboard(body, JSON.stringify({ widgets: [] }), hidden), "what it shows is sensitive"],
    [
      "no JSON",
      makeDashboard("{", body),
      "its body is no dashboard: Invalid input: expected object, received undefined",
    ],
    [
      "too large",
      makeDashboard(body, { widgets: Array.from({ length: 501 }, () => makeGraph("A")) }),
      "it has more than CloudWatch takes, 500 widgets or 2500 metrics",
    ],
    [
      "of an impossible size",
      makeDashboard(body, { widgets: [makeGraph("A", {}, { height: 1e9 })] }),
      "its body is no dashboard: widgets.0.height Too big: expected number to be <=1000",
    ],
  ])("%s is one line, and no picture", async (_, resource, told) => {
    const { lines, pictures } = await commentOn(resource);

    expect(lines).toEqual([expect.stringMatching(/^- dashboard `(prod|dashboard)`: /)]);
    expect(lines[0]?.replace(/^.*?: /, "")).toBe(told);
    expect(pictures).toEqual({});
  });

  test("gone is told all the same", async () => {
    const { lines } = await commentOn(makeDashboard("{", null));

    expect(lines).toEqual(["- dashboard `prod`: gone"]);
  });
});

describe("hostile texts", () => {
  const HOSTILE = "`</details>**@all**![x](https://example.com/x.png)<script>alert(1)</script>\u0000\u202e\ud800";

  test("change nothing in the comment and in the picture, and make an XML file", async () => {
    const { comment, pictures } = await commentOn(
      makeDashboard(
        { widgets: [makeGraph(HOSTILE), ...makeRow(5, [`${HOSTILE} gone`])] },
        { widgets: [makeGraph(`${HOSTILE}2`, { [HOSTILE]: HOSTILE, metrics: [makeLine(HOSTILE)] })] },
        { name: `../../${HOSTILE}` },
      ),
    );

    const [above = ""] = comment.split("<details><summary>");
    expect(above.replaceAll(/(`+)[^`][^]*?[^`]\1(?!`)/g, "")).not.toMatch(/script|@all|example\.com|details/);
    const [path, picture] = [...Object.keys(pictures), ...Object.values(pictures)];
    expect(path).toMatch(/^prod\/[\w.-]+\.svg$/);
    expect(picture).not.toMatch(/<script|<details|\p{Cs}/u);
    expect(picture).not.toContain("\u0000");
  });

  test("that look like secrets are neither told nor drawn", async () => {
    const { comment, pictures } = await commentOn(
      makeDashboard(
        { widgets: [makeGraph("A", { metrics: [makeLine("Errors", { label: SECRET })] })] },
        { widgets: [makeGraph(`B ${SECRET}`, { metrics: [makeLine("Errors", { label: `${SECRET} 2` })] })] },
      ),
    );

    expect(comment).toContain("changes (sensitive)");
    expect(comment + Object.values(pictures).join("")).not.toContain(SECRET);
    expect(Object.values(pictures)).toEqual([expect.stringContaining("(masked)")]);
  });

  test("in names make no file twice, nor elsewhere", async () => {
    const rename = (name: string, id: string) =>
      makeDashboard({ widgets: [] }, { widgets: ROWS }, { name, address: `aws_cloudwatch_dashboard.${id}` });

    const { pictures } = await commentOn(rename("a/b", "one"), rename("A b", "two"), rename("..", "three"));

    expect(Object.keys(pictures).toSorted()).toEqual(["prod/...svg", "prod/A_b-2.svg", "prod/a_b.svg"]);
  });

  test("and numbers of any kind never stop the comment", async () => {
    const text = fc.constantFrom(
      "",
      "-P999999999W",
      "0001-01-01",
      "9999-12-31",
      "CHOSEN",
      "tm99",
      "a / 0",
      "__proto__",
    );
    const number = fc.oneof(fc.integer(), fc.constantFrom(0, 1e-300, 1e300, -1));
    const entry = fc.array(
      fc.oneof(text, fc.record({ label: text, stat: text, period: number, expression: text }, { requiredKeys: [] })),
      { minLength: 1, maxLength: 4 },
    );
    const properties = fc.record(
      {
        ...{ title: text, stat: text, period: number, start: text, markdown: text, query: text, other: fc.jsonValue() },
        view: fc.constantFrom("timeSeries", "singleValue", "table", "gauge", "none"),
        metrics: fc.array(entry, { maxLength: 3 }),
        annotations: fc.record({ horizontal: fc.array(fc.record({ value: number, label: text })) }),
        alarms: fc.array(text),
      },
      { requiredKeys: [] },
    );
    const widget = fc.record(
      { type: fc.constantFrom("metric", "text", "log", "alarm"), properties, y: fc.nat(), height: fc.nat(1000) },
      { requiredKeys: ["type", "properties"] },
    );
    const body = fc.record({ widgets: fc.array(widget, { maxLength: 4 }), start: text, end: text });

    await fc.assert(
      fc.asyncProperty(body, body, async (before, after) => {
        await commentOn(makeDashboard(before, after));
      }),
      { numRuns: 25 },
    );
  });
});

describe("the pictures", () => {
  const files = {
    "prod.json": makePlanJson(makeDashboard({ widgets: [] }, { widgets: ROWS })),
    "dev.json": makePlanJson(OTHER),
  };
  const run = (...args: readonly string[]) => runCommand(["plan-comment", "dev.json", "prod.json", ...args], { files });
  const listWritten = (all: object) =>
    Object.keys(all).filter((path) => !path.startsWith("functions/") && !(path in files));

  test("are not drawn without being asked for, and are asked for in vain without a changed dashboard", async () => {
    const without = await run();
    const unchanged = await runCommand(["plan-comment", "dev.json", "--pictures", "pictures"], { files });

    expect(without.stdout.join("\n")).not.toContain("made-up figures");
    expect(unchanged.stdout.join("\n")).not.toContain("dashboards before and after");
    for (const { files: written } of [without, unchanged]) expect(listWritten(written)).toEqual([]);
  });

  test("are linked in the part of their environment, also where they are not drawn", async () => {
    const link = "https://github.com/o/r/actions/runs/1/artifacts/2?a=(b)";

    const { stdout } = await run("--pictures-link", `prod=${link}`);

    const [dev = "", prod = ""] = stdout.join("\n").split("### `prod`");
    expect(dev).not.toContain("before and after");
    expect(prod).toContain(`\n- [changed dashboards before and after](<${link}>), with made-up figures\n`);
  });

  test.each([
    [["--pictures-link", "staging=https://example.com"], "--pictures-link: staging belongs to none of these plans"],
    [["--pictures-link", "prod"], "It is not like prod=https://…"],
    [["--pictures-link", "prod=javascript:alert(1)"], "It is not like prod=https://…"],
    [["--pictures", "pictures", "--name", "..", "--name", "prod"], '--pictures: ".." cannot name a file'],
    [["--redacted", "redacted", "--name", "a/b", "--name", "prod"], '--redacted: "a/b" cannot name a file'],
  ])("%j is refused, and nothing is written", async (args, message) => {
    const { exitCode, stderr, files: written } = await run(...args, "--out", "comment.md");

    expect(exitCode).toBe(2);
    expect(stderr.join("\n")).toContain(message);
    expect(listWritten(written)).toEqual([]);
  });
});
