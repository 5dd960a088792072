import { describe, expect, test } from "@jest/globals";
import { METRICS, PLATFORM_METRICS, WARMING_METRICS } from "../../../performance/metrics";
import { TARGETS } from "../../../performance/targets";
import { checkMetric } from "../../support/aws-metrics";
import { checkDashboard, drawnMetrics } from "../../support/dashboard";
import { checkQuery, LAMBDA_FIELDS, LOG_FIELDS } from "../../support/insights";
import { resourceOf, type SynthesizedStack, synthesizeDev, tfvars } from "../../support/project";

interface Widget {
  readonly type: string;
  readonly height: number;
  readonly y: number;
  readonly properties: {
    readonly title?: string;
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

function bodyOf(stack: SynthesizedStack, name = "dashboard"): Body {
  return JSON.parse(resourceOf(stack, "aws_cloudwatch_dashboard", name)["dashboard_body"] as string) as Body;
}

/** What a viewer sees who has chosen a function. */
function chosen(body: Body, functionName: string): Body {
  const [variable] = body.variables;
  return JSON.parse(JSON.stringify(body).replaceAll(variable?.pattern ?? "", functionName)) as Body;
}

describe("the dashboard", () => {
  test.each([
    ["of one function", "api = {}", "dashboard"],
    ["of functions that are deployed elsewhere", "old = { existing = true }", "dashboard-existing"],
    ["of fifty functions", MANY, "dashboard-existing"],
  ])("has the structure that AWS publishes: %s", async (_, functions, name) => {
    const body = bodyOf(await synthesizeDev(tfvars({ functions })), name);
    expect(checkDashboard(body)).toEqual([]);
  });

  test("begins with alarms, then answers section by section", async () => {
    const { widgets } = bodyOf(await synthesizeDev(tfvars()));
    expect(widgets[0]).toMatchObject({ type: "alarm", y: 0 });
    expect(widgets.flatMap(({ properties }) => properties.markdown ?? [])).toEqual([
      "## Overview",
      "## Cold starts",
      "## Resources",
      "## Trends",
      "## Warming",
    ]);
    expect(widgets.at(-1)?.properties.title).toContain("Slowest requests");
  });

  test("is no longer for fifty functions than for one", async () => {
    const heightOf = async (functions: string) => {
      const { widgets } = bodyOf(await synthesizeDev(tfvars({ functions })), "dashboard-existing");
      return Math.max(...widgets.map(({ y, height }) => y + height));
    };
    expect(await heightOf(MANY)).toBe(await heightOf('one = { existing = true, log_format = "json" }'));
  });

  test("shows the function that its viewer chooses, and at first the first", async () => {
    const dev = await synthesizeDev(
      tfvars({ functions: 'api = {}\nold = { existing = true, function_name = "Old" }' }),
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
      tfvars({ functions: 'api = { asynchronous = true }\nold = { existing = true, function_name = "Old" }' }),
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

  test("leaves out what no function has", async () => {
    const { widgets } = bodyOf(await synthesizeDev(tfvars({ more: "alarms = { memory = { enabled = false } }" })));
    expect(JSON.stringify(widgets)).not.toContain("CHOSEN-FUNCTION-memory");
  });

  test("draws the targets", async () => {
    const { widgets } = bodyOf(await synthesizeDev(tfvars()));
    const values = JSON.stringify(widgets.map(({ properties }) => properties.annotations?.horizontal ?? []));
    const { coldStartPercent, initMilliseconds, errorPercent, availabilityPercent } = TARGETS;
    for (const target of [coldStartPercent, initMilliseconds, errorPercent, availabilityPercent]) {
      expect(values).toContain(`"value":${target}}`);
    }
  });

  test("asks for the slowest requests in a way that runs, in either log format", async () => {
    const { widgets } = bodyOf(await synthesizeDev(tfvars()));
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
      tfvars({ functions: "api = { asynchronous = true }\nold = { existing = true, asynchronous = true }" }),
    );

    // Act
    const drawn = ["dashboard", "dashboard-existing"].flatMap((name) => drawnMetrics(bodyOf(dev, name)));
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
