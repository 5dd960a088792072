import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { expect, test } from "@jest/globals";
import { type PerformanceReport, performanceReportSchema } from "../../../operations/report/report-schema";
import { checkQuery, LAMBDA_FIELDS, LOG_FIELDS } from "../../support/insights";
import { mocks } from "../../support/fake-aws";
import { HOUR, makeWorld, runReport, TO, WEEK, type ReportWorld } from "./world";
import { findPercentile } from "../../support/fake-metrics";
import {
  type Habits,
  type SimulatedInvocation,
  publish,
  makeRandomNumbers,
  makeRandomTraffic,
  type Traffic,
} from "./traffic";

const MEMORY_MB = 512;
/** Prices of arm64 in us-east-1: https://aws.amazon.com/lambda/pricing/ */
const DOLLARS = { perGigabyteSecond: 0.0000133334, perRequest: 0.0000002 };

const world = makeWorld();

async function report(world: ReportWorld, args: readonly string[] = [], dev = {}): Promise<PerformanceReport> {
  const { stdout, stderr } = await runReport(world, ["report", "dev", "--json", ...args], dev);
  const line = stdout.at(-1);
  if (line === undefined) throw new Error(stderr.join("\n"));
  return performanceReportSchema.parse(JSON.parse(line));
}

/** Random traffic of the week that is reported, and of the one before. */
function twoWeeks(seed: number, habits: Habits): { now: Traffic; before: Traffic } {
  const random = makeRandomNumbers(seed);
  const before = makeRandomTraffic(random, TO - 2 * WEEK, TO - WEEK, habits);
  const now = makeRandomTraffic(random, TO - WEEK, TO, habits);
  publish(world().metrics, "dev-api", MEMORY_MB, before);
  publish(world().metrics, "dev-api", MEMORY_MB, now);
  // What comes after the last full hour is not part of it.
  publish(world().metrics, "dev-api", MEMORY_MB, makeRandomTraffic(random, TO, TO + HOUR, habits));
  return { now, before };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** What the figures have to be, from the invocations themselves. */
function expected({ requests, pings, throttledAt }: Traffic) {
  const count = (condition: (request: SimulatedInvocation) => boolean) => requests.filter(condition).length;
  const failed = count(({ outcome }) => outcome !== "answered");
  const times = requests.map(({ milliseconds }) => milliseconds);
  const inits = [...requests, ...pings].flatMap(({ initMilliseconds }) => initMilliseconds ?? []);
  return {
    requests: requests.length,
    coldStartPercent: (100 * count(({ initMilliseconds }) => initMilliseconds !== undefined)) / requests.length,
    averageInitMilliseconds: average(inits),
    allP50Milliseconds: findPercentile(times, 50),
    allP90Milliseconds: findPercentile(times, 90),
    allP99Milliseconds: findPercentile(times, 99),
    errorPercent: (100 * failed) / requests.length,
    availabilityPercent: 100 - (100 * (failed + throttledAt.length)) / (requests.length + throttledAt.length),
    averageMemoryPercent: average(requests.map(({ memoryMb }) => (100 * memoryMb) / MEMORY_MB)),
    maxMemoryMb: [...requests, ...pings].reduce((most, { memoryMb }) => Math.max(most, memoryMb), 0),
  };
}

function expectClose(measured: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, number>>): void {
  expect(Object.keys(measured).sort()).toEqual(Object.keys(wanted).sort());
  for (const [key, value] of Object.entries(wanted))
    expect({ [key]: measured[key] }).toEqual({ [key]: closeTo(value) });
}

function closeTo(value: number): number {
  return expect.closeTo(value, 6) as unknown as number;
}

test.each([1, 2, 3])(
  "figures of a function and of the week before are those of its requests (traffic %i)",
  async (seed) => {
    const { now, before } = twoWeeks(seed, { perHour: 15 });

    const { functions, from, to } = await report(world(), ["--no-logs"]);

    const [api] = functions;
    expect([from, to]).toEqual(["2026-01-12T10:00:00.000Z", "2026-01-19T10:00:00.000Z"]);
    expectClose(api?.figures ?? {}, expected(now));
    expectClose(api?.figuresBefore ?? {}, expected(before));
  },
);

test("targets are met or missed as the figures say, with how they were before", async () => {
  const random = makeRandomNumbers(4);
  publish(world().metrics, "dev-api", MEMORY_MB, makeRandomTraffic(random, TO - 2 * WEEK, TO - WEEK, { perHour: 15 }));
  const slow = makeRandomTraffic(random, TO - WEEK, TO, { perHour: 15, slowMilliseconds: 2000, failingShare: 0.05 });
  publish(world().metrics, "dev-api", MEMORY_MB, slow);

  const { functions, targets } = await report(world(), ["--no-logs"]);

  const state = (name: string) => functions[0]?.targets.find(({ target }) => target === name);
  expect(state("response p50")).toMatchObject({ state: "missed", direction: "worse", limit: "< 200 ms" });
  expect(state("response p50")?.note).toMatch("without their initialization");
  expect(state("errors")).toMatchObject({ state: "missed", direction: "worse" });
  expect(state("init, average")).toMatchObject({ state: "met" });
  expect(targets.find(({ target }) => target === "response p99")).toMatchObject({
    state: "missed",
    measured: "0 of 1 functions",
    note: "not by api",
  });
});

test("figures of the environment are those of all requests of all its functions", async () => {
  const random = makeRandomNumbers(5);
  const busy = makeRandomTraffic(random, TO - WEEK, TO, { perHour: 30, failingShare: 0.1 });
  const calm = makeRandomTraffic(random, TO - WEEK, TO, { perHour: 2, failingShare: 0 });
  publish(world().metrics, "dev-api", MEMORY_MB, busy);
  publish(world().metrics, "dev-web", MEMORY_MB, calm);

  const { targets } = await report(world(), ["--no-logs"], { functions: "api = {}\nweb = {}" });

  const all = expected({
    requests: [...busy.requests, ...calm.requests],
    pings: [...busy.pings, ...calm.pings],
    throttledAt: [...busy.throttledAt, ...calm.throttledAt],
    rounds: [],
  });
  const measured = (name: string) => Number.parseFloat(targets.find(({ target }) => target === name)?.measured ?? "");
  expect(measured("cold starts")).toBeCloseTo(all.coldStartPercent, 2);
  expect(measured("errors")).toBeCloseTo(all.errorPercent, 2);
  expect(measured("availability")).toBeCloseTo(all.availabilityPercent, 3);
  expect(measured("init, average")).toBeCloseTo(all.averageInitMilliseconds, 1);
});

test("warming: pings, instances, failures, cost, and cold starts avoided by the hours without pings", async () => {
  const { now } = twoWeeks(6, { perHour: 40, isWarmed: (hour) => hour >= 8 });

  world().metrics.put("AWS/Lambda", "Invocations", { FunctionName: "dev-warmer" }, TO - HOUR, 700);
  world().metrics.put("AWS/Lambda", "Duration", { FunctionName: "dev-warmer" }, TO - HOUR, 90_000);

  const { functions, warming } = await report(world(), ["--no-logs"]);

  const isWarm = ({ at }: SimulatedInvocation) => new Date(at).getUTCHours() >= 8;
  const coldShare = (some: readonly SimulatedInvocation[]) =>
    some.filter(({ initMilliseconds }) => initMilliseconds !== undefined).length / some.length;
  const warm = now.requests.filter(isWarm);
  const unwarmed = now.requests.filter((request) => !isWarm(request));
  const seconds = now.pings.reduce((total, { milliseconds }) => total + milliseconds / 1000, 0);
  const dollars = now.pings.length * DOLLARS.perRequest + (seconds * DOLLARS.perGigabyteSecond * MEMORY_MB) / 1024;
  const effect = functions[0]?.warming;
  expect(effect).toMatchObject({
    pings: now.pings.length,
    failures: now.rounds.reduce((total, { failed }) => total + failed, 0),
    startedForPings: now.rounds.reduce((total, { started }) => total + started, 0),
    leastInstances: 2,
  });
  expect(effect?.averageInstances).toBeCloseTo(average(now.rounds.map(({ instances }) => instances)), 6);
  expect(effect?.comparison?.avoided).toBeCloseTo((coldShare(unwarmed) - coldShare(warm)) * warm.length, 6);
  expect(effect?.comparison?.coldPercentWithout).toBeCloseTo(100 * coldShare(unwarmed), 6);
  expect(effect?.dollars).toBeCloseTo(dollars, 9);
  const warmerDollars = 700 * DOLLARS.perRequest + 90 * DOLLARS.perGigabyteSecond * 0.5;
  expect(warming?.warmerDollars).toBeCloseTo(warmerDollars, 9);
  expect(warming?.dollars).toBeCloseTo(dollars + warmerDollars, 9);
});

test("says that there is nothing to compare warming with where all hours had pings", async () => {
  twoWeeks(7, { perHour: 10 });

  const { functions } = await report(world(), ["--no-logs"]);

  expect(functions[0]?.warming).toMatchObject({
    comparisonNote: "nothing to compare with: none in hours without pings",
  });
  expect(functions[0]?.warming?.comparison).toBeUndefined();
});

test("response times without cold starts come from the log, where it is kept long enough", async () => {
  twoWeeks(8, { perHour: 10 });
  world().percentiles = { "/aws/lambda/dev-api": { requests: 1e6, p50: 11, p90: 22, p99: 1033 } };

  const { functions, cost } = await report(world());

  const [query] = mocks.logs.commandCalls(StartQueryCommand).map(({ args: [{ input }] }) => input);
  expect(functions[0]?.figures).toMatchObject({ p50Milliseconds: 11, p90Milliseconds: 22, p99Milliseconds: 1033 });
  expect(functions[0]?.targets.find(({ target }) => target === "response p99")).toMatchObject({
    state: "missed",
    measured: "1,033 ms",
    note: "by 33 ms",
  });
  expect(query).toMatchObject({ startTime: (TO - WEEK) / 1000, endTime: TO / 1000 });
  expect(cost).toMatchObject({ bytesScanned: 2_000_000, logDollars: 0.00001 });
});

test("a log that tells only some requests is not taken for all, and that is said", async () => {
  const { now } = twoWeeks(8, { perHour: 10 });
  const requests = Math.floor(now.requests.length / 2);
  world().percentiles = { "/aws/lambda/dev-api": { requests, p50: 911, p90: 922, p99: 933 } };

  const { functions, notes } = await report(world());

  expect(functions[0]).toMatchObject({ responseSource: "metrics" });
  expect(functions[0]?.targets.find(({ target }) => target === "response p50")?.state).toBe("met");
  expect(notes).toContain(
    "Logs have only some requests of api: response times cover all requests, without initialization.",
  );
});

test("the queries are valid in Logs Insights, for each kind of function", async () => {
  const functions = `api = {}
    json = { existing = true, log_format = "json", memory_mb = 512 }
    text = { existing = true, log_format = "text", memory_mb = 512 }`;
  await report(world(), [], { functions });

  const inputs = mocks.logs.commandCalls(StartQueryCommand).map(({ args: [{ input }] }) => input);

  expect(inputs.map(({ logGroupNames }) => logGroupNames)).toEqual([
    ["/aws/lambda/dev-api"],
    ["/aws/lambda/json"],
    ["/aws/lambda/text"],
  ]);
  const fields = ["ExecutionTime", "start", "type", "record.metrics.initDurationMs", "record.metrics.durationMs"];
  for (const { queryString = "" } of inputs) {
    expect(checkQuery(queryString, [...LOG_FIELDS, ...LAMBDA_FIELDS, ...fields])).toEqual([]);
  }
});

test("logs that are not kept for the period are not read, and that is said before", async () => {
  const { stderr } = await runReport(world(), ["report", "dev", "--period", "quarter"]);

  expect(mocks.logs.commandCalls(StartQueryCommand)).toHaveLength(0);
  expect(stderr[1]).toBe("Logs are not read: dev keeps them for 30 days (log_retention_days).");
});

test.each(["week", "month", "quarter"])("a %s asks only for periods that CloudWatch still keeps", async (period) => {
  await report(world(), ["--period", period, "--no-logs"]);

  for (const { args } of mocks.cloudWatch.commandCalls(GetMetricDataCommand)) {
    const { StartTime = new Date(0), MetricDataQueries = [] } = args[0].input;
    const days = (world().now - StartTime.getTime()) / 86_400_000;
    const multiple = days <= 15 ? 60 : days <= 63 ? 300 : 3600;
    for (const { MetricStat } of MetricDataQueries) {
      if (MetricStat) expect(Number(MetricStat.Period) % multiple).toBe(0);
    }
  }
});

test("what reading has cost is what was asked for, and not more than was told before", async () => {
  twoWeeks(9, { perHour: 10 });

  const { stdout, stderr } = await runReport(world(), ["report", "dev", "--json", "--no-logs"]);

  const { cost } = performanceReportSchema.parse(JSON.parse(stdout.join("")));
  const asked = world().metrics.metricsAsked;
  const told = Number(/at most (\d+) metrics/.exec(stderr[0] ?? "")?.[1]);
  expect(cost.metricsRead).toBe(asked);
  expect(told).toBeGreaterThanOrEqual(asked);
  expect(cost.metricDollars).toBeCloseTo(asked * 0.00001, 9);
});

test("charts have every point of the period, and add up to it", async () => {
  const { now } = twoWeeks(10, { perHour: 10 });

  const { functions } = await report(world(), ["--no-logs"]);

  const series = functions[0]?.series ?? [];
  const total = series.reduce((sum, { requests = 0 }) => sum + requests, 0);
  expect(series).toHaveLength(28);
  expect(total).toBe(now.requests.length);
});

test("memory outside of the target gets a size in steps of 64 MB that its average and its peak suit", async () => {
  const { now } = twoWeeks(11, { perHour: 20, memoryMb: 120 });

  const { functions, suggestedTfvars } = await report(world(), ["--no-logs"]);

  const { averageMemoryPercent, maxMemoryMb } = expected(now);
  const averageMb = (averageMemoryPercent / 100) * MEMORY_MB;
  const memory = functions[0]?.memory;
  const suggested = memory?.suggestedMb ?? 0;
  const suits = (mb: number) => averageMb / mb <= 0.7 && maxMemoryMb / mb <= 0.85;
  expect(suggested % 64).toBe(0);
  expect([suits(suggested), suits(suggested - 64)]).toEqual([true, false]);
  expect(memory?.suggestedDollarsPerMonth).toBeCloseTo(((memory?.dollarsPerMonth ?? 0) * suggested) / MEMORY_MB, 9);
  expect(suggestedTfvars).toContain(`memory_mb = ${suggested} # now 512`);
});
