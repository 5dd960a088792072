import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { TARGET_DEFAULTS } from "../../../environments/targets";
import { findDirection, FIGURE_KEYS } from "../../../operations/targets/figure-table";
import { type Ending, type SentRequest } from "../../../operations/load/open-loop";
import { buildLoadReport } from "../../../operations/load/report";
import { type LoadReport } from "../../../operations/load/report-schema";
import { formatDocument } from "../../../operations/document/text";
import { buildLoadDocument, formatLoadVerdict } from "../../../operations/load/document";
import { isVerdictPassed } from "../../../operations/targets/verdict";
import { makeFakeTarget, makeRun, makeSettings } from "./support";

const ANSWERED = 20;

function success(latencyMilliseconds: number, usedMemoryMb = 180, initMilliseconds?: number): Ending {
  const report = { memoryMb: 256, usedMemoryMb, ...(initMilliseconds !== undefined && { initMilliseconds }) };
  return { latencyMilliseconds, status: 200, report };
}

const UNSENT: Ending = { failure: "not sent: 10000 requests without an answer" };
const TIMED_OUT: Ending = { latencyMilliseconds: 30_000, failure: "no answer within 30 s" };
const REFUSED: Ending = { latencyMilliseconds: 0.1, status: 503 };
const FAILED: Ending = { ...success(0.1), status: 500 };

const settings = makeSettings({});

/** The report of a sustained run in which requests ended so, ten a second. */
async function reportWith(endings: readonly Ending[], kind: "local" | "url" = "local"): Promise<LoadReport> {
  const target = makeFakeTarget(() => Promise.reject(new Error("not here")), { kind, tellsReports: kind === "local" });
  const run = makeRun(target);
  run.phases.push({ name: "10/s", part: "sustained", startedAt: 0 });
  const requests = endings.map((ending, index): SentRequest => ({
    phase: 0,
    dueAt: index * 100,
    sentAt: index * 100,
    ending: told(ending, kind),
  }));
  run.loop.requests.push(...requests);
  return buildLoadReport({
    run,
    settings: await settings,
    stress: undefined,
    startedAt: 0,
    endedAt: 1,
    baseline: undefined,
    version: "1",
  });
}

/** A deployed function's answer comes without the platform's report. */
function told({ report, ...ending }: Ending, kind: "local" | "url"): Ending {
  return kind === "local" && report ? { ...ending, report } : ending;
}

function stateOf({ verdicts }: LoadReport, target: string): string | undefined {
  return verdicts.find((verdict) => verdict.target === target)?.state;
}

const LATENCIES = ["response p50", "response p90", "response p99"];

describe.each(["local", "url"] as const)("of a %s target", (kind) => {
  test.each([
    ["gives up on", TIMED_OUT],
    ["cannot even send", UNSENT],
    ["gets an instant refusal of", REFUSED],
    ["gets an instant failure of", FAILED],
  ])("a run that %s every request has no latency, and misses every target for one", async (_, ending) => {
    const report = await reportWith(
      Array.from({ length: 200 }, () => ending),
      kind,
    );

    expect(LATENCIES.map((target) => stateOf(report, target))).toEqual(["missed", "missed", "missed"]);
    expect([report.figures.allP50Milliseconds, report.figures.maxMilliseconds]).toEqual([null, null]);
    expect(formatDocument(buildLoadDocument(report)).join("\n")).not.toMatch(/p50.* 0(\.1)? ms/);
    expect(isVerdictPassed(report.verdicts)).toBe(false);
  });

  test("instant refusals of half of all requests pull no percentile down", async () => {
    const slow = Array.from({ length: 100 }, () => success(450));
    const half = [...slow, ...Array.from({ length: 100 }, () => REFUSED)];

    const { figures } = await reportWith(half, kind);

    expect([figures.allP50Milliseconds, figures.allP90Milliseconds]).toEqual([450, null]);
  });

  test("whatever success is replaced by whatever failure, no figure and no verdict improves", async () => {
    const successes = fc.array(
      fc
        .tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 256 }), fc.option(fc.integer({ min: 1 })))
        .map(([latency, memory, init]) => success(latency, memory, init ?? undefined)),
      { minLength: 1, maxLength: ANSWERED },
    );
    const failures = fc.constantFrom(UNSENT, TIMED_OUT, REFUSED, FAILED);
    const others = fc.array(failures, { maxLength: 5 });

    await fc.assert(
      fc.asyncProperty(successes, others, failures, fc.nat(), async (answered, failed, failure, place) => {
        const before = await reportWith([...answered, ...failed], kind);
        const replaced = answered.with(place % answered.length, failure);
        const after = await reportWith([...replaced, ...failed], kind);

        const improved = FIGURE_KEYS.filter((key) => {
          const [then, now] = [before.figures[key], after.figures[key]];
          return then !== undefined && now !== undefined && findDirection(key, then, now, TARGET_DEFAULTS) === "better";
        });
        const better = before.verdicts.filter(
          ({ state, target }) => state !== "met" && stateOf(after, target) === "met",
        );
        expect({ improved, better }).toEqual({ improved: [], better: [] });
        if (!isVerdictPassed(before.verdicts)) expect(isVerdictPassed(after.verdicts)).toBe(false);
      }),
      { numRuns: 100 },
    );
  });
});

test("what the platform reports of a few successes is not told as that of all", async () => {
  const report = await reportWith([success(10), ...Array.from({ length: 9 }, () => REFUSED)]);

  expect(report.verdicts.find(({ target }) => target === "cold starts")).toEqual({
    target: "cold starts",
    limit: "< 5 %",
    measured: "-",
    state: "not_measurable",
    note: "90 % of the requests failed, so the others are not representative",
  });
  expect(stateOf(report, "memory, average")).toBe("not_measurable");
});

test("memory that no size uses well is advice, which the verdict says and which fails nothing", async () => {
  const report = await reportWith(Array.from({ length: 200 }, () => success(1, 45)));

  expect(report.verdicts.find(({ target }) => target === "memory, average")).toMatchObject({
    ...{ limit: "60 to 80 %", measured: "17.58 %", state: "advice" },
    note: expect.stringContaining("with 128 MB, Lambda's minimum, it would be 35.16 %") as unknown,
  });
  expect(formatLoadVerdict(report)).toMatch(/^Nothing is missed: .* 0 missed, 1 out of reach \(memory, average\), /);
  expect(isVerdictPassed(report.verdicts)).toBe(true);
});

test("a rate is of the requests that were sent", async () => {
  const sent = Array.from({ length: 11 }, () => success(1));

  const { figures } = await reportWith([...sent, ...Array.from({ length: 100 }, () => UNSENT)]);

  expect(figures.requestsPerSecond).toBeCloseTo(10);
  expect(figures.lateSendPercent).toBeCloseTo((100 / 111) * 100);
});
