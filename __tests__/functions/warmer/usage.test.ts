import { CloudWatchClient, GetMetricDataCommand, type GetMetricDataInput } from "@aws-sdk/client-cloudwatch";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { type ConditionalWarming, type WarmingTarget } from "../../../warming/contract";
import { type KnownUsage } from "../../../warming/demand";
import { Warmer } from "../../../functions/warmer/run";
import { UsageReader } from "../../../functions/warmer/usage";
import {
  answerDistinctly,
  MockedLambda,
  waitForever,
  takeOnlyResult,
  makeRequest,
  runWarmer,
  makeServiceError,
  makeTarget,
} from "./support";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** A Monday, 12:02 UTC: two minutes into a period. */
const NOW = Date.UTC(2026, 0, 5, 12, 2);
const PERIOD_START = NOW - 2 * MINUTE;

const CONDITIONAL: ConditionalWarming = { minimum: 0, maximum: 30, readEveryMinutes: 15 };

function conditional(functionName = "dev-api", more: Partial<WarmingTarget> = {}): WarmingTarget {
  return makeTarget({ functionName, conditional: CONDITIONAL, ...more });
}

type Values = Readonly<Record<number, number>>;

/** CloudWatch, mocked: the values of each function's metrics by time. */
class MockedCloudWatch {
  readonly inputs: GetMetricDataInput[] = [];

  constructor(
    readonly values: Readonly<Record<string, Readonly<Record<string, Values>>>>,
    private readonly pageSize = Infinity,
  ) {
    mockClient(CloudWatchClient)
      .on(GetMetricDataCommand)
      .callsFake((input: GetMetricDataInput) => {
        this.inputs.push(input);
        return this.answer(input);
      });
  }

  private answer({ MetricDataQueries = [], StartTime, EndTime, NextToken }: GetMetricDataInput): object {
    const from = Number(NextToken ?? 0);
    const all = MetricDataQueries.flatMap(({ Id, MetricStat: { Metric, Period = 0, Stat } = {} }) => {
      const values = this.values[Metric?.Dimensions?.[0]?.Value ?? ""]?.[Metric?.MetricName ?? ""] ?? {};
      const byPeriod = new Map<number, number>();
      for (const [key, value] of Object.entries(values)) {
        const time = Math.floor(Number(key) / (Period * 1000)) * Period * 1000;
        const before = byPeriod.get(time) ?? 0;
        byPeriod.set(time, Stat === "Sum" ? before + value : Math.max(before, value));
      }
      return [...byPeriod]
        .map(([time, value]) => ({ Id, time, value }))
        .filter(({ time }) => time >= Number(StartTime) && time < Number(EndTime));
    });
    const page = all.slice(from, from + this.pageSize);
    return {
      MetricDataResults: page.map(({ Id, time, value }) => ({
        Id,
        Timestamps: [new Date(time)],
        Values: [value],
        StatusCode: "PartialData",
      })),
      ...(from + this.pageSize < all.length && { NextToken: String(from + this.pageSize) }),
    };
  }
}

/** The concurrency known of a function at a time. */
function at(usage: KnownUsage | undefined, time: number): number | undefined {
  if (typeof usage !== "object") throw new Error(`expected usage, got ${String(usage)}`);
  return time < usage.peaks.from ? undefined : usage.peaks.findHighest(time, time + 5 * MINUTE);
}

function read(reader: UsageReader, targets: readonly WarmingTarget[]) {
  return reader.read(targets, Date.now() + 60_000, new LambdaClient());
}

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});

describe("reading", () => {
  test("asks for the concurrency of requests, in 15 days of 5 minutes and 4 hours of single ones, of all functions at once", async () => {
    const cloudWatch = new MockedCloudWatch({
      "dev-api": { ConcurrentExecutions: { [PERIOD_START - 5 * MINUTE]: 4 } },
      "dev-jobs": { ConcurrentExecutions: { [PERIOD_START - DAY]: 2 } },
    });

    const usage = await read(new UsageReader(), [conditional(), conditional("dev-jobs")]);

    expect(cloudWatch.inputs.map(({ StartTime, EndTime }) => [StartTime, EndTime])).toEqual([
      [new Date(PERIOD_START - 15 * DAY), new Date(PERIOD_START + 5 * MINUTE)],
      [new Date(NOW - 4 * 60 * MINUTE), new Date(PERIOD_START + 5 * MINUTE)],
    ]);
    const [periods = [], minutes = []] = cloudWatch.inputs.map(({ MetricDataQueries = [] }) => MetricDataQueries);
    expect([periods.length, minutes.length]).toEqual([6, 6]);
    expect(minutes.map(({ MetricStat }) => MetricStat?.Period)).toEqual(Array<number>(6).fill(60));
    expect(periods[0]).toEqual({
      Id: "concurrency0_5min",
      MetricStat: {
        Metric: {
          Namespace: "AWS/Lambda",
          MetricName: "ConcurrentExecutions",
          Dimensions: [
            { Name: "FunctionName", Value: "dev-api" },
            { Name: "Resource", Value: "dev-api:live" },
          ],
        },
        Period: 300,
        Stat: "Maximum",
      },
    });
    expect(at(usage.get("dev-api"), PERIOD_START - 5 * MINUTE)).toBe(4);
    // Of what was before the first request, nothing is known.
    expect(at(usage.get("dev-api"), PERIOD_START - 15 * DAY)).toBeUndefined();
    expect(at(usage.get("dev-jobs"), PERIOD_START - DAY)).toBe(2);
  });

  test("happens at most as often as asked, only for what is new, and remembers the rest", async () => {
    const values: Record<number, number> = { [PERIOD_START - DAY]: 9 };
    const cloudWatch = new MockedCloudWatch({ "dev-api": { ConcurrentExecutions: values } });
    const reader = new UsageReader();
    await read(reader, [conditional()]);
    jest.setSystemTime(NOW + 14 * MINUTE);
    await read(reader, [conditional()]);
    expect(cloudWatch.inputs).toHaveLength(2);

    values[PERIOD_START + 10 * MINUTE] = 2;
    values[PERIOD_START + 12 * MINUTE] = 3;
    jest.setSystemTime(NOW + 15 * MINUTE);
    const usage = (await read(reader, [conditional()])).get("dev-api");

    expect(cloudWatch.inputs).toHaveLength(3);
    const { StartTime, MetricDataQueries } = cloudWatch.inputs[2] ?? {};
    expect(StartTime).toEqual(new Date(NOW - 15 * MINUTE));
    expect(MetricDataQueries?.map(({ Id }) => Id)).toEqual(["concurrency0_1min"]);
    expect([at(usage, PERIOD_START - DAY), at(usage, PERIOD_START + 10 * MINUTE)]).toEqual([9, 3]);
    expect(usage).toMatchObject({
      minutes: [
        { startsAt: PERIOD_START + 10 * MINUTE, concurrency: 2 },
        { startsAt: PERIOD_START + 12 * MINUTE, concurrency: 3 },
      ],
    });
  });

  test("forgets what is older than 15 days", async () => {
    new MockedCloudWatch({
      "dev-api": { ConcurrentExecutions: { [PERIOD_START - 14 * DAY]: 9, [PERIOD_START]: 1 } },
    });
    const reader = new UsageReader();
    await read(reader, [conditional()]);
    jest.setSystemTime(NOW + 2 * DAY);
    const usage = (await read(reader, [conditional()])).get("dev-api");
    expect([at(usage, PERIOD_START - 14 * DAY), at(usage, PERIOD_START)]).toEqual([undefined, 1]);
  });

  test("asks for 500 metrics in one call, and for every page of the answer", async () => {
    const names = Array.from({ length: 200 }, (_, index) => `dev-${index}`);
    const values = Object.fromEntries(
      names.map((name, index) => [name, { ConcurrentExecutions: { [PERIOD_START]: index, [PERIOD_START - DAY]: 1 } }]),
    );
    const cloudWatch = new MockedCloudWatch(values, 90);

    const usage = await read(
      new UsageReader(),
      names.map((name) => conditional(name)),
    );

    expect(cloudWatch.inputs.map(({ MetricDataQueries }) => MetricDataQueries?.length)).toEqual([
      ...Array<number>(4).fill(500),
      100,
      ...Array<number>(2).fill(500),
      100,
    ]);
    expect(names.map((name) => at(usage.get(name), PERIOD_START))).toEqual(names.map((_, index) => index));
  });

  test("estimates the concurrency of requests where CloudWatch does not tell it", async () => {
    // 600 requests of 2 seconds in 300 seconds: 4 at once on average.
    const everyMinute = (value: number) =>
      Object.fromEntries([5, 4, 3, 2, 1].map((ago) => [PERIOD_START - ago * MINUTE, value]));
    const cloudWatch = new MockedCloudWatch({
      "dev-api": { Invocations: everyMinute(120), Duration: everyMinute(2000) },
    });
    const reader = new UsageReader();
    const usage = await read(reader, [conditional()]);
    expect(at(usage.get("dev-api"), PERIOD_START - 5 * MINUTE)).toBe(4 + 3 * 2);

    // Two metrics cost twice as much, so they are read half as often.
    for (const minutes of [29, 30]) {
      jest.setSystemTime(NOW + minutes * MINUTE);
      await read(reader, [conditional()]);
    }
    expect(cloudWatch.inputs).toHaveLength(3);
    expect(cloudWatch.inputs[2]?.MetricDataQueries?.map(({ Id }) => Id)).toEqual([
      "invocations0_1min",
      "duration0_1min",
    ]);
  });
});

describe("a conditional target", () => {
  test("is warmed as its use says", async () => {
    new MockedCloudWatch({ "dev-api": { ConcurrentExecutions: { [PERIOD_START - 30 * MINUTE]: 5 } } });
    const lambda = new MockedLambda(answerDistinctly);
    const result = takeOnlyResult(await runWarmer(makeRequest([conditional()])));
    expect(result).toMatchObject({ asked: 6, instances: 6 });
    expect(result.reason).toMatch(/^peak 5 in the last hour, chance of 6: /);
    expect(lambda.invocations).toHaveLength(6);
  });

  test("is not pinged again while it is warm", async () => {
    new MockedCloudWatch({ "dev-api": { ConcurrentExecutions: { [PERIOD_START - 30 * MINUTE]: 5 } } });
    new MockedLambda(answerDistinctly);
    const warmer = new Warmer();
    const asked: number[] = [];
    for (let minute = 0; minute <= 6; minute++) {
      jest.setSystemTime(NOW + minute * MINUTE);
      asked.push(takeOnlyResult(await runWarmer(makeRequest([conditional()]), { warmer })).asked);
    }
    expect(asked).toEqual([6, 0, 0, 0, 0, 0, 6]);
  });

  test("is not pinged when it is not used", async () => {
    new MockedCloudWatch({ "dev-api": { ConcurrentExecutions: { [PERIOD_START - 2 * DAY + 180 * MINUTE]: 5 } } });
    const lambda = new MockedLambda(waitForever);
    expect(takeOnlyResult(await runWarmer(makeRequest([conditional()])))).toMatchObject({ asked: 0, failures: [] });
    expect(lambda.invocations).toEqual([]);
  });

  test("keeps as many reserved instances free as were used lately", async () => {
    new MockedCloudWatch({ "dev-api": { ConcurrentExecutions: { [PERIOD_START - 30 * MINUTE]: 6 } } });
    new MockedLambda(answerDistinctly);
    const result = takeOnlyResult(await runWarmer(makeRequest([conditional("dev-api", { reservedConcurrency: 10 })])));
    expect(result.asked).toBe(4);
    expect(result.reason).toMatch(/; 4 of 7: of 10 reserved, 6 stay free for requests$/);
  });

  test.each([
    ["new", NOW - 14 * DAY, { asked: 3, reason: "fixed number: no usage is known" }],
    ["unused", NOW - 16 * DAY, { asked: 0, reason: "not used for 15 days; 0 needed" }],
  ])("without data is taken to be %s if it was deployed then", async (_what, deployedAt, expected) => {
    new MockedCloudWatch({});
    const lambda = new MockedLambda(answerDistinctly);
    // The form that Lambda uses: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
    const LastModified = new Date(deployedAt).toISOString().replace("Z", "+0000");
    lambda.client
      .on(GetFunctionConfigurationCommand, { FunctionName: "dev-api", Qualifier: "warm" })
      .resolves({ LastModified });
    expect(takeOnlyResult(await runWarmer(makeRequest([conditional()])))).toMatchObject(expected);
  });

  test("without data is taken to be new if Lambda does not say when it was deployed", async () => {
    new MockedCloudWatch({});
    const lambda = new MockedLambda(answerDistinctly);
    lambda.client.on(GetFunctionConfigurationCommand).rejects(makeServiceError("AccessDeniedException", 403));
    expect(takeOnlyResult(await runWarmer(makeRequest([conditional()]))).asked).toBe(3);
  });

  test("is warmed by its fixed number when CloudWatch fails, which is not asked again at once", async () => {
    const cloudWatch = mockClient(CloudWatchClient);
    cloudWatch.on(GetMetricDataCommand).rejects(makeServiceError("AccessDenied", 403, "not authorized"));
    new MockedLambda(answerDistinctly);
    const warmer = new Warmer();
    for (let count = 0; count < 2; count++) {
      expect(takeOnlyResult(await runWarmer(makeRequest([conditional()]), { warmer }))).toMatchObject({
        asked: 3,
        reason: "fixed number: usage could not be read: AccessDenied: not authorized",
        failures: [],
      });
    }
    expect(cloudWatch.calls()).toHaveLength(1);
  });

  test("is warmed by its fixed number when CloudWatch has an error of its own", async () => {
    mockClient(CloudWatchClient)
      .on(GetMetricDataCommand)
      .resolves({ MetricDataResults: [{ Id: "concurrency0", StatusCode: "InternalError" }] });
    new MockedLambda(answerDistinctly);
    expect(takeOnlyResult(await runWarmer(makeRequest([conditional()]))).reason).toMatch(/CloudWatch: InternalError$/);
  });

  test("is warmed by its fixed number when CloudWatch takes too long, and does not delay the others", async () => {
    mockClient(CloudWatchClient).on(GetMetricDataCommand).callsFake(waitForever);
    const lambda = new MockedLambda(answerDistinctly);
    const running = runWarmer(makeRequest([conditional(), makeTarget({ functionName: "dev-jobs" })]));
    await jest.advanceTimersByTimeAsync(100);
    expect([lambda.of("dev-api").length, lambda.of("dev-jobs").length]).toEqual([0, 3]);
    await jest.advanceTimersByTimeAsync(10_000);
    const { targets } = await running;
    expect(targets[0]).toMatchObject({
      asked: 3,
      instances: 3,
      reason: "fixed number: usage could not be read: TimeUp",
    });
  });
});
