import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { StopQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetTraceSummariesCommand } from "@aws-sdk/client-xray";
import { describe, expect, test } from "@jest/globals";
import { makeSdkError, makeStateChange, mocks } from "../../support/fake-aws";
import {
  DAY,
  FROM,
  HOUR,
  investigateAsJson,
  MINUTE,
  NORMAL,
  INVESTIGATION_NOW,
  runInvestigate,
  makeSegment,
  InvestigationWorld,
} from "../investigate/world";

/** A version that fails half of its requests. */
function brokenDeployment(): InvestigationWorld {
  const deployedAt = FROM + 33 * MINUTE;
  const world = new InvestigationWorld().before(NORMAL).minutes(FROM, deployedAt, NORMAL);
  world.minutes(deployedAt, INVESTIGATION_NOW, { ...NORMAL, failures: 5 });
  world.deploys(deployedAt, {
    MemorySize: 1024,
    Environment: { Variables: { TABLE: "orders", PASSWORD: "hunter2-is-secret" } },
  });
  world.rings("dev-api-errors", FROM + 40 * MINUTE);
  world.rows = {
    failures: [
      { what: "TypeError", failures: "135", last: "2026-01-19 10:06:00.000", example: "request-1", trace: "1-abc" },
    ],
    "cold-starts-by-version": [
      { version: "42", coldStarts: "7", first: "2026-01-19 09:40:12.000", time: "2026-01-19 09:00:00.000" },
    ],
  };
  return world;
}

test("a version without requests around it has no figures of them", async () => {
  const world = new InvestigationWorld();
  world.deploys(FROM + 33 * MINUTE, {});

  const { stdout } = await runInvestigate(world, "api");

  expect(stdout).toContain("  half an hour before version 42: no requests");
  expect(stdout).toContain("  half an hour after it: no requests");
});

describe("a deployment that broke the function", () => {
  test("is told at first, with the commands that roll it back", async () => {
    const { exitCode, stdout, stderr } = await runInvestigate(brokenDeployment(), "api");

    const text = stdout.join("\n");
    expect(text).toMatch(/RINGS {2}dev-api-errors since 2026-01-19 09:47: more than 5 failed requests in 5 minutes/);
    expect(text).toMatch(/Threshold Crossed: 1 datapoint \[50\.0\] was greater\n +threshold 5\n/);
    expect(text).toMatch(/aliases: live -> 42, warm -> 42/);
    expect(text).toMatch(/versions: 42 \(2026-01-19 09:40\), 41 \(2026-01-05 10:00\)/);
    expect(text).toMatch(/from version 41 to 42:\n/);
    expect(text).toMatch(/memory: 512 MB -> 1024 MB/);
    expect(text).toMatch(/dev\/failures \(2 MB read, .*\)\n +135 x TypeError, .*example request-1, trace 1-abc/);
    expect(text).toMatch(/version 42: 7 cold starts, the first at 2026-01-19 09:40/);
    expect(text).toMatch(/failed requests +135 +0 +0 +<- stands out/);
    const advice = stdout.slice(stdout.indexOf("What to adjust first") + 1, -2);
    expect(advice.slice(0, 6)).toEqual([
      "  1. Requests fail since a deployment",
      "      because in the half hour before version 42 of 2026-01-19 09:40 0 of 300 requests failed, in the half hour after it 135 of 270 requests failed",
      "      -> roll back to version 41, and investigate afterward; fix the code before the next deployment",
      "         npm run ops -- rollback dev api --to 41",
      "      docs/runbooks/errors.md#how-to-roll-back",
    ]);
    expect(stderr).toEqual([]);
    expect(exitCode).toBe(0);
  });

  test("tells the names of variables that changed, never their values", async () => {
    const [asText, asJson] = [
      await runInvestigate(brokenDeployment(), "api"),
      await runInvestigate(brokenDeployment(), "api", "--json"),
    ];

    for (const { stdout } of [asText, asJson]) {
      expect(stdout.join("\n")).toContain("variable PASSWORD: added");
      expect(stdout.join("\n")).not.toMatch(/hunter2|orders/);
    }
  });
});

test("what is muted now is told with the reason, without the alarms of others and what is planned", async () => {
  const world = new InvestigationWorld().always(NORMAL);
  world.mute("dev-mute-20260119100000000", ["dev-api-errors", "dev-api-memory", "dev-web-errors"]);
  world.mute("planned", ["dev-api-errors"], { Status: "SCHEDULED" });
  world.mute("others", ["dev-web-errors"]);

  const { stdout } = await runInvestigate(world, "api");

  expect(stdout.filter((line) => line.includes("MUTED"))).toEqual([
    "  MUTED  2 alarms until 2026-01-19 11:08 UTC: rollout",
  ]);
});

test("where nothing is wrong, there is nothing to adjust", async () => {
  const { diagnoses, comparison, rang, unread } = await investigateAsJson(new InvestigationWorld().always(NORMAL));

  expect(diagnoses.map(({ id }) => id)).toEqual(["nothing"]);
  expect(Object.values(comparison ?? {}).filter(({ standsOut }) => standsOut)).toEqual([]);
  expect({ rang, unread }).toEqual({ rang: [], unread: [] });
});

describe("of an alarm", () => {
  const rangAt = INVESTIGATION_NOW - 3 * DAY;
  const world = () => {
    const rung = new InvestigationWorld();
    rung.history = [
      makeStateChange("dev-api-errors", rangAt - DAY, "ALARM"),
      makeStateChange("dev-api-errors", rangAt - DAY + MINUTE, "OK"),
      makeStateChange("dev-api-errors", rangAt, "ALARM", { badAt: [rangAt - 5 * MINUTE] }),
      makeStateChange("dev-api-errors", rangAt + 40 * MINUTE, "OK"),
    ];
    return rung;
  };

  test.each(["errors", "dev-api-errors"])("the last time that it rang is investigated: %s", async (alarm) => {
    const { window, rang, queries } = await investigateAsJson(world(), "api", "--alarm", alarm);

    expect(window).toEqual({
      from: new Date(rangAt - 20 * MINUTE).toISOString(),
      to: new Date(rangAt + 40 * MINUTE).toISOString(),
    });
    expect(rang).toEqual(["dev-api-errors"]);
    expect(queries.map(({ query }) => query)).toEqual(["failures", "cold-starts-by-version"]);
  });

  test.each([
    ["errors", "2d", 2 * DAY],
    // It has not rung.
    ["cold_starts", undefined, HOUR],
  ])("%s, looking back %s", async (alarm, since, length) => {
    const { window } = await investigateAsJson(
      world(),
      "api",
      "--alarm",
      alarm,
      ...(since === undefined ? [] : ["--since", since]),
    );

    expect(window).toEqual({
      from: new Date(INVESTIGATION_NOW - length).toISOString(),
      to: new Date(INVESTIGATION_NOW).toISOString(),
    });
  });

  test("that was composed, the queries of its parts are run", async () => {
    const { queries } = await investigateAsJson(new InvestigationWorld(), "api", "--alarm", "degraded");

    expect(queries.map(({ query }) => query)).toEqual(["cold-starts", "slow-requests", "cold-starts-by-version"]);
  });

  test("that was composed, the part that rang is looked into", async () => {
    const composed = new InvestigationWorld()
      .rings("dev-api-degraded", INVESTIGATION_NOW - 9 * MINUTE)
      .rings("dev-api-cold-starts", INVESTIGATION_NOW - 9 * MINUTE);
    composed.minutes(FROM, INVESTIGATION_NOW, { ...NORMAL, coldStarts: 1 }).before({ ...NORMAL, coldStarts: 1 });

    const { rang, diagnoses } = await investigateAsJson(composed, "api", "--alarm", "degraded");

    expect(rang).toEqual(["dev-api-cold-starts", "dev-api-degraded"]);
    expect(diagnoses.map(({ id }) => id)).toEqual(["cold-starts"]);
  });

  test("that was composed, a part that rang at another time is left out", async () => {
    const composed = new InvestigationWorld().rings("dev-api-degraded", INVESTIGATION_NOW - 9 * MINUTE);
    composed.history.push(makeStateChange("dev-api-response-time", INVESTIGATION_NOW - 3 * DAY, "ALARM"));
    composed.history.push(makeStateChange("dev-api-response-time", INVESTIGATION_NOW - 3 * DAY + MINUTE, "OK"));

    const { rang } = await investigateAsJson(composed, "api", "--alarm", "degraded");

    expect(rang).toEqual(["dev-api-degraded"]);
  });

  test("that did not ring, this is told, and it is not said to have rung", async () => {
    const { stdout } = await runInvestigate(new InvestigationWorld().always(NORMAL), "api", "--alarm", "memory");

    expect(stdout[1]).toBe(
      "dev-api-memory is not known to have started ringing in the last 7 days: this is the last hour",
    );
    expect(stdout.join("\n")).toMatch(/1\. Nothing stands out/);
  });

  test("of warming, the warmer's log is asked", async () => {
    const asked = new InvestigationWorld();
    asked.rows = {
      "warming-runs": [
        {
          "@timestamp": "2026-01-19 10:00:00.000",
          "targets.0.functionName": "dev-api",
          "targets.0.failures.0": "no answer",
        },
        { "@timestamp": "2026-01-19 09:55:00.000", "targets.0.functionName": "dev-api" },
        { "@timestamp": "2026-01-19 09:55:00.000", "targets.0.functionName": "dev-other" },
      ],
    };

    const { queries } = await investigateAsJson(asked, "api", "--alarm", "warming");

    expect(asked.asked).toContain("/aws/lambda/dev-warmer warming-runs");
    expect(queries[0]?.lines).toEqual(["2 runs, 1 with failures", "2026-01-19 10:00:00.000 no answer"]);
  });
});

describe("the time that is looked at", () => {
  test.each([
    ["30m", 30 * MINUTE, [0, 1, 7]],
    ["1h", HOUR, [0, 1, 7]],
    ["1d", DAY, [0, 1, 7]],
    // Yesterday would be part of it.
    ["2d", 2 * DAY, [0, 7]],
    ["7d", 7 * DAY, [0, 7]],
  ])("of %s is compared with the same hours before", async (since, length, days) => {
    await runInvestigate(new InvestigationWorld(), "api", "--since", since);

    const asked = mocks.cloudWatch.commandCalls(GetMetricDataCommand).map(({ args: [{ input }] }) => input);
    expect(asked.map(({ StartTime, EndTime }) => [StartTime?.getTime(), EndTime?.getTime()])).toEqual(
      days.map((day) => [INVESTIGATION_NOW - length - day * DAY, INVESTIGATION_NOW - day * DAY]),
    );
    const periods = asked.flatMap(({ MetricDataQueries = [] }) =>
      MetricDataQueries.flatMap(({ MetricStat }) => MetricStat?.Period ?? []),
    );
    expect(new Set(periods)).toEqual(new Set([length / 1000]));
  });
});

describe("error budgets", () => {
  test("of the function are told with what spent them, and what reading them costs", async () => {
    const world = new InvestigationWorld().always(NORMAL);
    world.dev = { ...world.dev, more: "" };
    const { stdout } = await runInvestigate(world, "api");
    const text = stdout.join("\n");
    expect(text).toContain("Error budgets");
    expect(text).toMatch(/Availability 99\.95 % over 30 days +100 %/);
  });

  test("that cannot be read are told in their place, and the rest goes on", async () => {
    const world = new InvestigationWorld().always(NORMAL);
    world.dev = { ...world.dev, more: "" };
    world.errors.set("GetMetricData", makeSdkError("ThrottlingException", "too many"));
    const { stdout, exitCode } = await runInvestigate(world, "api");
    expect(stdout.join("\n")).toMatch(/error budgets not read: .*too many/);
    expect(exitCode).toBe(1);
  });
});

describe("wrong input is told in one line, and nothing is asked", () => {
  test.each([
    [["web"], /investigate: dev has no function "web"; functions are: api$/],
    [["api", "--alarm", "erors"], /investigate: api has no alarm "erors"; alarms are: dev-api-errors, /],
    [["api", "--alarm", "dropped_events"], /api has no alarm "dropped_events"/],
    ...["1", "h", "1w", "0m", "4m", "8d", "1.5h", "-1h", "1h30m", "", "999999999m"].map(
      (since) => [["api", `--since=${since}`], /It is not a time from 5m to 7d, such as 30m, 1h or 2d/] as const,
    ),
  ])("%j", async (args, message) => {
    const { exitCode, stdout, stderr } = await runInvestigate(new InvestigationWorld(), ...args);

    expect(stderr.join("\n")).toMatch(message);
    expect({ exitCode, stdout, lines: stderr.length }).toEqual({ exitCode: 2, stdout: [], lines: 1 });
    for (const client of Object.values(mocks)) expect(client.calls()).toEqual([]);
  });
});

describe("traces", () => {
  const calls = [
    { name: "Init", start_time: 0, end_time: 0.5 },
    {
      name: "Invocation",
      start_time: 0.5,
      end_time: 4,
      subsegments: [
        { name: "DynamoDB", namespace: "aws", start_time: 1, end_time: 2 },
        {
          name: "DynamoDB",
          namespace: "aws",
          start_time: 2,
          end_time: 3.5,
          subsegments: [{ name: "inner", namespace: "remote", start_time: 2, end_time: 3 }],
        },
        { name: "## parse", start_time: 3.5, end_time: 3.9 },
      ],
    },
    { name: "Overhead", start_time: 4, end_time: 4.1 },
  ];

  test("of the slowest requests tell where the time went", async () => {
    const world = new InvestigationWorld().always(NORMAL);
    world.traces = [
      { Id: "1-quick", ResponseTime: 0.2 },
      {
        Id: "1-slow",
        ResponseTime: 4.1,
        HasFault: true,
        documents: [makeSegment(calls), '{"name":"DynamoDB"}', "no JSON"],
      },
      ...[1, 2, 3, 4, 5].map((n) => ({ Id: `1-more-${n}`, Duration: n / 2 })),
    ];

    const { traces = [] } = await investigateAsJson(world);

    expect(traces.map(({ id }) => id)).toEqual(["1-slow", "1-more-5", "1-more-4", "1-more-3", "1-more-2"]);
    expect(traces[0]?.milliseconds).toBeCloseTo(4100);
    expect(traces[0]?.parts.map(({ name, milliseconds }) => [name, Math.round(milliseconds)])).toEqual([
      ["Invocation", 3500],
      ["DynamoDB", 2500],
      ["Init", 500],
      ["Overhead", 100],
    ]);
  });

  test("are asked of the function alone, for those that failed or took longer than half of its requests", async () => {
    await investigateAsJson(new InvestigationWorld().always(NORMAL));

    const [asked] = mocks.xray.commandCalls(GetTraceSummariesCommand).map(({ args: [{ input }] }) => input);
    expect(asked?.FilterExpression).toBe(
      'service(id(name: "dev-api", type: "AWS::Lambda::Function")) { fault = true OR responsetime > 0.1 }',
    );
  });
});

test("of a long time, traces of its last hours are looked at, which is told", async () => {
  const { stdout } = await runInvestigate(new InvestigationWorld().always(NORMAL), "api", "--since", "2d");

  const [asked] = mocks.xray.commandCalls(GetTraceSummariesCommand).map(({ args: [{ input }] }) => input);
  expect([asked?.StartTime?.getTime(), asked?.EndTime?.getTime()]).toEqual([
    INVESTIGATION_NOW - 6 * HOUR,
    INVESTIGATION_NOW,
  ]);
  expect(stdout).toContain("Slowest traces of the last 6 hours");
});

test("Ctrl-C ends it: nothing is told, and the query is stopped", async () => {
  const world = new InvestigationWorld();
  world.onWait = () => process.emit("SIGINT");

  const { exitCode, stdout, stderr } = await runInvestigate(world, "api");

  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 130, stdout: [], stderr: [] });
  expect(mocks.logs.commandCalls(StopQueryCommand)).toHaveLength(1);
});

test("--help tells the exit codes, and shows examples", async () => {
  const { exitCode, stdout } = await runInvestigate(new InvestigationWorld(), "--help");

  expect(stdout.join("\n")).toMatch(
    /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}130 .*\n\nExamples:\n {2}\$ npm run ops -- investigate/,
  );
  expect(exitCode).toBe(0);
});
