import { beforeEach, describe, expect, test } from "@jest/globals";
import { type ErrorBudget } from "../../../operations/budgets/budget";
import { runCommand } from "../../support/command";
import { FakeAws, makeSdkError } from "../../support/fake-aws";
import { makeTfvars } from "../../support/project";

const NOW = Date.parse("2026-01-19T10:07:00.000Z");
const HOUR = 3_600_000;
const LIVE = { FunctionName: "dev-api", Resource: "dev-api:live" };
const OWN = { FunctionName: "dev-api" };

let aws: FakeAws;

beforeEach(() => {
  aws = new FakeAws();
});

function runBudget(dev: Parameters<typeof makeTfvars>[0] = {}, ...args: readonly string[]) {
  return runCommand(["budget", "dev", ...args], {
    files: { "environments/dev.tfvars": makeTfvars(dev) },
    now: () => NOW,
  });
}

/** So many hours ago, CloudWatch counted this. */
function count(
  hoursAgo: number,
  metric: string,
  value: number,
  dimensions: Readonly<Record<string, string>> = LIVE,
  namespace = "AWS/Lambda",
): void {
  aws.metrics.put(namespace, metric, dimensions, NOW - hoursAgo * HOUR, value);
}

function parse([line = ""]: readonly string[]) {
  return JSON.parse(line) as { readonly environment: string; readonly budgets: readonly ErrorBudget[] };
}

describe("error budgets", () => {
  test("are told with what spent them and when they run out", async () => {
    count(500, "Invocations", 90_000);
    count(10, "Invocations", 9990);
    count(500, "Errors", 4);
    count(10, "Errors", 6);
    count(10, "Throttles", 10);
    count(500, "ServerErrors", 20, OWN, "Lambda/Performance");
    const failures = { ...OWN, Category: "TimeoutError" };
    const version = { ...LIVE, ExecutedVersion: "7" };
    count(10, "Failures", 25, failures, "Lambda/Performance");
    count(10, "Errors", 6, version);
    const toList = (dimensions: object) =>
      Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value: String(Value) }));
    aws.listed = [
      { Namespace: "Lambda/Performance", MetricName: "Failures", Dimensions: toList(failures) },
      { Namespace: "AWS/Lambda", MetricName: "Errors", Dimensions: toList(version) },
    ];

    const { exitCode, stdout } = await runBudget({}, "--json");

    const { environment, budgets } = parse(stdout);
    expect(exitCode).toBe(0);
    expect(environment).toBe("dev");
    // 0.05 % of 100,000 requests are 50, of which 40 are spent: 16 in the last day.
    expect(budgets[0]).toMatchObject({
      ...{ function: "api", objective: "availability", goal: "Availability 99.95 %", days: 30 },
      ...{ requests: 100_000, bad: 40 },
      leftPercent: expect.closeTo(20, 6),
      lastDayPercent: expect.closeTo(32, 6),
      runsOutAt: "2026-01-20T01:00:00.000Z",
      spentByCategory: [
        { what: "TimeoutError", requests: 25, percent: expect.closeTo(50, 6) },
        { what: "refused (throttles)", requests: 10, percent: expect.closeTo(20, 6) },
        // Failures of three weeks ago may have a category that CloudWatch no longer lists.
        {
          what: "other (timeouts, crashes, categories without failures for two weeks)",
          requests: 5,
          percent: expect.closeTo(10, 6),
        },
      ],
      spentByVersion: [{ what: "7", requests: 6, percent: expect.closeTo(12, 6) }],
    });
  });

  test("of latency and cold starts count requests that are slow or cold", async () => {
    count(10, "Invocations", 1000);
    count(10, "ColdStarts", 10, OWN, "Lambda/Performance");
    for (const milliseconds of [10, 1000, 1001, 5000]) count(10, "Duration", milliseconds);

    const { stdout } = await runBudget({}, "--json");

    const { budgets } = parse(stdout);
    expect(budgets[1]).toMatchObject({ objective: "latency", goal: "Latency 99 % in 1,000 ms", requests: 4, bad: 2 });
    expect(budgets[2]).toMatchObject({ objective: "cold_starts", requests: 1000, bad: 10 });
    expect(budgets[2]?.leftPercent).toBeCloseTo(80, 6);
  });

  test("are a table for people, which says where there are too few requests to tell", async () => {
    count(10, "Invocations", 1000);
    count(10, "Errors", 1);

    const { exitCode, stdout, stderr } = await runBudget();

    const text = stdout.join("\n");
    expect(exitCode).toBe(0);
    expect(text).toMatch(
      /api +Availability 99\.95 % over 30 days +-100 % +200 % +is used up +1 of 1,000, 0\.5 allowed/,
    );
    expect(text).toContain(
      "Too few requests to tell: a single bad request is more than the budget of api (Availability 99.95 %).",
    );
    expect(stderr.join("\n")).toMatch(/Reading some 16 metrics costs \$0\.00016/);
  });

  test("of a function without requests have no figures in the table", async () => {
    const { stdout } = await runBudget();

    expect(stdout.join("\n")).toMatch(/api +Availability 99\.95 % over 30 days +no requests +- +- +-$/m);
  });

  test("of failures without requests are no figures", async () => {
    count(10, "Errors", 3);

    const { stdout } = await runBudget({}, "--json");

    expect(parse(stdout).budgets[0]).toEqual({
      ...{ function: "api", objective: "availability", goal: "Availability 99.95 %", days: 30 },
      ...{ requests: 0, bad: 3, allowed: 0 },
    });
  });

  test("of an environment without objectives are refused before anything is read", async () => {
    const { exitCode, stderr } = await runBudget({ more: "objectives = false" });
    expect(exitCode).toBe(2);
    expect(stderr).toEqual([expect.stringContaining("no function of dev has an objective (key objectives)")]);
    expect(aws.metrics.metricsAsked).toBe(0);
  });

  test("that cannot be read are told in one line", async () => {
    aws.errors.set("GetMetricData", makeSdkError("ThrottlingException", "not today"));
    const { exitCode, stderr, stdout } = await runBudget({}, "--json");
    expect(exitCode).toBe(1);
    expect(stdout).toEqual([]);
    expect(stderr.at(-1)).toContain("not today");
  });
});
