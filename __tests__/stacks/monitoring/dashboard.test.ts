import { describe, expect, test } from "@jest/globals";
import { runInNewContext } from "node:vm";
import { METRICS, PLATFORM_METRICS, WARMING_METRICS } from "../../../performance/metrics";
import { TARGET_DEFAULTS } from "../../../environments/targets";
import { checkMetric } from "../../support/aws-metrics";
import { checkDashboard, listDrawnMetrics } from "../../support/dashboard";
import { checkQuery, LAMBDA_FIELDS, LOG_FIELDS } from "../../support/insights";
import { findResource, type StackUnderTest, synthesizeDev, makeTfvars } from "../../support/project";

interface Widget {
  readonly type: string;
  readonly height: number;
  readonly y: number;
  readonly properties: {
    readonly title?: string;
    readonly view?: string;
    readonly metrics?: readonly (readonly unknown[])[];
    readonly markdown?: string;
    readonly query?: string;
    readonly alarms?: readonly string[];
    readonly annotations?: { readonly alarms?: readonly string[]; readonly horizontal?: readonly unknown[] };
  };
}

interface Body {
  readonly widgets: readonly Widget[];
  readonly variables: readonly { readonly values: unknown; readonly pattern: string; readonly defaultValue: string }[];
}

const MANY = Array.from({ length: 50 }, (_, index) => `f${index} = { existing = true, log_format = "json" }`).join(
  "\n",
);

/** The expressions that a widget draws. */
function shown(widget: Widget | undefined): string[] {
  return (widget?.properties.metrics ?? []).flatMap((metric) => {
    const { expression, visible = true } = metric.at(-1) as { expression?: string; visible?: boolean };
    return expression !== undefined && visible ? [expression] : [];
  });
}

function bodyOf(stack: StackUnderTest, name = "dashboard"): Body {
  return JSON.parse(findResource(stack, "aws_cloudwatch_dashboard", name)["dashboard_body"] as string) as Body;
}

/** What a viewer sees who has chosen a function. */
function chosen(body: Body, functionName: string): Body {
  const [variable] = body.variables;
  return JSON.parse(JSON.stringify(body).replaceAll(variable?.pattern ?? "", functionName)) as Body;
}

/** As many objectives as there are functions, each over days of its own. */
const DIFFERING = Array.from(
  { length: 40 },
  (_, index) => `f${index} = { existing = true, objectives = { availability = { days = ${7 + index} } } }`,
).join("\n");

describe("the dashboard", () => {
  test.each([
    ["of one function", "api = {}", "dashboard"],
    ["of functions that are deployed elsewhere", "old = { existing = true }", "dashboard-existing"],
    ["of fifty functions", MANY, "dashboard-existing"],
    ["of objectives over different days", DIFFERING, "dashboard-existing"],
  ])("has the structure that AWS publishes: %s", async (_, functions, name) => {
    const body = bodyOf(await synthesizeDev(makeTfvars({ functions })), name);
    expect(checkDashboard(body)).toEqual([]);
  });

  test("draws the first byte where a function streams its responses", async () => {
    const drawnOf = async (settings: string) =>
      JSON.stringify(bodyOf(await synthesizeDev(makeTfvars({ functions: `api = { endpoint = "iam", ${settings} }` }))));

    expect(await drawnOf('http = { invoke_mode = "response_stream" }')).toContain("FirstByteTime");
    expect(await drawnOf("")).not.toContain("FirstByteTime");
  });

  test("begins with numbers, then what is wrong and where to go on, then answers section by section", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars()));
    const rows = [...new Set(widgets.map(({ y }) => y))].map((y) => widgets.filter((widget) => widget.y === y));
    expect(rows[0]?.map(({ properties }) => properties.title)).toEqual([
      "Requests",
      "Succeeded, %",
      "Error budget left, % (30 days)",
      "p50, ms",
      "p99, ms",
      "Cold starts, % of requests",
    ]);
    for (const { properties } of rows[0] ?? []) {
      expect(properties).toMatchObject({ view: "singleValue", setPeriodToTimeRange: true });
    }
    expect(rows[1]?.map(({ type }) => type)).toEqual(["alarm", "alarm", "text"]);
    expect(
      widgets.flatMap(({ properties }) => properties.markdown ?? []).filter((text) => text.startsWith("#")),
    ).toEqual([
      "## Overview",
      "## All functions",
      "## Error budgets: bad requests, %",
      "## Cold starts",
      "## Resources",
      "## Trends",
      "## Warming",
    ]);
    expect(widgets.at(-1)?.properties.title).toContain("Slowest requests");
  });

  test.each([
    ["nothing is bad", { errors: 0, answered: 0, refused: 0, slow1000: 0, cold: 0 }, [100, 100, 100]],
    ["half of it is spent", { errors: 2, answered: 0, refused: 0.5, slow1000: 0.5, cold: 250 }, [50, 50, 50]],
    ["all of it is spent", { errors: 2, answered: 3, refused: 0, slow1000: 1, cold: 500 }, [0, 0, 0]],
    ["twice as much is spent", { errors: 4, answered: 0, refused: 6, slow1000: 2, cold: 1000 }, [-100, -100, -100]],
  ])("tells the error budgets that are left: %s", async (_, bad, left) => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars()));
    const budgets = widgets.find(({ properties }) => properties.title?.startsWith("Error budget"));

    const FILL = (value: number) => value;
    const values = { ...bad, requests: 10_000, measured: 10_000, FILL };
    const numbers = shown(budgets).map((expression) => Number(runInNewContext(expression, values)));
    expect(numbers.map((number) => Math.round(number / 5) * 5)).toEqual(left);
    expect(budgets?.properties).toMatchObject({ start: "-P30D" });
  });

  test("tells no error budget without objectives", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars({ more: "objectives = false" })));
    expect(JSON.stringify(widgets)).not.toContain("Error budget");
  });

  test.each([
    [100, 100],
    [99.95, 99.95],
    [99, 99],
    [40, 99],
  ])("shows a success rate of %p percent at %p, on an axis on which the target is seen", async (rate, drawn) => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars()));
    const graph = widgets.find(({ properties }) => properties.title?.startsWith("Success rate"));
    const [expression] = shown(graph);

    const IF = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
    expect(runInNewContext(expression ?? "", { rate, IF })).toBe(drawn);
    expect(graph?.properties).toMatchObject({
      yAxis: { left: { min: 99, max: 100 } },
      annotations: { horizontal: [{ value: TARGET_DEFAULTS.availabilityPercent }] },
    });
  });

  test("shows percentiles beside the average in the overview", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars()));
    const overview = widgets.find(({ properties }) => properties.title === "Duration");
    const statistics = overview?.properties.metrics?.map((metric) => (metric.at(-1) as { stat: string }).stat);
    expect(statistics).toEqual(["p99", "p90", "p50", "Average"]);
  });

  test("draws each version's requests, so that a deployment is seen: only where there are versions", async () => {
    const dev = await synthesizeDev(makeTfvars({ functions: "api = {}\nold = { existing = true }" }));
    const byVersion = ({ properties }: Widget) => properties.title?.startsWith("Requests by version");

    expect(shown(chosen(bodyOf(dev), "dev-api").widgets.find(byVersion))).toEqual([
      `SEARCH('{AWS/Lambda,ExecutedVersion,FunctionName,Resource} MetricName="Invocations" Resource="dev-api:live"', 'Sum')`,
    ]);
    expect(bodyOf(dev, "dashboard-existing").widgets.some(byVersion)).toBe(false);
  });

  test("has a row for each function in every table of all functions", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars({ functions: MANY })), "dashboard-existing");
    const tables = widgets.filter(({ type, properties }) => type === "metric" && properties.view === "table");

    expect(tables).toHaveLength(4);
    for (const { properties } of tables) {
      const labels = properties.metrics?.map((metric) => (metric.at(-1) as { label: string }).label);
      expect(new Set(labels)).toEqual(new Set(Array.from({ length: 50 }, (_, index) => `f${index}`)));
      expect(labels).toHaveLength(50);
    }
  });

  test("links to the chosen function's logs and traces, to queries that are there, and to runbooks", async () => {
    const dev = await synthesizeDev(makeTfvars({ more: 'runbooks_url = "https://example.com/runbooks"' }));
    const { widgets } = chosen(bodyOf(dev), "dev-api");
    const text = widgets.flatMap(({ properties }) => properties.markdown ?? []).find((one) => one.startsWith("**"));

    const links = [...(text ?? "").matchAll(/\[([^\]]+)\]\((https:\/\/[^ ]+)\)/g)].map(([, label, url]) => [
      label,
      url,
    ]);
    const urls = Object.fromEntries(links) as Record<string, string>;
    expect(urls["logs"]).toContain("log-group/$252Faws$252Flambda$252Fdev-api");
    expect(urls["traces"]).toContain("service*28*22dev-api*22*29");
    expect(urls["dev/failures"]).toMatch(
      /queryId~'\$\{aws_cloudwatch_query_definition\.\w*failures\w*\.query_definition_id\}/,
    );
    expect(urls["errors"]).toBe("https://example.com/runbooks/errors.md");
  });

  test("is no longer for fifty functions than for one", async () => {
    const heightOf = async (functions: string) => {
      const { widgets } = bodyOf(await synthesizeDev(makeTfvars({ functions })), "dashboard-existing");
      return Math.max(...widgets.map(({ y, height }) => y + height));
    };
    expect(await heightOf(MANY)).toBe(await heightOf('one = { existing = true, log_format = "json" }'));
  });

  test("shows the function that its viewer chooses, and at first the first", async () => {
    const dev = await synthesizeDev(
      makeTfvars({ functions: 'api = {}\nold = { existing = true, function_name = "Old" }' }),
    );
    expect(bodyOf(dev).variables).toMatchObject([
      { inputType: "select", defaultValue: "dev-api", values: [{ value: "dev-api", label: "api" }] },
    ]);
    expect(bodyOf(dev, "dashboard-existing").variables).toMatchObject([{ values: [{ value: "Old", label: "old" }] }]);
  });

  test.each([
    ["dashboard", "dev-api"],
    ["dashboard-existing", "Old"],
  ])("draws thresholds by the alarms themselves, which are there: %s", async (name, functionName) => {
    const dev = await synthesizeDev(
      makeTfvars({ functions: 'api = { asynchronous = true }\nold = { existing = true, function_name = "Old" }' }),
    );
    const names = Object.values(dev.resource["aws_cloudwatch_metric_alarm"] ?? {}).map(({ alarm_name }) => alarm_name);
    const { widgets } = chosen(bodyOf(dev, name), functionName);
    const drawn = widgets.flatMap(({ properties }) => [
      ...(properties.alarms ?? []),
      ...(properties.annotations?.alarms ?? []),
    ]);
    expect(drawn.length).toBeGreaterThan(10);
    for (const arn of drawn)
      expect(names).toContain(arn.replace("arn:${local.partition}:cloudwatch:eu-west-1:${local.account}:alarm:", ""));
  });

  test("says what alarms watch, where it is the same for all functions", async () => {
    const titles = async (own: string, more = "") => {
      const functions = `a = { existing = true, alarms = { ${own} } }\nb = { existing = true }`;
      const { widgets } = bodyOf(await synthesizeDev(makeTfvars({ functions, more })), "dashboard-existing");
      return widgets
        .filter(({ properties }) => properties.annotations?.alarms)
        .flatMap(({ properties }) => properties.title ?? []);
    };
    const settings = 'response_time = { statistic = "p99" }, errors = { threshold_percent = 1 }';
    expect(await titles("")).toEqual(expect.arrayContaining(["Response time, average", "Failed requests"]));
    expect(await titles(settings)).toEqual(expect.arrayContaining(["Response time", "Failed requests"]));
    expect(await titles("", `alarms = { ${settings} }`)).toEqual(
      expect.arrayContaining(["Response time, p99", "Failed requests, %"]),
    );
  });

  test("leaves out what no function has", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars({ more: "alarms = { memory = { enabled = false } }" })));
    expect(JSON.stringify(widgets)).not.toContain("CHOSEN-FUNCTION-memory");
  });

  test("draws the targets", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars()));
    const values = JSON.stringify(widgets.map(({ properties }) => properties.annotations?.horizontal ?? []));
    const { coldStartPercent, initMilliseconds, errorPercent, availabilityPercent } = TARGET_DEFAULTS;
    for (const target of [coldStartPercent, initMilliseconds, errorPercent, availabilityPercent]) {
      expect(values).toContain(`"value":${target}}`);
    }
  });

  test("draws each function's own targets, and says whose they are where they differ", async () => {
    const functions = `
      a = { existing = true, targets = { cold_start_percent = 1, availability_percent = 95 } }
      b = { existing = true }
      c = { existing = true }`;
    const more = "targets = { cold_start_percent = 20, init_milliseconds = 300 }";
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars({ functions, more })), "dashboard-existing");
    const find = (title: string) => widgets.find(({ properties }) => properties.title?.startsWith(title));

    expect(find("Requests that met a cold start")?.properties.annotations?.horizontal).toEqual([
      { label: "At most (a)", value: 1 },
      { label: "At most (b and 1 more)", value: 20 },
    ]);
    expect(find("Time to initialize")?.properties.annotations?.horizontal).toEqual([{ label: "Average", value: 300 }]);
    expect(find("Success rate")?.properties).toMatchObject({ yAxis: { left: { min: 90, max: 100 } } });
    const budget = find("Error budget left, % (30 days)");
    const [ofA = "", , ofOthers = ""] = shown(budget);
    const values = { requests: 1000, value: 0.5, refused: 0, FILL: (value: number) => value };
    expect(runInNewContext(ofA, values)).toBeCloseTo(99, 0);
    expect(runInNewContext(ofOthers, values)).toBeCloseTo(0, 0);
  });

  test("asks for the slowest requests in a way that runs, in either log format", async () => {
    const { widgets } = bodyOf(await synthesizeDev(makeTfvars()));
    const query = widgets.at(-1)?.properties.query ?? "";
    const fields = [...LOG_FIELDS, ...LAMBDA_FIELDS, "type", "record.requestId"];
    expect(
      checkQuery(query.replace(/^SOURCE '.*'\n\| /, ""), [
        ...fields,
        "record.metrics.durationMs",
        "record.metrics.initDurationMs",
      ]),
    ).toEqual([]);
  });
});

describe("every metric that is drawn or watched", () => {
  test("is one that the contract or AWS says is there, with these dimensions", async () => {
    // Prepare
    const dev = await synthesizeDev(
      makeTfvars({ functions: "api = { asynchronous = true }\nold = { existing = true, asynchronous = true }" }),
    );

    // Act
    const drawn = ["dashboard", "dashboard-existing"].flatMap((name) => listDrawnMetrics(bodyOf(dev, name)));
    const watched = Object.values(dev.resource["aws_cloudwatch_metric_alarm"] ?? {}).flatMap((alarm) => {
      const queries = (alarm["metric_query"] ?? [{ metric: alarm }]) as { metric?: Record<string, unknown> }[];
      return queries.flatMap(({ metric }) =>
        metric
          ? {
              namespace: String(metric["namespace"]),
              metricName: String(metric["metric_name"]),
              dimensions: (metric["dimensions"] ?? {}) as Record<string, string>,
            }
          : [],
      );
    });

    // Assess
    expect(drawn.length).toBeGreaterThan(30);
    expect(watched.length).toBeGreaterThan(10);
    for (const { namespace, metricName, dimensions } of [...drawn, ...watched]) {
      const names = Object.keys(dimensions);
      if (namespace.startsWith("AWS/")) expect(checkMetric(namespace, metricName, names)).toEqual([]);
      else if (namespace === "Lambda/Performance") {
        expect(Object.keys({ ...METRICS, ...WARMING_METRICS })).toContain(metricName);
        expect(names).toEqual(["FunctionName"]);
      } else {
        expect(namespace).toMatch(/^Lambda\/Performance\/(dev-api|old|CHOSEN-FUNCTION)$/);
        expect(Object.keys(PLATFORM_METRICS)).toContain(metricName);
        expect(names).toEqual([]);
      }
    }
  });
});
