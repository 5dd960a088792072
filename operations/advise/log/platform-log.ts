import { type LogFormat, type WatchedFunction } from "../../../model/watched-function";
import { type AwsAccess } from "../../aws/access";
import { runLogQuery, type Wait } from "../../aws/log-queries";
import { type History } from "../history";

/** A fit to more would take minutes. */
export const MOST_RECORDS = 30_000;
/** AWS's behavior changes over time, so older records are less useful. */
export const LOG_DAYS = 7;

/**
 * A query returns 10,000 at most: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatchlogs_limits.html.
 * Some may have arrived after the count.
 */
const MOST_ROWS = 10_000;
const ROWS_PER_QUERY = 9000;

const MINUTE = 60_000;
const BIN = 5 * MINUTE;
const HOUR = 60 * MINUTE;

/** The platform's report at the end of each invocation, for requests and pings alike: both need instances. */
const REPORTS: Readonly<Record<LogFormat, { filter: string; duration: string; init: string }>> = {
  json: {
    filter: 'filter type = "platform.report"',
    duration: "record.metrics.durationMs",
    init: "record.metrics.initDurationMs",
  },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
  text: { filter: 'filter @type = "REPORT"', duration: "@duration", init: "@initDuration" },
};

/** One invocation. */
export interface PlatformRecord {
  /** When it arrived, in milliseconds since 1970. */
  readonly at: number;
  readonly workSeconds: number;
  readonly isCold: boolean;
  /** The instance that answered: each writes its own log stream. */
  readonly instance: string;
  /** The function's version; instances belong to a version. */
  readonly version: string;
}

/** A period of time in milliseconds since 1970. */
export interface LogSpan {
  readonly from: number;
  readonly to: number;
}

/** The part of a function's log that is new enough, and not too large. */
export interface LogSize extends LogSpan {
  readonly requests: number;
  readonly coldStarts: number;
  /** Whether there is more than can be read. */
  readonly isCut: boolean;
  /** The time of each query, the oldest first. */
  readonly slices: readonly LogSpan[];
}

/** The effort of reading. */
export interface QueryUsage {
  readonly queries: number;
  readonly bytesScanned: number;
  readonly dollars: number;
}

/** A function's log, and how to query it. */
export interface LogAccess {
  readonly aws: AwsAccess;
  readonly wait: Wait;
  readonly watched: Pick<WatchedFunction, "name" | "logGroup" | "logFormat">;
}

/**
 * The newest part of {@link LOG_DAYS} days that has no more requests than records may be read: scanning older ones
 * would only cost money.
 */
export function selectSpan({ startsAt, source }: History, now: number): LogSpan {
  // The latest records may not be available yet.
  const to = Math.floor(now / BIN) * BIN - BIN;
  const earliest = to - LOG_DAYS * 24 * HOUR;
  if (source.kind !== "minutes") return { from: earliest, to };
  let requests = 0;
  for (let minute = source.counts.length - 1; minute >= 0; minute--) {
    requests += source.counts[minute] ?? 0;
    const at = startsAt + minute * MINUTE;
    if (requests > MOST_RECORDS) return { from: Math.max(earliest, Math.ceil((at + MINUTE) / BIN) * BIN), to };
  }
  return { from: earliest, to };
}

/**
 * Counts a log's records, and chooses the newest that can be read, in one query.
 *
 * @throws AwsFailure
 */
export async function measureLog(
  access: LogAccess,
  { from, to }: LogSpan,
): Promise<LogSize & { readonly reading: QueryUsage }> {
  const { filter, init } = REPORTS[access.watched.logFormat];
  const query = `${filter}
| stats count(*) as requests, count(${init}) as coldStarts by bin(${BIN / MINUTE}m) as time
| sort time desc
| limit ${MOST_ROWS}`;
  const { records, ...cost } = await ask(access, query, { from, to });
  const bins = records
    .map((record) => ({
      at: parseTime(record["time"]),
      requests: Number(record["requests"]),
      coldStarts: Number(record["coldStarts"]),
    }))
    .filter(({ at, requests }) => at >= from && at < to && requests > 0)
    .toSorted((a, b) => b.at - a.at);
  let [requests, coldStarts] = [0, 0];
  const slices: { from: number; to: number; requests: number }[] = [];
  for (const bin of bins) {
    if (bin.requests > ROWS_PER_QUERY || requests + bin.requests > MOST_RECORDS) break;
    requests += bin.requests;
    coldStarts += bin.coldStarts;
    const [slice] = slices;
    if (slice && slice.requests + bin.requests <= ROWS_PER_QUERY) {
      slice.from = bin.at;
      slice.requests += bin.requests;
    } else slices.unshift({ from: bin.at, to: bin.at + BIN, requests: bin.requests });
  }
  const isCut = bins.some(({ at }) => at < (slices[0]?.from ?? to));
  return { from: slices[0]?.from ?? to, to, requests, coldStarts, isCut, slices, reading: { queries: 1, ...cost } };
}

/**
 * Reads a log's records, in the order of the invocations' arrival.
 *
 * @param onProgress called with the finished share, from 0 to 1
 * @throws AwsFailure
 */
export async function readRecords(
  access: LogAccess,
  { slices }: Pick<LogSize, "slices">,
  onProgress: (share: number) => void,
): Promise<{ readonly records: PlatformRecord[]; readonly reading: QueryUsage }> {
  const { name, logFormat } = access.watched;
  const { filter, duration, init } = REPORTS[logFormat];
  const query = `${filter}
| fields @timestamp, @logStream, ${duration}, ${init}
| sort @timestamp asc
| limit ${MOST_ROWS}`;
  const all: PlatformRecord[] = [];
  let [bytesScanned, dollars] = [0, 0];
  for (const [index, slice] of slices.entries()) {
    const result = await ask(access, query, slice);
    for (const row of result.records) {
      const milliseconds = { duration: Number(row[duration] ?? Number.NaN), init: Number(row[init] ?? "") };
      const end = parseTime(row["@timestamp"]);
      const stream = parseStream(row["@logStream"], name);
      // A query's end is a whole second that is included.
      if (!stream || !(end < slice.to) || !(milliseconds.duration >= 0)) continue;
      all.push({
        // The report is written at the end of the invocation.
        at: end - milliseconds.duration - milliseconds.init,
        workSeconds: milliseconds.duration / 1000,
        isCold: (row[init] ?? "") !== "",
        ...stream,
      });
    }
    bytesScanned += result.bytesScanned;
    dollars += result.dollars;
    onProgress((index + 1) / slices.length);
  }
  return {
    records: all.toSorted((a, b) => a.at - b.at),
    reading: { queries: slices.length, bytesScanned, dollars },
  };
}

function ask({ aws, watched, wait }: LogAccess, query: string, span: LogSpan) {
  return runLogQuery(aws, { logGroups: [watched.logGroup], query, ...span }, wait);
}

/** In the format of Logs Insights: 2026-01-31 09:00:00.000, UTC. */
function parseTime(text = ""): number {
  return Date.parse(`${text.replace(" ", "T")}Z`);
}

/**
 * As in "2026/01/31/[7]6d4c…", or "2026/01/31/name[7]6d4c…" in a log group that functions share; undefined for a stream
 * of another function. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html
 */
function parseStream(text = "", name: string): Pick<PlatformRecord, "instance" | "version"> | undefined {
  const [, owner = "", version = ""] = /^[\d/]*([^[]*)\[([^\]]*)\]/.exec(text) ?? [];
  return version !== "" && (owner === "" || owner === name) ? { instance: text, version } : undefined;
}
