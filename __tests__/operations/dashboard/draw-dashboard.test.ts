import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { getView, type WidgetContent } from "../../../operations/dashboard/content";
import { renderDashboardPage } from "../../../operations/dashboard/page";
import { drawDashboardPicture } from "../../../operations/dashboard/picture";
import { createSampleSource } from "../../../operations/dashboard/sample/sample-source";
import { chooseTimeRange } from "../../../operations/dashboard/time-range";
import examples from "./published-examples.json";
import { answerAlways, BUSY, drawBody, makeGraph, TO } from "./support";

const REQUESTS = ["AWS/Lambda", "Invocations", "FunctionName", "dev-api", "Resource", "dev-api:live"];
const sample = createSampleSource(new Map([["Busy", BUSY]]), ["dev-api"], TO);

async function drawContents(...widgets: readonly object[]): Promise<WidgetContent[]> {
  const { dashboards } = await drawBody({ widgets }, answerAlways([1, 2, 4]));
  return (dashboards[0]?.widgets ?? []).map((widget) => getView(widget, 0).content);
}

async function drawSample(properties: object): Promise<WidgetContent> {
  const { dashboards } = await drawBody({ widgets: [makeGraph(properties)] }, sample);
  const [widget] = dashboards[0]?.widgets ?? [];
  if (!widget) throw new Error("there is no widget");
  return getView(widget, 0).content;
}

function listValues(content: WidgetContent): readonly (readonly (number | null)[])[] {
  return content.kind === "lines" ? content.lines.map(({ values }) => values) : [];
}

describe("widgets", () => {
  test("of AWS's published examples are drawn, or it says what CloudWatch shows there", async () => {
    const { dashboards, problems } = await drawBody(examples, answerAlways([1, 2, 4]));

    const shown = dashboards[0]?.widgets.map((widget) => [getView(widget, 0).title, getView(widget, 0).content.kind]);
    expect(problems).toEqual([]);
    expect(shown).toEqual([
      ["EC2 Instance CPU", "lines"],
      ["", "text"],
      ["Shorthand", "lines"],
      ["Gauge", "bars"],
      ["Bar", "bars"],
      ["Pie", "bars"],
      ["Number", "numbers"],
      ["Table", "table"],
      ["Alarm of a graph", "lines"],
      ["Alarms", "alarms"],
      ["Log", "table"],
      ["Explorer", "note"],
      ["Custom", "note"],
    ]);
    const page = await renderDashboardPage({ heading: "", subtitle: "", dashboards });
    expect(page).toContain("CloudWatch shows a widget of type explorer here.");
    expect(page).toContain("CloudWatch draws two by an axis of its own on the right.");
    expect(page).toContain("Critical range 20");
    expect(page).toContain("rings above 80");
    expect(page).toContain("a line of /aws/lambda/two");
  });

  test("show the figures that were read", async () => {
    const [graph, number, table] = await drawContents(
      makeGraph({ metrics: [REQUESTS], period: 300 }),
      makeGraph({ metrics: [REQUESTS], view: "singleValue" }),
      makeGraph({ metrics: [REQUESTS], view: "table", table: { summaryColumns: ["SUM", "MAX", "MIN", "AVG"] } }),
    );

    expect(graph).toMatchObject({ from: TO - 3 * 3_600_000, to: TO, periodSeconds: 300, length: 36 });
    expect(graph && listValues(graph)[0]?.slice(0, 4)).toEqual([1, 2, 4, null]);
    expect(number).toEqual({ kind: "numbers", numbers: [{ label: "Invocations", value: 4 }] });
    expect(table).toMatchObject({ rows: [["Invocations", 7, 4, 1, expect.closeTo(7 / 3)]] });
  });

  test("without a place flow from left to right, as CloudWatch lets them", async () => {
    const metrics = { metrics: [REQUESTS] };
    const { dashboards } = await drawBody(
      { widgets: [1, 2, 3, 4, 5].map(() => makeGraph(metrics, {})) },
      answerAlways([1]),
    );

    expect(dashboards[0]?.widgets.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [6, 0],
      [12, 0],
      [18, 0],
      [0, 6],
    ]);
  });

  test("that CloudWatch would refuse say so, and the others are drawn", async () => {
    const { dashboards, problems } = await drawBody(
      { widgets: [makeGraph({ metrics: "none" }), makeGraph({ metrics: [REQUESTS] })] },
      answerAlways([1]),
    );

    expect(dashboards[0]?.widgets.map((widget) => getView(widget, 0).content.kind)).toEqual(["note", "lines"]);
    expect(problems).toEqual([expect.stringContaining("CloudWatch cannot read this widget: metrics")]);
  });
});

describe("the variable", () => {
  const BODY = {
    variables: [
      {
        ...{ id: "function", type: "pattern", pattern: "CHOSEN", inputType: "select", label: "Function" },
        ...{ defaultValue: "dev-two", values: [{ value: "dev-one", label: "one" }, { value: "dev-two" }] },
      },
    ],
    widgets: [
      makeGraph({ title: "Of CHOSEN", metrics: [["AWS/Lambda", "Errors", "FunctionName", "CHOSEN"]] }),
      makeGraph({ title: "Of all", metrics: [["AWS/Lambda", "Errors"]] }),
    ],
  };

  test("begins with its default, and changes only what depends on it", async () => {
    const { dashboards } = await drawBody(BODY, answerAlways([1]));

    expect(dashboards[0]?.choice).toEqual({ label: "Function", options: ["dev-two", "one"] });
    expect(dashboards[0]?.widgets.map(({ views }) => views.map(({ title }) => title))).toEqual([
      ["Of dev-two", "Of dev-one"],
      ["Of all"],
    ]);
  });

  test("can be limited to one", async () => {
    const { dashboards } = await drawBody(BODY, answerAlways([1]), { selects: ({ label }) => label === "one" });

    expect(dashboards[0]?.choice?.options).toEqual(["one"]);
    expect(dashboards[0]?.widgets[0]?.views.map(({ title }) => title)).toEqual(["Of dev-one"]);
  });
});

describe("made-up figures", () => {
  const requests = [...REQUESTS, { id: "requests", stat: "Sum", label: "requests" }];
  const hidden = [...REQUESTS, { id: "requests", stat: "Sum", visible: false }];

  test("are the same each time", async () => {
    const again = createSampleSource(new Map(), ["dev-api"], TO);
    const other = await drawBody({ widgets: [makeGraph({ metrics: [requests] })] }, again);

    expect(other.dashboards[0]?.widgets[0]?.views[0]?.content).toEqual(await drawSample({ metrics: [requests] }));
  });

  test("agree between periods: five minutes are five single ones", async () => {
    const [single] = listValues(await drawSample({ metrics: [requests], period: 60 }));
    const [five] = listValues(await drawSample({ metrics: [requests], period: 300 }));

    const sum = (values: readonly (number | null)[] = []) =>
      values.reduce<number>((all, value) => all + (value ?? 0), 0);
    expect(five?.map((_, index) => sum(single?.slice(index * 5, index * 5 + 5)))).toEqual(five);
  });

  test.each([
    ["100 * requests / requests", 100],
    ["IF(requests > 0, 7, 8)", 7],
    ["FILL(requests, 0) * 0", 0],
    ["PERIOD(requests)", 300],
    ["requests >= 1000000", 0],
  ])("are really computed: %s is %p", async (expression, expected) => {
    const content = await drawSample({ metrics: [hidden, [{ expression, label: "" }]] });

    expect(listValues(content)).toEqual([new Array(36).fill(expected)]);
  });

  test("of a search are lines by version, which together are the whole", async () => {
    const expression = `SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName="Invocations" Resource="dev-api:live"', 'Sum')`;
    const [before = [], after = []] = listValues(await drawSample({ metrics: [[{ expression, label: "" }]] }));
    const [all] = listValues(await drawSample({ metrics: [requests] }));

    expect(before.map((value, index) => (value ?? 0) + (after[index] ?? 0))).toEqual(all);
    expect([before[0], after.at(-1)]).toEqual([all?.[0], all?.at(-1)]);
  });

  test.each([
    ["1 + ", "expected a value"],
    ["100 * failures / requests", "no line of the widget has the id failures"],
    ["requests +* 2", "expected a value"],
    [`SEARCH('{AWS/Lambda,FunctionName} MetricName="Errors" Resource="x"', 'Sum')`, "asks for Resource"],
  ])("show a wrong expression: %s", async (expression, why) => {
    const body = { widgets: [makeGraph({ metrics: [hidden, [{ expression, label: "" }]] })] };
    const { dashboards, problems } = await drawBody(body, sample);

    expect(dashboards[0]?.widgets[0]?.views[0]?.content).toMatchObject({ kind: "note", isBad: true });
    expect(problems).toEqual([expect.stringContaining(why)]);
  });
});

describe("what CloudWatch cannot have", () => {
  test.each(["-P9999999W", "0001-01-01T00:00:00Z"])("is not drawn: figures since %s", async (start) => {
    const body = { start, end: "2026-01-19T10:00:00Z", widgets: [makeGraph({ metrics: [REQUESTS], period: 1e12 })] };
    const range = chooseTimeRange(body, {}, TO);

    const { dashboards } = await drawBody(body, sample, { timeOf: () => ({ ...range, now: TO }) });

    expect(TO - range.from).toBe(455 * 86_400_000);
    const [content] = dashboards.flatMap(({ widgets }) => widgets.map((widget) => getView(widget, 0).content));
    expect(content && listValues(content)).toEqual([expect.arrayContaining([expect.any(Number)])]);
  });

  test("makes a made-up alarm unknown: a statistic that there is not", async () => {
    const source = createSampleSource(new Map([["Busy", { ...BUSY, statistic: "none" }]]), [], TO);

    expect(await source.readAlarmStates(["Busy"])).toEqual(new Map([["Busy", "unknown"]]));
  });
});

describe("hostile texts", () => {
  const HOSTILE = `"><img src=x onerror=alert(1)></script><script>alert(1)</script>'&`;

  test("change nothing, wherever they are", async () => {
    const body = {
      variables: [
        {
          ...{ id: "function", type: "pattern", pattern: "CHOSEN", inputType: "select", label: HOSTILE },
          values: [{ value: HOSTILE, label: HOSTILE }, { value: "other" }],
        },
      ],
      widgets: [
        makeGraph({ title: HOSTILE, metrics: [["A", "B", { label: HOSTILE }]], yAxis: { left: { label: HOSTILE } } }),
        makeGraph({ title: "CHOSEN", view: "table", metrics: [["A", "B", { label: HOSTILE }]] }),
        makeGraph({
          view: "singleValue",
          metrics: [
            ["A", "B", { label: HOSTILE }],
            ["A", "C"],
          ],
        }),
        makeGraph({ metrics: [["A", "B"]], annotations: { horizontal: [{ value: 1, label: HOSTILE }] } }),
        { type: HOSTILE, properties: {} },
        { type: "alarm", properties: { title: HOSTILE, alarms: [`arn:aws:cloudwatch:::alarm:${HOSTILE}`] } },
        {
          type: "text",
          properties: { markdown: `${HOSTILE}\n\n[x](javascript:alert(1)) ![y](https://example.com/y.png)` },
        },
        { type: "log", properties: { title: HOSTILE, query: `SOURCE 'x${HOSTILE.replaceAll("'", "")}' | limit 1` } },
      ],
    };

    const { dashboards } = await drawBody(body, answerAlways([1, 2]));
    const content = { heading: HOSTILE, subtitle: HOSTILE, warning: HOSTILE, dashboards };
    const page = await renderDashboardPage(content);
    const { svg } = drawDashboardPicture(content);

    const tags = [page, svg].map((text) => text.replaceAll(/<script[^>]*>[^]*?<\/script>/g, ""));
    for (const text of tags) {
      expect(text).not.toMatch(/<img|<script|onerror=alert\(1\)>(?!&)/);
      expect(text).not.toMatch(/(?:href|src)="(?:javascript|x)/);
    }
    expect(page.match(/<script/g)).toHaveLength(2);
  });

  test("of any kind in Markdown make no other tags than Markdown's own", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom("<", ">", '"', "script", "img src=x", "[a](", "javascript:x", ")", "![", "]", "*", "`", "\n"),
        ),
        async (parts) => {
          const [content] = await drawContents({ type: "text", properties: { markdown: parts.join("") } });

          const html = content?.kind === "text" ? content.html : "missing";
          expect(html.replaceAll(/<!--[^>]*-->/g, "")).not.toMatch(
            /<(?!\/?(?:p|em|strong|code|a|ul|ol|li|h[1-6]|hr|br|pre|blockquote)\b)/,
          );
          expect(html).not.toMatch(/href="javascript/i);
        },
      ),
      { numRuns: 60 },
    );
  });
});

test("a picture is XML, whatever a title has", async () => {
  const { dashboards } = await drawBody({ widgets: [makeGraph({ title: "A\u0000\u0008\ud800\uffffB" })] }, sample);

  expect(drawDashboardPicture({ heading: "", subtitle: "", dashboards }).svg).toContain(">AB<");
});

test("a picture is whole: no color or reference needs a page", async () => {
  const { dashboards } = await drawBody(examples, answerAlways([1, 2, 4]));
  const { svg, width, height } = drawDashboardPicture({ heading: "Heading", subtitle: "", dashboards });

  expect(svg).not.toMatch(/var\(|href=|url\(/);
  expect(svg).toContain(`viewBox="0 0 ${width} ${height}"`);
  for (const text of ["Heading", "EC2 Instance CPU", "Hello world", "Busy", "Critical range 20"])
    expect(svg).toContain(text);
});
