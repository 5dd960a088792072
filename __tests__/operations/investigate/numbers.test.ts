import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { DAY, FROM, HOUR, investigateAsJson, MINUTE, INVESTIGATION_NOW, InvestigationWorld } from "./world";

/** Prices in us-east-1: https://aws.amazon.com/cloudwatch/pricing/ */
const DOLLARS_PER_METRIC_READ = 0.01 / 1000;
const DOLLARS_PER_GIGABYTE = 0.005;

/** One request, as a test knows it. */
interface Request {
  readonly at: number;
  readonly milliseconds: number;
  readonly failed: boolean;
  readonly answered5xx: boolean;
  readonly coldMilliseconds: number | undefined;
  readonly memoryMb: number;
}

const request = (from: number, to: number): fc.Arbitrary<Request> =>
  fc.record({
    at: fc.integer({ min: from, max: to - 1 }),
    milliseconds: fc.integer({ min: 1, max: 9000 }),
    failed: fc.boolean(),
    answered5xx: fc.boolean(),
    coldMilliseconds: fc.option(fc.integer({ min: 1, max: 5000 }), { nil: undefined }),
    memoryMb: fc.integer({ min: 30, max: 512 }),
  });

function put({ metrics }: InvestigationWorld, { at, ...one }: Request): void {
  const alias = { FunctionName: "dev-api", Resource: "dev-api:live" };
  metrics.put("AWS/Lambda", "Invocations", alias, at, 1);
  metrics.put("AWS/Lambda", "Duration", alias, at, one.milliseconds);
  if (one.failed) metrics.put("AWS/Lambda", "Errors", alias, at, 1);
  if (one.answered5xx) metrics.put("Lambda/Performance", "ServerErrors", { FunctionName: "dev-api" }, at, 1);
  metrics.put("Lambda/Performance/dev-api", "MaxMemoryUsed", {}, at, one.memoryMb);
  if (one.coldMilliseconds === undefined) return;
  metrics.put("Lambda/Performance", "ColdStarts", { FunctionName: "dev-api" }, at, 1);
  metrics.put("Lambda/Performance/dev-api", "InitDuration", {}, at, one.coldMilliseconds);
}

/** The figures of some requests, computed from each of them. */
function expected(requests: readonly Request[]): Record<string, number | undefined> {
  if (requests.length === 0) return {};
  const times = requests.map(({ milliseconds }) => milliseconds).sort((one, other) => one - other);
  const inits = requests.flatMap(({ coldMilliseconds }) => coldMilliseconds ?? []);
  return {
    requests: requests.length,
    failures: requests.filter(({ failed }) => failed).length + requests.filter(({ answered5xx }) => answered5xx).length,
    coldStarts: inits.length,
    ...(inits.length > 0 && { init: inits.reduce((sum, one) => sum + one) / inits.length }),
    p50: times[Math.ceil(times.length * 0.5) - 1],
    p99: times[Math.ceil(times.length * 0.99) - 1],
    memory: (100 * Math.max(...requests.map(({ memoryMb }) => memoryMb))) / 512,
  };
}

const NAMES = ["requests", "failures", "coldStarts", "init", "p50", "p99", "memory"];

test("every figure is that of the requests in its time, and of no other", async () => {
  const span = (days: number) =>
    fc.array(request(FROM - days * DAY, INVESTIGATION_NOW - days * DAY), { maxLength: 30 });
  const others = fc.array(request(FROM - 2 * HOUR, FROM), { maxLength: 10 });

  await fc.assert(
    fc.asyncProperty(span(0), span(1), span(7), others, async (now, yesterday, lastWeek, other) => {
      const world = new InvestigationWorld();
      for (const one of [...now, ...yesterday, ...lastWeek, ...other]) put(world, one);

      const { comparison = {}, metricsDollars } = await investigateAsJson(world);

      const [is, was, wasLastWeek] = [expected(now), expected(yesterday), expected(lastWeek)];
      for (const name of NAMES) {
        const { now: a, yesterday: b, lastWeek: c } = comparison[name] ?? {};
        expect([name, a, b, c].map(rounded)).toEqual([name, is[name], was[name], wasLastWeek[name]].map(rounded));
      }
      expect(metricsDollars).toBeCloseTo(world.metrics.metricsAsked * DOLLARS_PER_METRIC_READ, 9);
    }),
    { numRuns: 40 },
  );
});

test("the half hours around a version hold the requests that came in them", async () => {
  const at = FROM + 20 * MINUTE + 17_000;
  const minute = FROM + 20 * MINUTE;

  await fc.assert(
    fc.asyncProperty(fc.array(request(FROM - HOUR, INVESTIGATION_NOW), { maxLength: 60 }), async (requests) => {
      const world = new InvestigationWorld().deploys(at);
      for (const one of requests) put(world, one);

      const { around, metricsDollars } = await investigateAsJson(world);

      const failed = (from: number, to: number) =>
        expected(requests.filter((one) => one.at >= from && one.at < to))["failures"] ?? 0;
      expect(around?.before.failures).toBe(failed(minute - 30 * MINUTE, minute));
      expect(around?.after.failures).toBe(failed(minute, minute + 30 * MINUTE));
      expect(metricsDollars).toBeCloseTo(world.metrics.metricsAsked * DOLLARS_PER_METRIC_READ, 9);
    }),
    { numRuns: 40 },
  );
});

test("queries cost what they read", async () => {
  const world = new InvestigationWorld();
  world.bytesScanned = 3_000_000_000;

  const { queries } = await investigateAsJson(world);

  expect(queries.map(({ bytesScanned, dollars }) => [bytesScanned, dollars])).toEqual(
    queries.map(() => [3_000_000_000, 3 * DOLLARS_PER_GIGABYTE]),
  );
});

test("summaries of queries add up what their rows say", async () => {
  const world = new InvestigationWorld();
  world.rows = {
    "cold-starts": [
      {
        time: "2026-01-19 10:00:00.000",
        coldStarts: "3",
        invocations: "100",
        averageInitMs: "500",
        longestInitMs: "900",
      },
      {
        time: "2026-01-19 09:55:00.000",
        coldStarts: "1",
        invocations: "50",
        averageInitMs: "700",
        longestInitMs: "700",
      },
      { time: "2026-01-19 09:50:00.000", coldStarts: "0", invocations: "20" },
    ],
    "cold-starts-by-version": [
      { version: "41", coldStarts: "2", first: "2026-01-19 09:10:00.000" },
      { version: "42", coldStarts: "3", first: "2026-01-19 10:01:00.000" },
      { version: "42", coldStarts: "4", first: "2026-01-19 09:40:00.000" },
    ],
  };

  const { queries } = await investigateAsJson(world, "api", "--alarm", "cold_starts");

  expect(queries.map(({ lines }) => lines)).toEqual([
    [
      "4 cold starts of 170 invocations, pings among them; initialization 550 ms on average, 900 ms at most",
      "most in 5 minutes: 3, at 2026-01-19 10:00:00.000",
    ],
    [
      "version 42: 7 cold starts, the first at 2026-01-19 09:40",
      "version 41: 2 cold starts, the first at 2026-01-19 09:10",
    ],
  ]);
});

test("a time that is none is left out of a summary", async () => {
  const world = new InvestigationWorld();
  const firsts = ["99999999999999999", "soon", "1768815600000"];
  world.rows = {
    "cold-starts-by-version": firsts.map((first, index) => ({ version: `${index}`, coldStarts: "1", first })),
  };

  const { queries } = await investigateAsJson(world, "api", "--alarm", "init_duration");

  expect(queries.map(({ lines }) => lines)).toEqual([
    ["version 2: 1 cold starts, the first at 2026-01-19 09:40", "version 0: 1 cold starts", "version 1: 1 cold starts"],
  ]);
});

function rounded(value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(6)) : value;
}
