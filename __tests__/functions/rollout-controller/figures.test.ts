import { afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import fc from "fast-check";
import { formatFiguresQuery, parseFigures } from "../../../functions/rollout-controller/read-figures";
import { type LogRow } from "../../../model/failures";
import { compileInsightsQuery } from "../../../local/cloudwatch/insights/query";
import { addHistograms, findBucket } from "../../../rollout/histogram";
import { type OperatorAnswer, type VersionFigures } from "../../../rollout/contract";
import { checkQuery, LOG_FIELDS } from "../../support/insights";
import { makeStart, World } from "./support";

const MINUTE = 60_000;

/** What `monitor` and the platform write: performance/emf.ts, and Lambda's telemetry schema. */
const FIELDS = [
  ...LOG_FIELDS,
  "type",
  "ExecutionTime",
  "Category",
  "FunctionName",
  "record.status",
  "record.metrics.durationMs",
  "record.metrics.initDurationMs",
  "record.metrics.maxMemoryUsedMB",
  "record.metrics.memorySizeMB",
];

const NOTHING: VersionFigures = { requests: 0, failures: 0, timeouts: 0, durations: {}, inits: {}, memory: {} };

test.each([true, false])("the query is valid (own metrics: %s)", (publishesMetrics) => {
  expect(checkQuery(formatFiguresQuery({ publishesMetrics, functionName: "prod-api" }, ["41", "42"]), FIELDS)).toEqual(
    [],
  );
});

const invocations = fc.array(
  fc.record({
    minute: fc.integer({ min: 0, max: 3 }),
    version: fc.constantFrom("41", "42", "$LATEST", "7"),
    isPing: fc.boolean(),
    status: fc.constantFrom("success", "error", "timeout", "failure"),
    milliseconds: fc.integer({ min: 0, max: 900_000 }),
    initMilliseconds: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined }),
    memoryMb: fc.integer({ min: 1, max: 512 }),
  }),
  { maxLength: 60 },
);

describe("what the log says is counted by minute and version", () => {
  test.each([true, false])("own metrics: %s", (publishesMetrics) => {
    fc.assert(
      fc.property(invocations, (all) => {
        const expected: Record<number, Record<string, VersionFigures>> = {};
        const lines = all.flatMap(({ minute, version, isPing, status, milliseconds, initMilliseconds, memoryMb }) => {
          const hasEnded = status === "timeout" || status === "failure";
          const isRequest = publishesMetrics ? hasEnded || !isPing : true;
          const hasDuration = publishesMetrics ? !hasEnded && !isPing : true;
          if (version === "41" || version === "42") {
            const versions = (expected[minute * MINUTE] ??= {});
            const before = versions[version] ?? NOTHING;
            const counted = (value: number | undefined, counts = value !== undefined) =>
              counts ? { [findBucket(value ?? 0)]: 1 } : {};
            const hasFailed = status !== "success" && (publishesMetrics ? hasEnded || !isPing : true);
            versions[version] = {
              requests: before.requests + Number(isRequest),
              failures: before.failures + Number(hasFailed),
              timeouts: before.timeouts + Number(status === "timeout"),
              durations: addHistograms([before.durations, counted(milliseconds, hasDuration)]),
              inits: addHistograms([before.inits, counted(initMilliseconds)]),
              memory: addHistograms([before.memory, counted((100 * memoryMb) / 512)]),
            };
          }
          const metrics = {
            durationMs: milliseconds,
            initDurationMs: initMilliseconds,
            memorySizeMB: 512,
            maxMemoryUsedMB: memoryMb,
          };
          const isMeasured = publishesMetrics && !isPing && !hasEnded;
          return [
            ...(isMeasured ? [{ ExecutionTime: milliseconds, FunctionName: "prod-api" }] : []),
            ...(isMeasured && status === "error"
              ? [{ Category: "Http500", Failures: [1], FunctionName: "prod-api" }]
              : []),
            { level: "INFO", message: "something else" },
            // What the function's own code logs.
            { level: "INFO", Category: "books", ExecutionTime: 7 },
            { type: "platform.report", record: { requestId: "r", metrics, status } },
          ].map((fields) => ({
            at: minute * MINUTE + 30_000,
            logStreamName: `2026/11/30/[${version}]0123456789abcdef`,
            line: JSON.stringify(fields),
          }));
        });

        const query = formatFiguresQuery({ publishesMetrics, functionName: "prod-api" }, ["41", "42"]);
        const minutes = parseFigures(compileInsightsQuery(query)(lines), { publishesMetrics });

        expect(Object.fromEntries(minutes.map(({ minute, versions }) => [minute, versions]))).toEqual(expected);
      }),
    );
  });
});

test("rows that make no sense are left out", () => {
  const rows: LogRow[] = [
    {},
    { minute: "x", version: "41", lines: "3" },
    { minute: "2026-11-30 13:00:00.000", version: "41", lines: "x" },
  ];

  expect(parseFigures(rows, { publishesMetrics: true })).toEqual([]);
});

describe("in a rollout", () => {
  let world: World;

  beforeEach(() => {
    world = new World();
  });

  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  test("minutes that do not change any more are not read again", async () => {
    await world.call(makeStart({ stepSeconds: 480, maximumSeconds: 3600 }));

    const lengths = world.queries
      .filter(({ queryString = "" }) => queryString.includes('["41", "42"]'))
      .map(({ startTime = 0, endTime = 0 }) => endTime - startTime);
    expect(lengths.length).toBeGreaterThan(40);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(200);
  });

  test.each([
    ["few requests", 0.02, [1, 24]],
    ["many requests", 25, [1, 2]],
    ["so many that a longer query would cost too much", 90, [1]],
  ])("what was usual is read from an hour, and from longer if that is cheap: %s", async (_, perSecond, hours) => {
    world.requestsPerSecond = perSecond;
    world.writtenUntil = Date.now() - 60 * MINUTE;

    await world.call(makeStart());

    const queries = world.queries.filter(({ queryString = "" }) => queryString.includes('in ["41"]'));
    // By the minute, the answer of a day would not have all rows.
    expect(queries.every(({ queryString = "" }) => queryString.includes("bin(1h)"))).toBe(true);
    const lengths = queries.map(({ startTime = 0, endTime = 0 }) => Math.round((endTime - startTime) / 3600));
    expect(lengths).toEqual(hours);
  });

  test("after an interruption, every request is counted once", async () => {
    void world.invoke(makeStart({ stepSeconds: 2400, maximumSeconds: 7200 }), 60).catch(() => undefined);
    await world.pass(30 * MINUTE);

    await world.tickUntilEnded();

    const { rollouts } = (await world.call({ action: "status", functionName: "prod-api" })) as OperatorAnswer;
    const [{ figures, state } = { figures: undefined, state: undefined }] = rollouts;
    const served = world.lines.filter(
      ({ at, logStreamName, line }) =>
        at < (state?.endedAt ?? 0) && logStreamName.includes("[42]") && line.includes("ExecutionTime"),
    ).length;
    expect(served).toBeGreaterThan(10_000);
    expect(Math.abs((figures?.new.requests ?? 0) - served)).toBeLessThan(50);
  });
});
