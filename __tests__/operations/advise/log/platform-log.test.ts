import { GetQueryResultsCommand, StartQueryCommand, StopQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, test } from "@jest/globals";
import { makeFixed } from "../../../../advisor/distribution";
import {
  LOG_DAYS,
  type LogAccess,
  MOST_RECORDS,
  readRecords,
  measureLog,
  selectSpan,
} from "../../../../operations/advise/log/platform-log";
import { AwsAccess } from "../../../../operations/aws/access";
import { mocks } from "../../../support/fake-aws";
import { LogAws, type LoggedInvocation } from "./log-aws";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const FROM = Date.UTC(2026, 0, 13);
const TO = FROM + DAY;

function access(more: Partial<LogAccess["watched"]> = {}, signal = new AbortController().signal): LogAccess {
  return {
    aws: new AwsAccess("eu-west-1", signal),
    watched: { name: "dev-api", logGroup: "/aws/lambda/dev-api", logFormat: "json", ...more },
    wait: () => (signal.aborted ? Promise.reject(new Error("aborted")) : Promise.resolve()),
  };
}

/** So many at even distances, each half a second after whole ones, too. */
function invocations(count: number, length = DAY): LoggedInvocation[] {
  return Array.from({ length: count }, (_, index) => ({
    endedAt: FROM + Math.floor((index * length) / count) + 500,
    stream: `2026/01/13/[3]${index % 4}`,
    durationMs: 100,
    ...(index < 40 && { initDurationMs: 200 }),
  }));
}

async function read(from: LogAccess) {
  const size = await measureLog(from, { from: FROM, to: TO });
  return { size, ...(await readRecords(from, size, () => undefined)) };
}

describe("the platform's records", () => {
  test("are read each once, with more of them than a query returns", async () => {
    new LogAws(invocations(25_000));

    const { size, records, reading } = await read(access());

    expect(size).toMatchObject({ from: FROM, to: TO, requests: 25_000, coldStarts: 40, isCut: false });
    expect(records).toHaveLength(25_000);
    expect(new Set(records.map(({ at }) => at)).size).toBe(25_000);
    expect(records.map(({ at }) => at)).toEqual(records.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(mocks.logs.commandCalls(StartQueryCommand)).toHaveLength(1 + reading.queries);
    expect(reading).toMatchObject({ queries: 3, bytesScanned: expect.closeTo(25e6, -6) });
  });

  test("have the time when an invocation came: its report is written at the end, after its start and its work", async () => {
    const stream = "2026/01/13/[3]a";
    new LogAws([
      { endedAt: FROM + 5000, stream, durationMs: 1200, initDurationMs: 300 },
      { endedAt: FROM + 9000, stream, durationMs: 7.5 },
    ]);

    const { records } = await read(access());

    expect(records).toEqual([
      { at: FROM + 3500, workSeconds: 1.2, isCold: true, instance: stream, version: "3" },
      { at: FROM + 8992.5, workSeconds: 0.0075, isCold: false, instance: stream, version: "3" },
    ]);
  });

  test("are read from text logs, too", async () => {
    new LogAws(invocations(100), '@type = "REPORT"');

    const { records } = await read(access({ logFormat: "text" }));

    expect(records).toHaveLength(100);
    expect(records.filter(({ isCold }) => isCold)).toHaveLength(40);
  });

  test("of another function that writes into the same log group are left out", async () => {
    const streams = ["2026/01/13/dev-api[3]a", "2026/01/13/dev-web[3]b", "2026/01/13/[$LATEST]c", "something else"];
    new LogAws(streams.map((stream, index) => ({ endedAt: FROM + index, stream, durationMs: 0 })));

    const { records } = await read(access());

    expect(records.map(({ instance, version }) => [instance, version])).toEqual([
      [streams[0], "3"],
      [streams[2], "$LATEST"],
    ]);
  });

  test("are the newest where there are more than are read", async () => {
    new LogAws(invocations(2 * MOST_RECORDS));

    const { size, records } = await read(access());

    expect(size.isCut).toBe(true);
    expect(size.from).toBeGreaterThanOrEqual(TO - DAY / 2);
    expect(records.length).toBeGreaterThan(0.95 * MOST_RECORDS);
    expect(records.length).toBeLessThanOrEqual(MOST_RECORDS);
  });

  test("end where five minutes have more than one query returns", async () => {
    const burst = Array.from({ length: 11_000 }, (_, index) => ({
      endedAt: FROM + DAY / 2 + index,
      stream: "2026/01/13/[3]a",
      durationMs: 1,
    }));
    new LogAws([...invocations(1000), ...burst]);

    const { size, records } = await read(access());

    expect(size).toMatchObject({ isCut: true, from: FROM + DAY / 2 + 5 * MINUTE });
    expect(records).toHaveLength(size.requests);
  });

  test("are none where the log has none", async () => {
    new LogAws([]);

    expect(await measureLog(access(), { from: FROM, to: TO })).toMatchObject({ requests: 0, slices: [], isCut: false });
  });

  test("are not waited for any longer once that is interrupted: the query is stopped", async () => {
    const interruption = new AbortController();
    new LogAws(invocations(100));
    mocks.logs.on(GetQueryResultsCommand).callsFake(() => {
      interruption.abort();
      return { status: "Running" };
    });

    await expect(read(access({}, interruption.signal))).rejects.toThrow();

    expect(mocks.logs.commandCalls(StopQueryCommand)).toHaveLength(1);
  });
});

describe("what is counted", () => {
  const historyOf = (perMinute: number) => ({
    startsAt: TO - 10 * DAY,
    seconds: (10 * DAY) / 1000,
    source: {
      kind: "minutes" as const,
      counts: new Float64Array(14_400).fill(perMinute),
      peaks: new Float64Array(14_400),
      workSeconds: makeFixed(1),
    },
  });

  test("are the last days, without the newest minutes, which may be incomplete", () => {
    const { from, to } = selectSpan(historyOf(1), TO + 2 * MINUTE);

    expect(to).toBe(TO - 5 * MINUTE);
    expect(from).toBe(to - LOG_DAYS * DAY);
  });

  test("are fewer days where requests alone are more than is read: looking through the rest would only cost", () => {
    const { from, to } = selectSpan(historyOf(30), TO);

    expect(to - from).toBeLessThanOrEqual((MOST_RECORDS / 30) * MINUTE);
    expect(to - from).toBeGreaterThan(0.98 * (MOST_RECORDS / 30) * MINUTE);
  });
});
