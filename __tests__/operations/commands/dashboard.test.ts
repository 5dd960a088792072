import { beforeEach, describe, expect, test } from "@jest/globals";
import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { runCommand } from "../../support/command";
import { FakeAws, makeSdkError, mocks } from "../../support/fake-aws";
import { makeTfvars } from "../../support/project";

const NOW = Date.parse("2026-01-19T10:00:00.000Z");
const MINUTE = 60_000;
const LIVE = { FunctionName: "dev-api", Resource: "dev-api:live" };
const PAGE = "reports/dev-dashboard.html";

let aws: FakeAws;

beforeEach(() => {
  aws = new FakeAws();
});

function runDashboard(...args: readonly string[]) {
  return runCommand(["dashboard", "dev", ...args], {
    files: {
      "environments/dev.tfvars": makeTfvars({ functions: "api = {}\nmail = {}" }),
      "functions/mail/handler.ts": "export const handler = async () => ({});\n",
    },
    now: () => NOW,
  });
}

/** What the page's widget with this title says, without tags. */
function readWidget(page: string, title: string): string {
  const widget = page.split("<section ").find((text) => text.includes(`<h3 title="${title}">`)) ?? "";
  return widget
    .replaceAll(/<svg[^]*?<\/svg>|<style[^]*?<\/style>/g, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}

describe("the dashboard from CloudWatch", () => {
  test("shows the figures that CloudWatch has, and what it computes of them", async () => {
    for (const minutes of [170, 95, 20])
      aws.metrics.put("AWS/Lambda", "Invocations", LIVE, NOW - minutes * MINUTE, 1234);
    aws.metrics.put("AWS/Lambda", "Errors", LIVE, NOW - 95 * MINUTE, 37);
    aws.metrics.put("AWS/Lambda", "Duration", LIVE, NOW - 95 * MINUTE, 321);
    aws.metrics.put("AWS/Lambda", "Invocations", { ...LIVE, ExecutedVersion: "41" }, NOW - 95 * MINUTE, 17);
    aws.alarms.set("dev-api-errors", { StateValue: "ALARM" });
    aws.alarms.set("dev-api-throttles", { StateValue: "INSUFFICIENT_DATA" });

    const { exitCode, stderr, files } = await runDashboard("--function", "api");

    const { [PAGE]: page = "" } = files;
    expect({ exitCode, stderr: stderr.slice(1) }).toEqual({ exitCode: 0, stderr: [] });
    expect(stderr[0]).toMatch(
      /^Reading \d+ metrics, and what a search finds, costs \$0\.000?\d+ \(.*\); alarms are free\.$/,
    );
    expect(readWidget(page, "Requests")).toContain("3,702");
    // 100 - 100 * 37 / 3702
    expect(readWidget(page, "Succeeded, %")).toContain("99");
    expect(readWidget(page, "p99, ms")).toContain("321");
    expect(readWidget(page, "Requests and errors")).toContain("01-19 08:25 1,234 37");
    expect(readWidget(page, "Error rate")).toContain("01-19 08:25 3");
    // 1,234 requests of 321 ms in 300 seconds
    expect(readWidget(page, "Concurrent executions")).toContain("1.32");
    expect(readWidget(page, "Requests by version: a new color is a deployment")).toContain("01-19 08:25 17");
    expect(readWidget(page, "Alarms of the chosen function")).toMatch(
      /1 of 2 in alarm .*dev-api-errors in alarm .*dev-api-throttles too little data/,
    );
    expect(readWidget(page, "Slowest requests in /aws/lambda/dev-api")).toContain("Logs are not read without --logs.");
    expect(mocks.logs.commandCalls(StartQueryCommand)).toHaveLength(0);
  });

  test("asks for what it says that it costs", async () => {
    const { stderr } = await runDashboard();

    const said = Number(/Reading ([\d,]+) metrics/.exec(stderr[0] ?? "")?.[1]?.replace(",", ""));
    expect(said).toBeGreaterThan(50);
    expect(aws.metrics.metricsAsked).toBe(said);
  });

  test("reads the time that is asked for", async () => {
    aws.metrics.put("AWS/Lambda", "Invocations", LIVE, NOW - 26 * 60 * MINUTE, 5);
    aws.metrics.put("AWS/Lambda", "Invocations", LIVE, NOW - MINUTE, 1000);

    const { files } = await runDashboard("--from", "2026-01-18T07:00Z", "--to", "2026-01-18T09:00Z");

    expect(files[PAGE]).toContain("2026-01-18 07:00 to 2026-01-18 09:00 UTC");
    expect(readWidget(files[PAGE] ?? "", "Requests")).toMatch(/Requests 5 /);
  });

  test("says what logs cost, and runs their queries with --logs", async () => {
    mocks.logs.on(StartQueryCommand).rejects(makeSdkError("AccessDeniedException", "not allowed"));

    const { exitCode, stderr, files } = await runDashboard("--logs", "--function", "api");

    expect(stderr[1]).toMatch(
      /^1 log widget: a query costs \$[\d.]+ per gigabyte of the function's log in this time\.$/,
    );
    expect(exitCode).toBe(1);
    expect(readWidget(files[PAGE] ?? "", "Slowest requests in /aws/lambda/dev-api")).toContain(
      "AWS does not allow logs:StartQuery",
    );
  });

  test("goes on without what cannot be read, and says so", async () => {
    aws.errors.set("DescribeAlarms", makeSdkError("AccessDenied", "not allowed"));

    const { exitCode, stderr, files } = await runDashboard();

    expect(exitCode).toBe(1);
    expect(stderr.slice(1)).toEqual([
      expect.stringContaining("AWS does not allow cloudwatch:DescribeAlarms"),
      "Could not be read: alarms",
    ]);
    expect(readWidget(files[PAGE] ?? "", "Requests and errors")).toContain("No data");
    expect(readWidget(files[PAGE] ?? "", "Alarms of the chosen function")).toContain("cloudwatch:DescribeAlarms");
  });
});

describe("the dashboard with made-up figures", () => {
  test("asks AWS nothing, and says that it is made up", async () => {
    const one = await runDashboard("--sample", "--picture", "dev.svg");

    const { [PAGE]: page = "", "dev.svg": picture } = one.files;
    expect(one).toMatchObject({ exitCode: 0, stderr: [] });
    expect(page).toContain("<h1>Dashboard of dev, with made-up figures</h1>");
    expect(picture).toContain("with made-up figures");
    expect(mocks.cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(0);
  });

  test("has something to show in every widget, and computes what belongs together", async () => {
    const { files } = await runDashboard("--sample", "--function", "dev-mail");

    const { [PAGE]: page = "" } = files;
    const succeeded = Number(/Succeeded, % ([\d.]+)/.exec(readWidget(page, "Succeeded, %"))?.[1]);
    expect(page.split("<script")[0]).not.toContain("No data");
    expect(page).toContain('<option value="0">mail</option>');
    expect(page).not.toContain(">api</option>");
    expect(succeeded).toBeGreaterThan(95);
    expect(succeeded).toBeLessThan(100);
    expect(readWidget(page, "Slowest requests in /aws/lambda/dev-mail")).toContain("durationMs");
  });
});

describe("wrong input", () => {
  test.each([
    [["--function", "none"], 'dev has no "none"; functions are: api, mail'],
    [["--from", "1h", "--to", "2h"], "expected a time before the end"],
    [["--from", "yesterday"], "neither a time such as"],
    [["--from", "2026-02-30T00:00Z"], "neither a time such as"],
    [["--picture", "dev.gif"], "neither an .svg nor a .png"],
    [["--picture", "dev.svg", "--output", "./dev.svg"], "--picture: expected another file than the page's"],
  ])("%j is refused, and nothing is read", async (args, message) => {
    const { exitCode, stderr, files } = await runDashboard(...args);

    expect(exitCode).toBe(2);
    expect(stderr.join("\n")).toContain(message);
    expect(files[PAGE]).toBeUndefined();
    expect(mocks.cloudWatch.commandCalls(GetMetricDataCommand)).toHaveLength(0);
  });

  test("a PNG without a browser is refused before anything is read", async () => {
    const before = process.env["CHROMIUM"];
    process.env["CHROMIUM"] = "/none";
    const { exitCode, stderr } = await runDashboard("--sample", "--picture", "dev.png");
    if (before === undefined) delete process.env["CHROMIUM"];
    else process.env["CHROMIUM"] = before;

    expect(exitCode).toBe(1);
    expect(stderr).toEqual([expect.stringContaining("a PNG needs Chromium or Chrome")]);
  });
});
