import { describe, expect, test } from "@jest/globals";
import { createWriteStream, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { once } from "node:events";
import { makeFixed } from "../../../advisor/distribution";
import { readDemand } from "../../../operations/advise/history";
import { readTrace, type Trace } from "../../../operations/advise/trace/read-trace";
import { makeTemporaryFolder } from "../../support/project";

const MINUTE_0 = Date.UTC(2026, 0, 31, 9, 0);

function read(content: string | Uint8Array, workSeconds = makeFixed(0.1)): Promise<Trace> {
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

describe("a wrong file is told in one line:", () => {
  const header =
    "expected a header: timestamp,duration_ms or timestamp,count or minute,count, optionally with peak_concurrency after count; got";
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
    ["binary", Uint8Array.of(0x1f, 0x8b, 8, 0, 0xff), "week.csv:1: expected UTF-8 text, got other bytes"],
    ["UTF-16", Buffer.from("minute,count\n0,1\n", "utf16le"), "week.csv:1: expected UTF-8 text, got other bytes"],
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
