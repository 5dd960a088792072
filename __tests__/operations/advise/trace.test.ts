import { describe, expect, test } from "@jest/globals";
import { createWriteStream, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { makeEmpirical, makeFixed } from "../../../advisor/distribution";
import { readDemand } from "../../../operations/advise/history";
import { readTrace } from "../../../operations/advise/trace/read-trace";
import { type Trace } from "../../../operations/advise/trace/readers";
import { makeTemporaryFolder } from "../../support/project";

const MINUTE_0 = Date.UTC(2026, 0, 31, 9, 0);

/** With durations for a trace that has none. */
function read(content: string | Uint8Array): Promise<Trace> {
  const workSeconds = /duration/i.test(content.toString().replaceAll("\0", "")) ? undefined : makeFixed(0.1);
  const folder = makeTemporaryFolder();
  const path = join(folder, "week.csv");
  writeFileSync(path, content);
  return readTrace({ path, file: "week.csv", spool: join(folder, "requests"), workSeconds });
}

async function requestsOf(trace: Trace): Promise<[at: number, work: number][]> {
  const demand = readDemand(trace);
  if (demand.kind !== "arrivals") throw new Error("no requests");
  const all: [number, number][] = [];
  for await (const { atSeconds, workSeconds } of demand.read()) {
    for (let index = 0; index < atSeconds.length; index++) all.push([atSeconds[index] ?? 0, workSeconds[index] ?? 0]);
  }
  return all;
}

describe("times of requests are read", () => {
  test.each([
    ["with a zone", ["2026-01-31T09:00:30Z", "2026-01-31T10:02:00.500+01:00"]],
    ["without a zone, as UTC", ["2026-01-31 09:00:30", "2026-01-31 09:02:00.500"]],
    ["as seconds since 1970", ["1769850030", "1769850120.5"]],
    ["as milliseconds since 1970", ["1769850030000", "1769850120500"]],
  ])("%s", async (_, [first = "", second = ""]) => {
    const trace = await read(`timestamp,duration_ms\r\n${first},250\r\n${second},1.5\r\n`);

    expect({ startsAt: trace.startsAt, seconds: trace.seconds, notes: trace.notes }).toEqual({
      startsAt: MINUTE_0,
      seconds: 180,
      notes: [],
    });
    expect(await requestsOf(trace)).toEqual([
      [30, 0.25],
      [120.5, 0.0015],
    ]);
  });

  test("whatever else is in the file, in whatever order, and with quotes", async () => {
    const trace = await read(`\uFEFF"duration_ms","request","Timestamp"\n5,"x","1769850000"\n\n7,"y","1769850000"\n`);

    expect(await requestsOf(trace)).toEqual([
      [0, 0.005],
      [0, 0.007],
    ]);
  });
});

describe("counts are read", () => {
  test("by the minute, with peaks where they are known", async () => {
    const trace = await read("timestamp,count,peak_concurrency\n2026-01-31T09:00:00Z,4,2\n2026-01-31T09:01:00Z,3,\n");

    expect(trace).toEqual({
      startsAt: MINUTE_0,
      seconds: 120,
      source: {
        kind: "minutes",
        counts: Float64Array.of(4, 3),
        peaks: Float64Array.of(2, 0),
        workSeconds: makeFixed(0.1),
      },
      notes: [],
    });
  });

  test("by numbered minutes, of which missing ones are told", async () => {
    const trace = await read("minute,count\n0,1\n1,0\n4,2\n");

    expect(trace.source).toMatchObject({ counts: Float64Array.of(1, 0, 0, 0, 2) });
    expect(trace.notes).toEqual([
      "week.csv:4: 2 minutes are missing, the first before this line: they count as minutes without requests",
    ]);
  });
});

/** Reports of the platform, newest first: as the console exports them, and as the command line prints them. */
const REPORTS = [
  ["2026-01-31 09:02:01.500", "1000", "500", "1.28E8"],
  ["2026-01-31 09:00:00.250", "250", "", "1.28E8"],
];
const REPORT_NAMES = ["@timestamp", "@duration", "@initDuration", "@memorySize"];

describe("an export of Logs Insights is read:", () => {
  const csv = [REPORT_NAMES, ...REPORTS].map((row) => row.join(",")).join("\n");
  const asJson = REPORTS.map((row) => row.map((value, column) => [REPORT_NAMES[column] ?? "", value] as const));
  test.each([
    ["CSV", csv],
    ["CSV in UTF-16, as PowerShell writes it", Buffer.from(`\ufeff${csv}`, "utf16le")],
    [
      "CSV with the lines themselves",
      [
        "@message,@timestamp,@duration,@initDuration,@memorySize",
        ...REPORTS.map((row) => `"REPORT, a ""b""\n",${row.join(",")}`),
      ].join("\n"),
    ],
    [
      "of a log in JSON",
      csv.replace("@duration", "record.metrics.durationMs").replace("@initDuration", "record.metrics.initDurationMs"),
    ],
    [
      "what the command line prints",
      JSON.stringify({
        results: asJson.map((row) => row.filter(([, value]) => value).map(([field, value]) => ({ field, value }))),
        status: "Complete",
      }),
    ],
    [
      "the console's JSON",
      `\ufeff ${JSON.stringify(
        asJson.map((row) => Object.fromEntries(row)),
        null,
        2,
      )}`,
    ],
  ])("%s", async (_, content) => {
    const trace = await read(content);

    // A report is written at the end.
    expect(await requestsOf(trace)).toEqual([
      [0, 0.25],
      [120, 1],
    ]);
    expect(trace).toMatchObject({
      startsAt: MINUTE_0,
      seconds: 180,
      initSeconds: makeEmpirical([0.5]),
      memoryMb: 128,
      notes: ["week.csv: cold requests in this log: 1 (50 %)"],
    });
  });

  test("which may lack requests if it has as many as an export may have", async () => {
    const rows = Array.from({ length: 10_000 }, () => "2026-01-31 09:00:00.250,10");

    const { notes } = await read(["@timestamp,@duration", ...rows].join("\n"));

    expect(notes).toEqual([expect.stringMatching(/^week\.csv: it has exactly 10,000 requests, .* missing/)]);
  });
});

describe("an export of CloudWatch's metrics is read:", () => {
  const times = ["2026-01-31T09:04:00+00:00", "2026-01-31T09:01:00+00:00"];
  const results = [
    { Id: "invocations", Label: "Invocations", Timestamps: times.slice(0, 1), Values: [40], StatusCode: "PartialData" },
    { Id: "invocations", Label: "Invocations", Timestamps: times.slice(1), Values: [1], StatusCode: "Complete" },
    { Id: "concurrency", Label: "ConcurrentExecutions", Timestamps: times, Values: [3, 1] },
    { Id: "duration", Label: "Duration", Timestamps: times, Values: [300, 100] },
  ];
  test.each([
    ["what the command line prints", JSON.stringify({ MetricDataResults: results, Messages: [] })],
    [
      "the console's CSV",
      '"Full label","Invocations","ConcurrentExecutions","Duration"\n"Statistic","Sum","Maximum","Average"\n"Period","60","60","60"\n2026/01/31 09:01:00,1,1,100\n2026/01/31 09:04:00,40,3,300\n',
    ],
    [
      "a table",
      "Timestamp,Duration,Invocations,ConcurrentExecutions\n2026-01-31 09:01,100,1,1\n2026-01-31 09:04,300,40,3\n",
    ],
  ])("%s", async (_, content) => {
    const trace = await read(content);

    const { source } = trace;
    const { values = [] } =
      source.kind === "minutes" && source.workSeconds.kind === "empirical" ? source.workSeconds : {};
    expect(trace).toMatchObject({
      startsAt: MINUTE_0 + 60_000,
      seconds: 240,
      source: { counts: Float64Array.of(1, 0, 0, 40), peaks: Float64Array.of(1, 0, 0, 3) },
      notes: ["week.csv: durations are averages of minutes: --duration-ms says more"],
    });
    expect([values[0], values.at(-1), values.filter((one) => one === 0.1).length / values.length]).toEqual([
      0.1,
      0.3,
      expect.closeTo(1 / 41, 2),
    ]);
  });

  test("without concurrency, which is estimated", async () => {
    const content = JSON.stringify({ MetricDataResults: results.filter(({ Id }) => Id !== "concurrency") });

    const { source, notes } = await read(content);

    expect(source).toMatchObject({ peaks: Float64Array.of(1, 0, 0, 2) });
    expect(notes[1]).toContain("it has no ConcurrentExecutions: estimated from Invocations and Duration");
  });

  const everyFive = (value: number) => ({
    Id: "m1",
    Label: "Invocations",
    Timestamps: Array.from({ length: 20 }, (_, index) => (MINUTE_0 + index * 300_000) / 1000),
    Values: Array.from({ length: 20 }, () => value),
  });

  test("of a timer, which is no longer period", async () => {
    const { source } = await read(JSON.stringify({ MetricDataResults: [everyFive(1)] }));

    expect(source.kind === "minutes" && source.counts.filter((count) => count === 1)).toHaveLength(20);
  });

  test.each([
    [
      { MetricDataResults: [everyFive(3)] },
      "week.csv: expected a value for each minute, got values only every 5 minutes: export it again with a period of 60 seconds",
    ],
    [{ MetricDataResults: [] }, "week.csv: expected the metric Invocations with values, got none"],
    [
      { MetricDataResults: [{ ...everyFive(1), Id: "a" }, everyFive(1)] },
      "week.csv: expected one metric Invocations, got 2: export one function",
    ],
    [
      { MetricDataResults: [{ ...everyFive(1), Label: "Invocations Average" }] },
      "week.csv: Invocations: expected the statistic Sum, got Average",
    ],
    [
      { MetricDataResults: [everyFive(1.5)] },
      "week.csv: Invocations at 2026-01-31T09:00:00.000Z: expected a whole number, 0 to 10000000, got 1.5",
    ],
    [
      { MetricDataResults: [everyFive(1e9)] },
      "week.csv: Invocations at 2026-01-31T09:00:00.000Z: expected a whole number, 0 to 10000000, got 1000000000",
    ],
    [
      { MetricDataResults: [everyFive(1), { ...everyFive(1e12), Id: "m2", Label: "Duration" }] },
      "week.csv: Duration at 2026-01-31T09:00:00.000Z: expected a number, 0 to 900000, got 1000000000000",
    ],
    [
      { MetricDataResults: [], NextToken: "x" },
      "week.csv: expected all pages, got NextToken: read without --no-paginate",
    ],
    [
      { results: [], status: "Running" },
      "week.csv: expected the results of a finished query, got status Running: read them again",
    ],
    [{ results: [], status: "Complete" }, "week.csv: expected results, got none"],
    [
      { Datapoints: [] },
      "week.csv: expected CSV, or the JSON of `aws cloudwatch get-metric-data` or `aws logs get-query-results`, got something else",
    ],
  ])("or refused in one line: %j", async (content, message) => {
    await expect(read(JSON.stringify(content))).rejects.toThrow(message);
  });
});

describe("a wrong file is told in one line:", () => {
  const header =
    "expected a header: timestamp,duration_ms or timestamp,count or minute,count, optionally with peak_concurrency after count; @timestamp,@duration of a Logs Insights export; CloudWatch's export of metrics; got";
  test.each([
    ["empty", "", "week.csv: expected a header and requests, got an empty file"],
    ["an empty first line", "\n1,2\n", "week.csv:1: expected a header, got an empty line"],
    ["no header", "1769850030,25\n", `week.csv:1: ${header} "1769850030,25"`],
    ["another header", "time;duration\n", `week.csv:1: ${header} "time;duration"`],
    ["both kinds", "timestamp,duration_ms,count\n", `week.csv:1: ${header} "timestamp,duration_ms,count"`],
    ["a header alone", "timestamp,duration_ms\n", "week.csv:2: expected a request, got the end of the file"],
    ["a header alone, of counts", "minute,count\n", "week.csv:2: expected a minute, got the end of the file"],
    ["fields", "timestamp,duration_ms\n1,2,3\n", "week.csv:2: expected 2 fields as in the header, got 3"],
    [
      "a negative duration",
      "timestamp,duration_ms\n1,2\n2,-3\n",
      'week.csv:3: duration_ms: expected 0 to 900000, got "-3"',
    ],
    ["no duration", "timestamp,duration_ms\n1,\n", "week.csv:2: duration_ms: expected 0 to 900000, got nothing"],
    [
      "unsorted times",
      "timestamp,duration_ms\n2,2\n1,3\n",
      'week.csv:3: timestamp: expected a time not before that of the previous line, got "1"',
    ],
    [
      "no time",
      "timestamp,duration_ms\nyesterday,2\n",
      'week.csv:2: timestamp: expected a time in the form of the previous lines, or of 2026-01-31T09:00:00Z, or in seconds or milliseconds since 1970, got "yesterday"',
    ],
    [
      "another kind of time",
      "timestamp,duration_ms\n1,2\n2026-01-31,2\n",
      'week.csv:3: timestamp: expected a time in the form of the previous lines, or of 2026-01-31T09:00:00Z, or in seconds or milliseconds since 1970, got "2026-01-31"',
    ],
    [
      "seconds and milliseconds",
      "timestamp,duration_ms\n1769850030,2\n1769850031000,2\n",
      'week.csv:3: timestamp: expected at most 366 days in total, got "1769850031000"',
    ],
    ["half a request", "minute,count\n0,0.5\n", 'week.csv:2: count: expected a whole number, 0 to 10000000, got "0.5"'],
    ["half a minute", "minute,count\n0.5,1\n", 'week.csv:2: minute: expected a whole number, 0 or more, got "0.5"'],
    [
      "the same minute twice",
      "timestamp,count\n60,1\n61,1\n",
      'week.csv:3: timestamp: expected a later minute than in the previous line, got "61"',
    ],
    [
      "a negative peak",
      "minute,count,peak_concurrency\n0,1,-1\n",
      'week.csv:2: peak_concurrency: expected 0 to 10000000, got "-1"',
    ],
    ["binary", Uint8Array.of(0x1f, 0x8b, 8, 0, 0xff), "week.csv: expected UTF-8 text, got other bytes"],
    [
      "UTF-16 without a mark",
      Buffer.from("minute,count\n0,1\n", "utf16le"),
      "week.csv: expected UTF-8 text, got other bytes",
    ],
    [
      "an open quote",
      'minute,count,note\n0,1,"x\n1,1,y\n',
      "week.csv:2: expected a second quote, got the end of the file",
    ],
    [
      "one endless line",
      "x".repeat(300_000),
      "week.csv:1: expected a line of at most 10000 characters, got a longer one",
    ],
  ])("%s", async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(new RegExp(`^${message.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`));
  });

  test("counts without durations", async () => {
    const folder = makeTemporaryFolder();
    const path = join(folder, "week.csv");
    writeFileSync(path, "minute,count\n0,1\n");

    const reading = readTrace({ path, file: "week.csv", spool: join(folder, "requests"), workSeconds: undefined });

    await expect(reading).rejects.toThrow("week.csv: expected --duration-ms as well, because it has no durations");
  });

  test("durations twice", async () => {
    const folder = makeTemporaryFolder();
    const path = join(folder, "week.csv");
    writeFileSync(path, "timestamp,duration_ms\n0,1\n");

    const reading = readTrace({ path, file: "week.csv", spool: join(folder, "x"), workSeconds: makeFixed(1) });

    await expect(reading).rejects.toThrow("--duration-ms: leave it out: week.csv has durations");
  });

  test("a file that is not there", async () => {
    const reading = readTrace({ path: "/none/week.csv", file: "week.csv", spool: "/none/x", workSeconds: undefined });

    await expect(reading).rejects.toThrow("week.csv: cannot be read: no such file");
  });
});

/** Reads a trace twice, and prints how many requests there were. */
const READ_LARGE = `
import { buildTrafficProfile } from ${JSON.stringify(resolve("operations/advise/profile"))};
import { readTrace } from ${JSON.stringify(resolve("operations/advise/trace/read-trace"))};

export default async function main() {
  const [path = "", spool = ""] = process.argv.slice(2);
  const { requests, peaks } = await buildTrafficProfile(await readTrace({ path, file: "large.csv", spool, workSeconds: undefined }), 1);
  console.log(requests, Math.max(...peaks));
}
`;

test("a file of millions of requests needs no more memory than a small one", async () => {
  const folder = makeTemporaryFolder();
  const path = join(folder, "large.csv");
  const script = join(folder, "read.ts");
  const requests = 1_500_000;
  writeFileSync(script, READ_LARGE);
  const file = createWriteStream(path);
  file.write("timestamp,duration_ms\n");
  for (let block = 0; block < requests / 10_000; block++) {
    const lines = Array.from(
      { length: 10_000 },
      (_, line) => `${1_769_850_000_000 + (block * 10_000 + line) * 10},45\n`,
    );
    if (!file.write(lines.join(""))) await once(file, "drain");
  }
  file.end();
  await once(file, "finish");

  // As numbers alone, the requests would take 24 MB; as lines of text, more than 100 MB.
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ["--max-old-space-size=24", "run.js", script, path, join(folder, "requests")],
    { encoding: "utf8" },
  );

  expect({ stdout, stderr }).toEqual({ stdout: `${requests} 5\n`, stderr: "" });
});
