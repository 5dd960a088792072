import { DescribeAlarmHistoryCommand, DescribeAlarmsCommand, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  GetFunctionConcurrencyCommand,
  ListAliasesCommand,
  ListVersionsByFunctionCommand,
} from "@aws-sdk/client-lambda";
import { BatchGetTracesCommand, GetTraceSummariesCommand } from "@aws-sdk/client-xray";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeSdkError, makeStateChange, mocks } from "../../support/fake-aws";
import {
  investigateAsJson,
  MINUTE,
  NORMAL,
  INVESTIGATION_NOW,
  runInvestigate,
  makeSegment,
  InvestigationWorld,
} from "./world";

/** Each call, and what has to be allowed for it. */
const PARTS = {
  DescribeAlarms: "cloudwatch:DescribeAlarms",
  DescribeAlarmHistory: "cloudwatch:DescribeAlarmHistory",
  ListAlarmMuteRules: "cloudwatch:ListAlarmMuteRules",
  GetAlarmMuteRule: "cloudwatch:GetAlarmMuteRule",
  ListAliases: "lambda:ListAliases",
  ListVersionsByFunction: "lambda:ListVersionsByFunction",
  GetFunctionConcurrency: "lambda:GetFunctionConcurrency",
  StartQuery: "logs:StartQuery",
  GetQueryResults: "logs:GetQueryResults",
  GetMetricData: "cloudwatch:GetMetricData",
  GetTraceSummaries: "xray:GetTraceSummaries",
  BatchGetTraces: "xray:BatchGetTraces",
};

function worldWithTrace(): InvestigationWorld {
  const world = new InvestigationWorld().always(NORMAL);
  world.mute("rollout", ["dev-api-errors"]);
  world.traces = [{ Id: "1-slow", ResponseTime: 2, documents: [makeSegment([])] }];
  return world;
}

describe("what AWS does not allow", () => {
  test.each(Object.entries(PARTS))("is named, and the rest goes on: without %s", async (command, action) => {
    const world = worldWithTrace();
    world.deny(command);

    const { exitCode, stdout, stderr } = await runInvestigate(world, "api");

    const missing = stdout.filter((line) => line.includes("not read"));
    expect(missing.length).toBeGreaterThan(0);
    for (const line of missing) expect(line).toContain(`not read: AWS does not allow ${action}: not authorized`);
    expect(stdout).toContain("What to adjust first");
    const parts = missing.map((line) => line.replace(/^ +| not read: .*/g, ""));
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: [`Could not be read: ${parts.join(", ")}`] });
  });

  test("of an alarm's history leaves the alarms that ring now", async () => {
    const world = new InvestigationWorld().rings("dev-api-errors", INVESTIGATION_NOW - 5 * MINUTE);
    world.deny("DescribeAlarmHistory");

    const { rang, window } = await investigateAsJson(world, "api", "--alarm", "errors");

    expect(rang).toEqual(["dev-api-errors"]);
    expect(window.from).toBe(new Date(INVESTIGATION_NOW - 20 * MINUTE).toISOString());
  });

  test("at all ends with exit code 1, and each reason once", async () => {
    const world = worldWithTrace();
    world.deny(...Object.keys(PARTS));

    const { exitCode, stdout, stderr } = await runInvestigate(world, "api");

    expect(stderr.length).toBeGreaterThan(4);
    expect(new Set(stderr).size).toBe(stderr.length);
    for (const line of stderr) expect(line).toMatch(/^AWS does not allow \w+:\w+: not authorized$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: [] });
  });

  test("at all is told to scripts as well", async () => {
    const world = worldWithTrace();
    world.deny(...Object.keys(PARTS));

    const { exitCode, stdout } = await runInvestigate(world, "api", "--json");

    expect(JSON.parse(stdout.join(""))).toMatchObject({ isRead: false, rang: [], queries: [] });
    expect(exitCode).toBe(1);
  });
});

test("without credentials, one line says so", async () => {
  const world = new InvestigationWorld();
  const error = makeSdkError("CredentialsProviderError", "Could not load credentials");
  Object.values(mocks).forEach((client) => client.reset());
  mocks.cloudWatch.onAnyCommand().rejects(error);
  mocks.logs.onAnyCommand().rejects(error);
  mocks.lambda.onAnyCommand().rejects(error);
  mocks.xray.onAnyCommand().rejects(error);

  const { exitCode, stdout, stderr } = await runInvestigate(world, "api");

  expect(stderr).toEqual(["there are no AWS credentials: Could not load credentials"]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: [] });
});

test("a function that is not deployed yet is told, and the rest goes on", async () => {
  const world = new InvestigationWorld();
  mocks.lambda.reset();
  mocks.lambda.onAnyCommand().rejects(makeSdkError("ResourceNotFoundException", "Function not found: arn"));

  const { exitCode, stdout, stderr } = await runInvestigate(world, "api");

  expect(stdout.filter((line) => line.includes("there is no function dev-api"))).toHaveLength(3);
  expect(stderr).toEqual(["Could not be read: aliases, versions, reserved concurrency"]);
  expect(exitCode).toBe(1);
});

test("a mistake of the program itself is not taken for AWS's", async () => {
  const world = new InvestigationWorld();
  mocks.lambda.on(ListAliasesCommand).rejects(new TypeError("a mistake"));

  await expect(runInvestigate(world, "api")).rejects.toThrow("a mistake");
});

describe("whatever AWS answers", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      "",
      "$LATEST",
      "41",
      "42",
      "live",
      "warm",
      "dev-api",
      "NaN",
      "1-abc",
      "2026-01-19 10:00:00.000",
      "99999999999999999",
    ),
  );
  const number = fc.oneof(fc.integer({ min: -5, max: 2000 }), fc.double({ noNaN: true, min: 0, max: 1e9 }));
  const date = fc.date({
    min: new Date(INVESTIGATION_NOW - 9e8),
    max: new Date(INVESTIGATION_NOW),
    noInvalidDate: true,
  });
  const some = <T extends object>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(shape, { requiredKeys: [] });
  const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 4 });
  const alarmNames = ["dev-api-errors", "dev-api-cold-starts", "dev-api-degraded", "dev-api-memory", "other"];
  const historyData = fc.oneof(
    text,
    fc.json({ maxDepth: 2 }),
    fc
      .constantFrom("ALARM" as const, "OK" as const)
      .map(
        (to) => makeStateChange("x", INVESTIGATION_NOW, to, { badAt: [INVESTIGATION_NOW - 60_000] }).HistoryData ?? "",
      ),
  );
  const alarm = some({
    AlarmName: fc.constantFrom(...alarmNames),
    StateValue: fc.constantFrom("OK" as const, "ALARM" as const, "INSUFFICIENT_DATA" as const),
    StateReason: text,
    StateTransitionedTimestamp: date,
    StateUpdatedTimestamp: date,
    Threshold: number,
  });
  const configuration = some({
    Version: text,
    LastModified: fc.oneof(
      text,
      date.map((at) => at.toISOString()),
    ),
    MemorySize: number,
    Timeout: number,
    Runtime: fc.constant("nodejs22.x" as const),
    CodeSha256: text,
    Layers: list(some({ Arn: text })),
    Environment: some({ Variables: fc.dictionary(text, text) }),
    VpcConfig: some({ VpcId: text }),
  });
  const part: fc.Arbitrary<object> = fc.letrec<{ part: object }>((tie) => ({
    part: some({
      name: fc.oneof(text, fc.constantFrom("dev-api", "Init", "Invocation", "Overhead")),
      origin: fc.constantFrom("AWS::Lambda", "AWS::Lambda::Function", "AWS::S3"),
      start_time: number,
      end_time: number,
      namespace: fc.constantFrom("aws", "remote", "local"),
      subsegments: fc.array(tie("part"), { maxLength: 2, depthIdentifier: "part" }),
    }),
  })).part;
  const field = some({
    field: fc.oneof(
      text,
      fc.constantFrom(
        "what",
        "failures",
        "version",
        "first",
        "coldStarts",
        "averageInitMs",
        "record.metrics.durationMs",
        "usedPercent",
      ),
    ),
    value: fc.oneof(text, number.map(String)),
  });
  const trace = fc.constantFrom("1-abc", "2-def");
  const answers = {
    alarms: some({ MetricAlarms: list(alarm), CompositeAlarms: list(alarm) }),
    history: some({
      AlarmHistoryItems: list(
        some({ AlarmName: fc.constantFrom(...alarmNames), Timestamp: date, HistoryData: historyData }),
      ),
    }),
    metrics: some({
      MetricDataResults: list(
        some({
          Id: fc.oneof(
            text,
            fc.nat({ max: 12 }).map((id) => `m${id}`),
          ),
          Timestamps: list(date),
          Values: list(number),
          StatusCode: fc.constantFrom(
            "Complete" as const,
            "PartialData" as const,
            "InternalError" as const,
            "Forbidden" as const,
          ),
        }),
      ),
    }),
    aliases: some({
      Aliases: list(
        some({
          Name: text,
          FunctionVersion: text,
          RoutingConfig: some({ AdditionalVersionWeights: fc.dictionary(text, number) }),
        }),
      ),
    }),
    versions: some({ Versions: list(configuration) }),
    concurrency: some({ ReservedConcurrentExecutions: fc.nat() }),
    started: some({ queryId: text }),
    results: some({
      status: fc.constantFrom("Complete" as const, "Failed" as const, "Timeout" as const),
      statistics: some({ bytesScanned: number }),
      results: list(list(field)),
    }),
    summaries: some({
      TraceSummaries: list(
        some({ Id: trace, ResponseTime: number, Duration: number, StartTime: date, HasFault: fc.boolean() }),
      ),
    }),
    traces: some({
      Traces: list(
        some({
          Id: trace,
          Segments: list(
            some({
              Document: fc.oneof(
                text,
                fc.json({ maxDepth: 2 }),
                part.map((one) => JSON.stringify(one)),
              ),
            }),
          ),
        }),
      ),
    }),
  };
  const error = fc
    .constantFrom(
      "AccessDeniedException",
      "ThrottlingException",
      "ResourceNotFoundException",
      "InvalidRequestException",
      "ServiceUnavailable",
    )
    .map((name) => makeSdkError(name, "refused"));

  test("in the shapes that its answers have: lines, an exit code, and never a stack trace", async () => {
    const anyAnswers = fc.record(
      Object.fromEntries(
        Object.entries(answers).map(([name, arbitrary]) => [
          name,
          fc.oneof({ weight: 9, arbitrary: arbitrary as fc.Arbitrary<object> }, { weight: 1, arbitrary: error }),
        ]),
      ),
    );
    const args = fc.constantFrom([], ["--alarm", "errors"], ["--alarm", "degraded"], ["--since", "2d"]);

    await fc.assert(
      fc.asyncProperty(anyAnswers, args, async (given, more) => {
        const answer = (name: keyof typeof answers) => () => {
          const one = given[name];
          if (one instanceof Error) throw one;
          return one;
        };
        const world = new InvestigationWorld();
        mocks.cloudWatch.on(DescribeAlarmsCommand).callsFake(answer("alarms"));
        mocks.cloudWatch.on(DescribeAlarmHistoryCommand).callsFake(answer("history"));
        mocks.cloudWatch.on(GetMetricDataCommand).callsFake(answer("metrics"));
        mocks.lambda.on(ListAliasesCommand).callsFake(answer("aliases"));
        mocks.lambda.on(ListVersionsByFunctionCommand).callsFake(answer("versions"));
        mocks.lambda.on(GetFunctionConcurrencyCommand).callsFake(answer("concurrency"));
        mocks.logs.on(StartQueryCommand).callsFake(answer("started"));
        mocks.logs.on(GetQueryResultsCommand).callsFake(answer("results"));
        mocks.xray.on(GetTraceSummariesCommand).callsFake(answer("summaries"));
        mocks.xray.on(BatchGetTracesCommand).callsFake(answer("traces"));

        const asText = await runInvestigate(world, "api", ...more);
        const asJson = await runInvestigate(world, "api", "--json", ...more);

        expect([0, 1]).toContain(asText.exitCode);
        expect(asJson.exitCode).toBe(asText.exitCode);
        const lines = [...asText.stdout, ...asText.stderr];
        expect(lines.length).toBeGreaterThan(0);
        expect(lines.filter((line) => /\bundefined\b|\[object|Infinity|^ +at .*:\d+:\d+|\n/.test(line))).toEqual([]);
        expect(() => JSON.parse(asJson.stdout.join("")) as unknown).not.toThrow();
      }),
      { numRuns: 150 },
    );
  });
});

test("only what reads is ever called", async () => {
  const called = new Set<string>();
  await investigateAsJson(worldWithTrace(), "api");

  for (const client of Object.values(mocks))
    client.calls().forEach(({ args: [command] }) => called.add(command.constructor.name.replace(/Command$/, "")));

  expect([...called].filter((name) => !Object.keys(PARTS).includes(name))).toEqual([]);
});
