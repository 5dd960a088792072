import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import {
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performanceReportSchema } from "../../../operations/report/report-schema";
import { runCommand } from "../../support/command";
import { makeTfvars } from "../../support/project";
import { makeSdkError, makeStateChange, mocks } from "../../support/fake-aws";
import { DAY, HOUR, makeWorld, runReport, TO, WEEK } from "../report/world";
import { publish, makeRandomNumbers, makeRandomTraffic } from "../report/traffic";

const world = makeWorld();

/** A good week of function `api`, and a good one before. */
function goodWeeks(): void {
  const random = makeRandomNumbers(1);
  const habits = { perHour: 12, failingShare: 0, memoryMb: 350 };
  const traffic = makeRandomTraffic(random, TO - 2 * WEEK, TO, habits);
  const noTrouble = {
    ...traffic,
    throttledAt: [],
    requests: traffic.requests.map((one) => ({ ...one, milliseconds: 90 })),
  };
  publish(world().metrics, "dev-api", 512, noTrouble);
}

function filesIn(root: string): string[] {
  return existsSync(join(root, "reports")) ? readdirSync(join(root, "reports")) : [];
}

describe("what is written", () => {
  test("when responses began, of a function that streams them", async () => {
    goodWeeks();
    world().metrics.put("Lambda/Performance", "FirstByteTime", { FunctionName: "dev-api" }, TO - DAY, 120);
    const shownOf = async (settings: string) => {
      const { root } = await runReport(world(), ["report", "dev"], { functions: `api = { ${settings} }` });
      return readFileSync(join(root, "reports/dev-week-2026-01-19T10.html"), "utf8").includes("first byte, p90");
    };

    expect(await shownOf('endpoint = "iam", http = { invoke_mode = "response_stream" }')).toBe(true);
    expect(await shownOf('endpoint = "iam"')).toBe(false);
  });

  test("what is left of error budgets, at the end of the period", async () => {
    goodWeeks();
    const live = { FunctionName: "dev-api", Resource: "dev-api:live" };
    world().metrics.put("AWS/Lambda", "Throttles", live, TO - 20 * DAY, 1);

    const { root, stdout } = await runReport(world(), ["report", "dev"], { more: "objectives = true" });

    const json = readFileSync(join(root, "reports/dev-week-2026-01-19T10.json"), "utf8");
    const { budgets = [] } = performanceReportSchema.parse(JSON.parse(json));
    expect(budgets.map(({ objective }) => objective)).toEqual(["availability", "latency", "cold_starts"]);
    // Two weeks with 12 requests an hour, and one refused request before.
    expect(budgets[0]).toMatchObject({ bad: 1, spentByCategory: [{ what: "refused (throttles)", requests: 1 }] });
    expect(budgets[1]).toMatchObject({ bad: 0, leftPercent: 100 });
    expect(stdout.join("\n")).toContain("Latency 99 % in 1,000 ms over 30 days");
    expect(readFileSync(join(root, "reports/dev-week-2026-01-19T10.html"), "utf8")).toContain("Error budgets");
  });

  test("a table, and a JSON file and a page of the same name", async () => {
    goodWeeks();
    world().history = [
      makeStateChange("dev-api-errors", TO - DAY, "ALARM"),
      makeStateChange("dev-api-errors", TO - DAY + HOUR / 2, "OK"),
    ];
    world().percentiles = { "/aws/lambda/dev-api": { requests: 1e6, p50: 90, p90: 91, p99: 92 } };

    const { exitCode, root, stdout, stderr } = await runReport(world(), ["report", "dev"]);

    const json = readFileSync(join(root, "reports/dev-week-2026-01-19T10.json"), "utf8");
    expect(filesIn(root).sort()).toEqual(["dev-week-2026-01-19T10.html", "dev-week-2026-01-19T10.json"]);
    expect(performanceReportSchema.parse(JSON.parse(json))).toMatchObject({
      schemaVersion: 1,
      environment: "dev",
      period: "week",
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain("dev, the week from 2026-01-12 10:00 to 2026-01-19 10:00 UTC");
    expect(stdout.join("\n")).toMatch(/met +response p99 +< 1,000 ms +92 ms/);
    expect(stdout.join("\n")).toMatch(/dev-api-errors +once, was 0 +30 min +30 min +30 min +0/);
    expect(stdout.at(-1)).toBe("No target is missed: of the functions' targets 8 met, 0 missed, 0 not measurable.");
    expect(stderr[0]).toMatch(
      /^Reading at most \d+ metrics costs \$0\.\d+, and logs \$0\.005 for each gigabyte that is scanned \(.* prices of .*\)\.$/,
    );
  });

  test("each function is judged by its own targets, and memory that no size uses well is advice", async () => {
    goodWeeks();
    const requests = makeRandomTraffic(makeRandomNumbers(2), TO - WEEK, TO, {
      ...{ perHour: 12, failingShare: 0, memoryMb: 40 },
    });
    publish(world().metrics, "dev-web", 256, requests);
    const functions = `
      api = { targets = { response_milliseconds = { p50 = 10, p90 = 20, p99 = 50 } } }
      web = { memory_mb = 256 }`;

    const { stdout } = await runReport(world(), ["report", "dev", "--json", "--no-logs"], { functions });

    const report = performanceReportSchema.parse(JSON.parse(stdout.at(-1) ?? ""));
    const find = (targets: typeof report.targets, target: string) => targets.find((one) => one.target === target);
    const [api, web] = report.functions;
    expect(api?.targetSettings.responseMilliseconds).toEqual({ p50: 10, p90: 20, p99: 50 });
    expect(find(api?.targets ?? [], "response p99")).toMatchObject({ limit: "< 50 ms", state: "missed" });
    expect(find(web?.targets ?? [], "memory, average")).toMatchObject({
      state: "advice",
      note: expect.stringMatching(/^no size reaches it: with 128 MB, /) as unknown,
    });
    expect(find(report.targets, "memory, average")).toMatchObject({
      measured: "1 of 2 functions",
      state: "advice",
      note: "out of reach of web",
    });
    expect(find(report.targets, "response p99")?.limit).toBe("< 50 ms or < 1,000 ms");
  });

  test("the figures of each source of events, beside what its alarm rings above", async () => {
    const live = { FunctionName: "dev-api", Resource: "dev-api:live" };
    const { metrics } = world();
    metrics.put("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: "dev-api-orders" }, TO - DAY, 900);
    metrics.put("AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: "dev-api-orders" }, TO - 8 * DAY, 30);
    const deadLetters = { QueueName: "dev-api-orders-dead-letters" };
    for (const days of [1, 2]) {
      metrics.put("AWS/SQS", "ApproximateNumberOfMessagesVisible", deadLetters, TO - days * DAY, 4);
      metrics.put("AWS/Scheduler", "InvocationDroppedCount", { ScheduleGroup: "dev-api" }, TO - days * DAY, 3);
      metrics.put("AWS/Events", "FailedInvocations", { RuleName: "dev-api-stopped" }, TO - days * DAY, 2);
    }
    metrics.put("AWS/Lambda", "IteratorAge", live, TO - DAY, 1200);
    metrics.put("AWS/Lambda", "AsyncEventsDropped", { FunctionName: "dev-api" }, TO - 9 * DAY, 7);
    const functions = `api = {
      alarms = { iterator_age = { enabled = false } }
      events = {
        orders  = { sqs = { create = true } }
        clicks  = { kinesis = { stream_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks" } }
        nightly = { schedule = { schedule_expression = "rate(1 day)" } }
        stopped = { event_pattern = { pattern = { source = ["aws.ec2"] } } }
      }
    }`;

    const { root, stdout } = await runReport(world(), ["report", "dev", "--no-logs"], { functions });

    const { events } = performanceReportSchema.parse(
      JSON.parse(readFileSync(join(root, "reports/dev-week-2026-01-19T10.json"), "utf8")),
    );
    expect(events?.map(({ source, what, now, before, ringsAbove }) => [source, what, now, before, ringsAbove])).toEqual(
      [
        ["queue dev-api-orders", "oldest message", 900, 30, 600],
        ["streams", "oldest record", 1200, undefined, undefined],
        ["rule dev-api-stopped", "failed invocations", 4, 0, 0],
        ["schedules", "failed invocations", 0, 0, 0],
        ["schedules", "dropped invocations", 6, 0, 0],
        ["queue dev-api-orders-dead-letters", "failed for good", 4, 0, 0],
        ["queue dev-api-failed-events", "failed for good", 0, 0, 0],
        ["asynchronous events", "dropped events", 0, 7, 0],
      ],
    );
    expect(stdout.join("\n")).toMatch(/api +queue dev-api-orders +oldest message +900 s +30 s +600 s/);
    expect(stdout.join("\n")).toMatch(/api +streams +oldest record +1,200 ms +- +-/);
    const page = readFileSync(join(root, "reports/dev-week-2026-01-19T10.html"), "utf8");
    expect(page).toContain("queue dev-api-orders-dead-letters");
  });

  test("--json leaves nothing but the report on standard output", async () => {
    goodWeeks();

    const { stdout } = await runReport(world(), ["report", "dev", "--json", "--no-logs"]);

    expect(stdout).toHaveLength(1);
    expect(performanceReportSchema.safeParse(JSON.parse(stdout[0] ?? "")).success).toBe(true);
  });

  test("a missed target is exit code 1", async () => {
    publish(
      world().metrics,
      "dev-api",
      512,
      makeRandomTraffic(makeRandomNumbers(1), TO - WEEK, TO, { perHour: 9, failingShare: 0.2 }),
    );

    const { exitCode, stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(exitCode).toBe(1);
    expect(stdout.at(-1)).toMatch(/^Not every target is met/);
  });

  test("--out names another folder", async () => {
    const { root } = await runReport(world(), ["report", "dev", "--no-logs", "--out", "here/and/there"]);

    expect(readdirSync(join(root, "here/and/there"))).toHaveLength(2);
    expect(filesIn(root)).toEqual([]);
  });

  test("a folder that cannot be written to is told before anything is read", async () => {
    const files = { "environments/dev.tfvars": makeTfvars(), "reports/file": "" };

    const { exitCode, stderr } = await runCommand(["report", "dev", "--out", "reports/file"], { files });

    expect({ exitCode, lines: stderr.length }).toEqual({ exitCode: 1, lines: 1 });
    expect(stderr[0]).toMatch(/^files cannot be written to .*file: /);
    expect(mocks.cloudWatch.calls()).toHaveLength(0);
  });
});

describe("what cannot be told", () => {
  test("no data yet is no failure, and said so", async () => {
    const { exitCode, stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain("No data yet: nobody has called a function of dev in this time.");
    expect(stdout).toContain("No target could be judged: of the functions' targets 0 met, 0 missed, 8 not measurable.");
  });

  test("a function that nobody called is named, beside the figures of the others", async () => {
    goodWeeks();

    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"], { functions: "api = {}\nweb = {}" });

    expect(stdout).toContain("Not called in this time: web.");
    expect(stdout.filter((line) => line.startsWith("Targets of "))).toHaveLength(2);
  });

  test("the first week has no trend", async () => {
    publish(world().metrics, "dev-api", 512, makeRandomTraffic(makeRandomNumbers(2), TO - DAY, TO, { perHour: 9 }));

    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(stdout).toContain("There is no trend: CloudWatch has no requests for the 7 days before.");
  });

  test("a function without monitor() does not tell its cold starts: they are not 0", async () => {
    const own = { FunctionName: "dev-api", Resource: "dev-api:live" };
    for (let at = TO - DAY; at < TO; at += HOUR) world().metrics.put("AWS/Lambda", "Invocations", own, at, 50);

    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(stdout.join("\n")).toMatch(
      /not measurable +cold starts +< 5 % +- +.*the handler has no monitor\(\) around it/,
    );
  });

  test("of a function that is deployed elsewhere, what Lambda and its log tell", async () => {
    world().setAlarms("dev-Legacy-errors");
    const put = (namespace: string, name: string, dimensions: Record<string, string>, value: number) => {
      for (let at = TO - DAY; at < TO; at += HOUR) world().metrics.put(namespace, name, dimensions, at, value);
    };
    put("AWS/Lambda", "Invocations", { FunctionName: "Legacy" }, 100);
    put("AWS/Lambda", "Duration", { FunctionName: "Legacy" }, 700);
    put("Lambda/Performance/Legacy", "InitDuration", {}, 1500);
    put("Lambda/Performance/Legacy", "MaxMemoryUsed", {}, 700);
    put("Lambda/Performance/Legacy", "MemorySize", {}, 1000);

    const { stdout } = await runReport(world(), ["report", "dev", "--json", "--no-logs"], {
      functions: `legacy = { existing = true, function_name = "Legacy" }`,
    });

    const { functions, warming } = performanceReportSchema.parse(JSON.parse(stdout.at(-1) ?? ""));
    const states = Object.fromEntries(functions[0]?.targets.map(({ target, state }) => [target, state]) ?? []);
    expect(warming).toBeUndefined();
    expect(functions[0]?.targets.find(({ target }) => target === "errors")?.note).toMatch(
      "5xx, which Lambda does not see",
    );
    expect(functions[0]?.memory).toMatchObject({ sizeMb: 1000, averagePercent: 70, peakPercent: 70 });
    expect(states).toEqual({
      "cold starts": "met",
      "init, average": "missed",
      "response p50": "missed",
      "response p90": "missed",
      "response p99": "met",
      "memory, average": "met",
      errors: "met",
      availability: "met",
    });
  });
});

describe("what keeps it from a report is one line, and nothing is written", () => {
  test.each([
    ["wrong environment", ["report", "prod"], 2, /^environments: there is no "prod"; environments are: dev$/],
    ["wrong period", ["report", "dev", "--period", "year"], 2, /It is not one of week, month, quarter\./],
  ])("%s", async (_, args, code, message) => {
    const { exitCode, root, stderr } = await runReport(world(), args);

    expect(exitCode).toBe(code);
    expect(stderr.at(-1)).toMatch(message);
    expect(filesIn(root)).toEqual([]);
  });

  test("an environment that is not deployed", async () => {
    world().setAlarms();

    const { exitCode, root, stderr } = await runReport(world(), ["report", "dev"]);

    expect(exitCode).toBe(1);
    expect(stderr.at(-1)).toBe("dev is not deployed in eu-west-1: none of its alarms is there");
    expect(filesIn(root)).toEqual([]);
  });

  test.each([
    [
      "credentials",
      makeSdkError("CredentialsProviderError", "Could not load"),
      "there are no AWS credentials: Could not load",
    ],
    [
      "permissions",
      makeSdkError("ExpiredToken", "The security token is expired"),
      "AWS does not accept the credentials: The security token is expired",
    ],
  ])("no %s at all", async (_, error, message) => {
    mocks.cloudWatch.onAnyCommand().rejects(error);
    mocks.logs.onAnyCommand().rejects(error);
    mocks.cloudWatch.on(DescribeAlarmsCommand).rejects(error);
    mocks.cloudWatch.on(DescribeAlarmHistoryCommand).rejects(error);
    mocks.cloudWatch.on(GetMetricDataCommand).rejects(error);
    mocks.logs.on(FilterLogEventsCommand).rejects(error);
    mocks.logs.on(StartQueryCommand).rejects(error);

    const { exitCode, root, stdout, stderr } = await runReport(world(), ["report", "dev"]);

    expect({ exitCode, stdout, files: filesIn(root) }).toEqual({ exitCode: 1, stdout: [], files: [] });
    expect(stderr.at(-1)).toBe(message);
  });

  test("Ctrl-C stops the query, and exits 130", async () => {
    mocks.logs.on(GetQueryResultsCommand).callsFake(() => {
      process.emit("SIGINT");
      return { status: "Running" };
    });

    const { exitCode, root, stdout, stderr } = await runReport(world(), ["report", "dev"]);

    expect({ exitCode, stdout, files: filesIn(root) }).toEqual({ exitCode: 130, stdout: [], files: [] });
    expect(stderr.at(-1)).toBe("Interrupted: nothing was written.");
    expect(mocks.logs.commandCalls(StopQueryCommand)).toHaveLength(1);
  });
});

describe("what AWS does not tell is named, and the rest is told", () => {
  const denied = makeSdkError("AccessDenied", "User: arn:aws:iam::123456789012:user/x is not authorized");

  test.each([
    "cloudwatch:DescribeAlarms",
    "cloudwatch:DescribeAlarmHistory",
    "cloudwatch:GetMetricData",
    "logs:FilterLogEvents",
    "logs:StartQuery",
    "logs:GetQueryResults",
  ])("without the permission %s", async (action) => {
    goodWeeks();
    world().errors.set(action.replace(/^.*:/, ""), denied);

    const { exitCode, root, stdout, stderr } = await runReport(world(), ["report", "dev"]);

    const unread = stdout.filter((line) => line.startsWith("Could not be read: "));
    expect(unread).toEqual([expect.stringContaining(`: AWS does not allow ${action}: ${denied.message}`)]);
    expect(stdout.join("\n")).not.toMatch(/undefined|NaN/);
    expect(stderr.at(-1)).toMatch(/^Could not be read: [\w', ]+$/);
    expect({ exitCode, files: filesIn(root).length }).toEqual({ exitCode: 1, files: 2 });
  });

  test.each([
    ["throttling", makeSdkError("ThrottlingException", "Rate exceeded"), /: AWS in eu-west-1 throttles requests/],
    [
      "a server error",
      makeSdkError("InternalFailure", "oops"),
      /: a request to AWS in eu-west-1 failed: InternalFailure: oops$/,
    ],
    [
      "a broken connection",
      Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
      /: AWS cannot be reached in eu-west-1: read ECONNRESET$/,
    ],
  ])("after %s in the middle", async (_, error, message) => {
    goodWeeks();
    let calls = 0;
    mocks.cloudWatch.on(GetMetricDataCommand).callsFake((input: GetMetricDataCommandInput) => {
      calls += 1;
      if (calls === 3) throw error;
      return world().metrics.answer(input);
    });

    const { exitCode, stdout, stderr } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(stdout.filter((line) => line.startsWith("Could not be read: figures over time: "))).toEqual([
      expect.stringMatching(message),
    ]);
    expect(stdout.join("\n")).toMatch(/met +availability +> 99.95 % +100 %/);
    expect(stderr.at(-1)).toBe("Could not be read: figures over time");
    expect(exitCode).toBe(1);
  });

  test("figures that were not read are neither 0 nor met", async () => {
    goodWeeks();
    mocks.cloudWatch.on(GetMetricDataCommand).rejects(denied);

    const { root, stdout } = await runReport(world(), ["report", "dev", "--json"]);

    const report = performanceReportSchema.parse(JSON.parse(stdout.at(-1) ?? ""));
    const targets = [report.targets, ...report.functions.map((one) => one.targets)].flat();
    expect(new Set(targets.map(({ state }) => state))).toEqual(new Set(["not_measurable"]));
    expect(new Set(targets.map(({ note }) => note))).toEqual(new Set(["figures of functions could not be read"]));
    expect(report.functions[0]).toMatchObject({ figures: {}, figuresBefore: {}, series: [] });
    expect(report.warming).toBeUndefined();
    expect(report.cost.metricsRead).toBe(0);
    expect(report.notes.join(" ")).not.toMatch(/No data yet|Not called|no trend/);
    const page = readFileSync(join(root, "reports/dev-week-2026-01-19T10.html"), "utf8");
    expect(page).toContain("No target could be judged");
    expect(page).not.toMatch(/undefined|NaN/);
  });

  test("alarms that could not be read have not been quiet", async () => {
    world().ring("dev-api-errors", TO - HOUR);
    mocks.cloudWatch.on(DescribeAlarmHistoryCommand).rejects(denied);

    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(stdout).toContain("How alarms rang could not be read.");
    expect(stdout).toContain("Rings now: dev-api-errors.");
    expect(
      stdout.filter((line) => line.includes("not measurable") && line.includes("alarms could not be read")),
    ).toHaveLength(3);
  });

  test("notes that could not be read are no sign that nothing was changed", async () => {
    world().history = [
      makeStateChange("dev-api-errors", TO - DAY, "ALARM"),
      makeStateChange("dev-api-errors", TO - DAY + HOUR / 2, "OK"),
    ];
    mocks.logs.on(FilterLogEventsCommand).rejects(denied);

    const { stdout } = await runReport(world(), ["report", "dev", "--no-logs"]);

    expect(stdout.join("\n")).toMatch(/dev-api-errors +once, was 0 +30 min +30 min +30 min +\?/);
    expect(stdout.join("\n")).toMatch(/not measurable +actionable alarms +> 95 % +- +notes could not be read/);
  });
});

test("an environment of 60 functions asks for 500 metrics at a time, at most, and for 50 log groups", async () => {
  const names = Array.from({ length: 60 }, (_, index) => `f${index}`);
  const functions = names.map((name) => `${name} = { existing = true }`).join("\n");
  world().setAlarms("dev-f0-errors");

  const { stdout } = await runReport(world(), ["report", "dev", "--json"], { functions });

  expect(performanceReportSchema.parse(JSON.parse(stdout.at(-1) ?? "")).functions).toHaveLength(60);
  const asked = mocks.logs.commandCalls(StartQueryCommand).map(({ args }) => args[0].input.logGroupNames?.length);
  expect(asked).toEqual([50, 10]);
});

test("--help has examples and exit codes", async () => {
  for (const command of ["report", "note"]) {
    const { exitCode, stdout } = await runReport(world(), ["help", command]);

    expect(exitCode).toBe(0);
    expect(stdout.join("\n")).toMatch(/Exit codes:[^]*130[^]*Examples:\n +\$ npm run ops -- /);
  }
});
