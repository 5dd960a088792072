import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { HISTORY_DAYS } from "../../../warming/planner";
import { readUse, priceUse } from "../../../operations/advise/cloudwatch";
import { type WatchedFunction, listWatchedFunctions } from "../../../model/watched-function";
import { formatPlatformNamespace } from "../../../performance/metrics";
import { AwsAccess } from "../../../operations/aws/access";
import { loadEnvironments } from "../../../environments/load";
import { FakeAws, mocks } from "../../support/fake-aws";
import { makeProject, makeTfvars } from "../../support/project";

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 20, 12, 30, 20);
const FIRST = NOW - (NOW % MINUTE) - 60 * MINUTE;
const TODAY = Date.UTC(2026, 0, 20);
const YESTERDAY = TODAY - 1440 * MINUTE;

const LIVE = { FunctionName: "dev-api", Resource: "dev-api:live" };
const LEGACY = { FunctionName: "Legacy" };

let aws: FakeAws;

beforeEach(() => {
  aws = new FakeAws();
});

/** CloudWatch has so many values of a Lambda metric. */
function put(dimensions: Readonly<Record<string, string>>, metric: string, at: number, value: number, count = 1): void {
  for (let index = 0; index < count; index++) aws.metrics.put("AWS/Lambda", metric, dimensions, at, value);
}

async function functionsOf(functions = "api = {}"): Promise<WatchedFunction[]> {
  const [environment] = await loadEnvironments(makeProject({ "environments/dev.tfvars": makeTfvars({ functions }) }));
  return environment ? listWatchedFunctions(environment) : [];
}

async function use(functions?: string) {
  const [watched] = await functionsOf(functions);
  if (!watched) throw new Error("there is no function");
  return readUse(new AwsAccess("eu-west-1"), watched, NOW);
}

/** The minutes of the hour before now. */
function fill(...values: readonly number[]): Float64Array {
  return Float64Array.from({ length: 60 }, (_, minute) => values[minute] ?? 0);
}

describe("a function's use", () => {
  test("begins with its first request and ends now, and minutes without data had none", async () => {
    put(LIVE, "Duration", FIRST, 120);
    put(LIVE, "Invocations", FIRST, 2);
    put(LIVE, "Invocations", FIRST + 4 * MINUTE, 7);
    put(LIVE, "ConcurrentExecutions", FIRST, 1);
    put(LIVE, "ConcurrentExecutions", FIRST + 4 * MINUTE, 5);

    const { history, notes } = await use();

    expect(history).toMatchObject({
      startsAt: FIRST,
      seconds: 3600,
      source: { counts: fill(2, 0, 0, 0, 7), peaks: fill(1, 0, 0, 0, 5) },
    });
    expect(notes).toEqual([]);
  });

  test("has its concurrency estimated where CloudWatch does not know that of an alias", async () => {
    put(LIVE, "Duration", FIRST, 120);
    put(LIVE, "Duration", FIRST + 4 * MINUTE, 3000);
    put(LIVE, "Invocations", FIRST, 2);
    put(LIVE, "Invocations", FIRST + 4 * MINUTE, 100);

    const { history, notes } = await use();

    // 100 requests of 3 s in a minute: 5 at work on average, and 3 * sqrt(5) more at times.
    expect(history.source).toMatchObject({ peaks: fill(1, 0, 0, 0, 12) });
    expect(notes).toEqual([
      "api: CloudWatch has no ConcurrentExecutions of its traffic: estimated from Invocations and Duration",
    ]);
  });

  test("has the durations of every day, each with the weight of its requests", async () => {
    put(LIVE, "Duration", YESTERDAY, 100, 30);
    put(LIVE, "Duration", TODAY, 500, 10);
    put(LIVE, "Invocations", FIRST, 2);
    for (let value = 200; value <= 400; value++)
      aws.metrics.put(formatPlatformNamespace("dev-api"), "InitDuration", {}, TODAY, value);

    const { history, initSeconds } = await use();

    const work = history.source.kind === "minutes" ? history.source.workSeconds : undefined;
    const values = work?.kind === "empirical" ? work.values : [];
    expect(new Set(values)).toEqual(new Set([0.1, 0.5]));
    expect(values.filter((value) => value === 0.1).length / values.length).toBeCloseTo(0.75, 2);
    const inits = initSeconds?.kind === "empirical" ? initSeconds.values : [];
    expect(Math.min(...inits)).toBeCloseTo(0.2, 2);
    expect(Math.max(...inits)).toBeCloseTo(0.4, 2);
    expect(inits.reduce((sum, value) => sum + value, 0) / inits.length).toBeCloseTo(0.3, 2);
  });

  test("is none where CloudWatch has nothing", async () => {
    const { history, initSeconds } = await use();

    expect(history.seconds).toBe(HISTORY_DAYS * 86_400 - 60);
    expect(history.source).toMatchObject({ kind: "minutes" });
    expect(history.source.kind === "minutes" && history.source.counts.every((count) => count === 0)).toBe(true);
    expect(initSeconds).toBeUndefined();
  });

  test("is that of the whole function where something else deploys it, and says that pings may be among it", async () => {
    put(LEGACY, "Invocations", FIRST, 1);
    put(LEGACY, "ConcurrentExecutions", FIRST, 1);
    put(LEGACY, "Duration", FIRST, 10);

    const { history, notes } = await use('old = { existing = true, function_name = "Legacy", memory_mb = 256 }');

    expect(history.seconds).toBe(3600);
    expect(notes).toEqual(["old: it is deployed elsewhere, so its requests may include pings"]);
  });
});

test("a function is read in two calls, for what was told", async () => {
  await use();

  const calls = mocks.cloudWatch.commandCalls(GetMetricDataCommand).map(({ args: [{ input }] }) => input);
  expect(calls).toHaveLength(2);
  const asked = calls.reduce((sum, { MetricDataQueries = [] }) => sum + MetricDataQueries.length, 0);
  expect(priceUse(1)).toEqual({ metrics: asked, dollars: asked / 100_000 });
  for (const { StartTime } of calls) {
    // CloudWatch keeps minutes for no longer.
    expect(NOW - Number(StartTime)).toBeLessThanOrEqual(15 * 86_400_000);
  }
});
