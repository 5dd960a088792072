import { describe, expect, test } from "@jest/globals";
import { fitMechanism, type LoggedRun } from "../../../../advisor/fit";
import { fitToLog, isEnough, type TriedFit } from "../../../../operations/advise/log/fit-log";
import { buildOwnLog } from "../../../../operations/advise/log/log-advice";
import { type LogSize, type PlatformRecord } from "../../../../operations/advise/log/platform-log";
import { splitIntoRuns } from "../../../../operations/advise/log/runs";
import { EXPECTATION, buildModels } from "../../../../operations/advise/platform-assumptions";
import { HIDDEN, simulateLog } from "./hidden-platform";

const HOUR = 3_600_000;
const HOURS = 40;

function recordsOf(log: ReturnType<typeof simulateLog>, version = "7"): PlatformRecord[] {
  return log
    .map(({ endedAt, stream, durationMs, initDurationMs }) => ({
      at: endedAt - durationMs - (initDurationMs ?? 0),
      workSeconds: durationMs / 1000,
      isCold: initDurationMs !== undefined,
      instance: stream,
      version,
    }))
    .sort((a, b) => a.at - b.at);
}

function sizeOf(records: readonly PlatformRecord[], hours: number): LogSize {
  const coldStarts = records.filter(({ isCold }) => isCold).length;
  return { from: 0, to: hours * HOUR, requests: records.length, coldStarts, isCut: false, slices: [] };
}

function fitted(records: readonly PlatformRecord[], size: LogSize): Promise<TriedFit> {
  return fitToLog(records, size, (runs) => Promise.resolve(fitMechanism(runs, { expectation: EXPECTATION })));
}

const READING = { queries: 2, bytesScanned: 1000, dollars: 0 };

describe("a fit to a function's log", () => {
  test.each([
    ["of requests alone", 25, 0],
    ["of requests and pings", 6, 2],
  ])("finds how the platform is, %s, and predicts what it has not seen", async (_, perHour, pings) => {
    const records = recordsOf(simulateLog(HIDDEN, { from: 0, hours: HOURS, perHour, pings }));
    const size = sizeOf(records, HOURS);

    const tried = await fitted(records, size);
    const { fit, heldOut } = tried;

    expect(isEnough(size)).toBe(true);
    expect(fit.mechanisms.map(({ mechanism }) => mechanism.routing)).toEqual(fit.mechanisms.map(() => "oldest-first"));
    const { advice, guess } = buildOwnLog(size, READING, tried);
    // Nine to ten minutes, which is a third off what is expected where a log does not tell.
    expect(advice.fitted?.idleLifeMinutes.from).toBeLessThan(10);
    expect(advice.fitted?.idleLifeMinutes.to).toBeGreaterThan(9);
    expect(Math.abs((advice.fitted?.lifeSpanMinutes.about ?? 0) - 90)).toBeLessThan(25);
    expect(heldOut.coldStarts).toBeGreaterThanOrEqual(heldOut.interval.least);
    expect(heldOut.coldStarts).toBeLessThanOrEqual(heldOut.interval.most);
    expect(Math.abs(heldOut.predicted / heldOut.coldStarts - 1)).toBeLessThan(0.25);
    expect(advice.isUsed).toBe(true);
    expect(guess?.platforms).toHaveLength(fit.mechanisms.length);
  });

  test("is not used where it does not predict the log's end, because the platform has changed", async () => {
    const before = recordsOf(simulateLog(HIDDEN, { from: 0, hours: 30, perHour: 25 }));
    const changed = { ...HIDDEN, idleSeconds: [60, 70] as const };
    const after = recordsOf(simulateLog(changed, { from: 30 * HOUR, hours: 10, perHour: 25 }));
    const records = [...before, ...after];
    const size = sizeOf(records, HOURS);

    const { advice, guess } = buildOwnLog(size, READING, await fitted(records, size));

    expect(advice.isUsed).toBe(false);
    expect(advice.sentence).toMatch(/^Fitted to .* of its log, but not used: .* predicts their \d+ cold starts as /);
    expect(guess).toBeUndefined();
  });

  test.each([
    ["few cold starts", { coldStarts: 29, to: 72 * HOUR }, /29 cold starts of 72 hours in the last 7 days/],
    ["a short time", { coldStarts: 300, to: 11 * HOUR }, /300 cold starts of 11 hours in the last 7 days/],
    [
      "so many requests that it is cut",
      { coldStarts: 50, to: HOUR, isCut: true },
      /cover only 1 hour with 50 cold starts/,
    ],
  ])("is not tried on a log of %s", (_, more, expected) => {
    const size = { ...sizeOf([], 0), requests: 1000, ...more };

    const { advice, guess } = buildOwnLog(size, READING);

    expect(isEnough(size)).toBe(false);
    expect(advice.sentence).toMatch(/^Not fitted to its log: .*, and 30 cold starts in 12 hours are needed\.$/);
    expect(advice.sentence).toMatch(expected);
    expect({ isUsed: advice.isUsed, guess }).toEqual({ isUsed: false, guess: undefined });
  });
});

describe("a log's runs", () => {
  const record = (minute: number, version: string): PlatformRecord => ({
    at: minute * 60_000,
    workSeconds: 1,
    isCold: minute % 2 === 0,
    instance: version,
    version,
  });
  const span = { from: 0, to: 5 * HOUR };

  test("are one for each version, because instances belong to one", () => {
    const records = [record(70, "6"), record(71, "6"), record(80, "7"), record(81, "6"), record(90, "7")];

    const runs = splitIntoRuns(records, span, 4, { first: 0, last: 3 });

    expect(runs.map(({ atSeconds, instances }) => [atSeconds, instances])).toEqual([
      [
        [0, 60, 660],
        ["6", "6", "6"],
      ],
      [
        [0, 600],
        ["7", "7"],
      ],
    ]);
  });

  test("leave out of the count what is within the first hour, and each version's first request", () => {
    const records = [record(10, "6"), record(50, "6"), record(61, "6"), record(62, "7"), record(63, "7")];

    const [old, fresh] = splitIntoRuns(records, span, 4, { first: 0, last: 3 });

    expect([old?.parts, fresh?.parts]).toEqual([[2], [1]]);
  });

  test("have parts of the same length, without those in which nothing came, and end with the last that counts", () => {
    const records = [1, 70, 130, 140, 260, 299].map((minute) => record(minute, "6"));
    const partsOf = ([run]: LoggedRun[]) => ({ parts: run?.parts, requests: run?.atSeconds.length });

    expect(partsOf(splitIntoRuns(records, span, 4, { first: 0, last: 3 }))).toEqual({ parts: [1, 2, 4], requests: 6 });
    expect(partsOf(splitIntoRuns(records, span, 4, { first: 0, last: 1 }))).toEqual({ parts: [1, 2], requests: 4 });
    expect(partsOf(splitIntoRuns(records, span, 4, { first: 3, last: 3 }))).toEqual({ parts: [4], requests: 6 });
  });
});

describe("ways in which the platform may be", () => {
  test("are simulated about as often as they are likely", () => {
    const platforms = [0.6, 0.3, 0.1].map((weight, index) => ({
      weight,
      platform: {
        idleLifeSeconds: { kind: "fixed" as const, value: index },
        lifeSpanSeconds: { kind: "fixed" as const, value: 1 },
        routing: "random" as const,
      },
    }));

    const models = buildModels({ name: "", source: "", platforms }, { initSeconds: { kind: "fixed", value: 1 } }, 10);

    const lives = models.map(({ idleLifeSeconds }) => (idleLifeSeconds.kind === "fixed" ? idleLifeSeconds.value : -1));
    expect(lives).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1, 2]);
  });
});
