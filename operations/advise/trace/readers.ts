import { type Distribution, makeEmpirical } from "../../../advisor/distribution";
import { InvalidInput } from "../../../environments/mistakes";
import { formatNumber, formatPercent } from "../../document/formats";
import { type History, RequestFile } from "../history";
import { type Header, type Row } from "./rows";
import { readNumber, type TimeReader, selectTimeReader } from "./times";

const MINUTE = 60_000;
const LONGEST_DAYS = 366;
/** The longest duration that a trace may have; Lambda allows 15 minutes. */
export const LONGEST_MILLISECONDS = 900_000;
/** The most requests of a minute, and the highest concurrency. */
export const MOST_PER_MINUTE = 10_000_000;
const MOST_MEMORY_BYTES = 1e11;

/** Numbered minutes begin on a Monday, 0:00 UTC. */
const MONDAY = Date.UTC(1970, 0, 5);

/**
 * The most rows of a query's result, and of its export:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatchlogs_limits.html
 */
const MOST_ROWS = 10_000;

const EXPECTED_TIMES = {
  minute: "a whole number, 0 or more",
  timestamp:
    "a time in the form of the previous lines, or of 2026-01-31T09:00:00Z, or in seconds or milliseconds since 1970",
  reported_at: "a time in the form of 2026-01-31 09:00:00.123",
} as const;

/** The contents of a trace. */
export interface Trace extends History {
  /** Durations of starts, if the trace has them. */
  readonly initSeconds?: Distribution;
  /** The function's memory, if the trace has it. */
  readonly memoryMb?: number;
  /** Assumptions, one sentence each. */
  readonly notes: readonly string[];
}

/** Where a trace comes from, and where its requests go. */
export interface TraceTarget {
  /** The file as the user knows it. */
  readonly file: string;
  /** Where the requests are written in binary form, if the trace has the time of each. */
  readonly spool: string;
  /** For a trace without durations. */
  readonly workSeconds: Distribution | undefined;
}

/** Takes a trace's rows one by one. */
export interface TraceReader {
  /** Adds a row; the promise is for a file that has to be written first. */
  readonly read: (row: Row) => Promise<void> | undefined;
  /** What was read; undefined if that was nothing. */
  readonly finish: () => Promise<Trace | undefined>;
  /** Closes its files. */
  readonly close: () => Promise<void>;
}

/** @throws InvalidInput if an option for its kind is missing, or has no effect */
export async function openReader(header: Header, target: TraceTarget): Promise<TraceReader> {
  const { file, spool, workSeconds } = target;
  if (header.kind === "minutes") return makeMinuteReader(new Clock(header.time), header, file, requireWork(target));
  if (workSeconds) throw new InvalidInput([{ file: "--duration-ms", message: `leave it out: ${file} has durations` }]);
  const requestFile = await RequestFile.create(spool);
  return header.kind === "requests"
    ? makeRequestReader(new Clock(header.time), requestFile)
    : makeReportReader(file, requestFile);
}

/** @throws InvalidInput if the durations of requests are unknown */
export function requireWork({ file, workSeconds }: TraceTarget): Distribution {
  if (workSeconds) return workSeconds;
  throw new InvalidInput([{ file, message: "expected --duration-ms as well, because it has no durations" }]);
}

/** @throws InvalidInput if a trace is too long */
export function checkLength(place: string, milliseconds: number): void {
  if (milliseconds < LONGEST_DAYS * 24 * 60 * MINUTE) return;
  throw new InvalidInput([{ file: place, message: `expected at most ${LONGEST_DAYS} days in total, got more` }]);
}

/** Reads the times of a trace's rows, which must never go back. */
class Clock {
  last = Number.NEGATIVE_INFINITY;
  private first: number | undefined;
  private reader: TimeReader | undefined;

  constructor(private readonly column: Header["time"]) {}

  read(row: Row): number {
    const time = this.parse(row);
    if (time < this.last) throw row.refuse(this.column, "a time not before that of the previous line");
    this.first ??= time;
    this.last = time;
    if (time - this.beginning() >= LONGEST_DAYS * 24 * 60 * MINUTE) {
      throw row.refuse(this.column, `at most ${LONGEST_DAYS} days in total`);
    }
    return time;
  }

  /** The time of a row, in any order. */
  parse(row: Row): number {
    const text = row.text(this.column);
    const time = this.column === "minute" ? readMinute(text) : (this.reader ??= selectTimeReader(text))?.(text);
    if (time === undefined) throw row.refuse(this.column, EXPECTED_TIMES[this.column]);
    return time;
  }

  /** The whole minute at which the history begins. */
  beginning(): number {
    if (this.column === "minute") return MONDAY;
    return Math.floor((this.first ?? 0) / MINUTE) * MINUTE;
  }
}

function readMinute(text: string): number | undefined {
  const minute = readNumber(text);
  return Number.isInteger(minute) && minute !== undefined ? MONDAY + minute * MINUTE : undefined;
}

function makeRequestReader(clock: Clock, requestFile: RequestFile): TraceReader {
  return {
    read(row) {
      const time = clock.read(row);
      const duration = row.number("duration_ms", LONGEST_MILLISECONDS);
      const isFull = requestFile.add((time - clock.beginning()) / 1000, duration / 1000);
      return isFull ? requestFile.flush() : undefined;
    },
    async finish() {
      await requestFile.flush();
      const startsAt = clock.beginning();
      const minutes = Math.floor((clock.last - startsAt) / MINUTE) + 1;
      const source = { kind: "requests", file: requestFile.path } as const;
      return minutes > 0 ? { startsAt, seconds: minutes * 60, source, notes: [] } : undefined;
    },
    close: () => requestFile.close(),
  };
}

/** The platform writes its report at the end of a request, and Logs Insights usually sorts the newest first. */
function makeReportReader(file: string, requestFile: RequestFile): TraceReader {
  const clock = new Clock("reported_at");
  const requests: { readonly at: number; readonly workSeconds: number }[] = [];
  const initSeconds: number[] = [];
  let memoryBytes = 0;
  return {
    read(row) {
      // Other lines of a log have no duration.
      if (row.text("report_ms") === "") return undefined;
      const work = row.number("report_ms", LONGEST_MILLISECONDS);
      const init = row.text("init_ms") === "" ? 0 : row.number("init_ms", LONGEST_MILLISECONDS);
      if (init > 0) initSeconds.push(init / 1000);
      if (row.text("memory_bytes") !== "") memoryBytes = row.number("memory_bytes", MOST_MEMORY_BYTES);
      requests.push({ at: clock.parse(row) - work - init, workSeconds: work / 1000 });
      return undefined;
    },
    async finish() {
      requests.sort((one, other) => one.at - other.at);
      const [first] = requests;
      const last = requests.at(-1);
      if (!first || !last) return undefined;
      const startsAt = Math.floor(first.at / MINUTE) * MINUTE;
      checkLength(file, last.at - startsAt);
      for (const { at, workSeconds } of requests) {
        if (requestFile.add((at - startsAt) / 1000, workSeconds)) await requestFile.flush();
      }
      await requestFile.flush();
      return {
        startsAt,
        seconds: (Math.floor((last.at - startsAt) / MINUTE) + 1) * 60,
        source: { kind: "requests", file: requestFile.path },
        ...(initSeconds.length > 0 && { initSeconds: makeEmpirical(initSeconds) }),
        ...(memoryBytes > 0 && { memoryMb: Math.round(memoryBytes / 1e6) }),
        notes: describeReports(file, requests.length, initSeconds.length),
      };
    },
    close: () => requestFile.close(),
  };
}

function describeReports(file: string, requests: number, coldStarts: number): string[] {
  const cold = `${file}: cold requests in this log: ${formatNumber(coldStarts)} (${formatPercent((100 * coldStarts) / requests)})`;
  const cut = `${file}: it has exactly ${formatNumber(MOST_ROWS)} requests, the most that Logs Insights returns, so others are probably missing: export a shorter time, or counts by the minute (advise --help)`;
  return [...(coldStarts > 0 ? [cold] : []), ...(requests === MOST_ROWS ? [cut] : [])];
}

function makeMinuteReader(
  clock: Clock,
  { time: column }: Header,
  file: string,
  workSeconds: Distribution,
): TraceReader {
  const counts: number[] = [];
  const peaks: number[] = [];
  const notes: string[] = [];
  let missing = 0;
  let firstMissing = "";
  return {
    read(row) {
      const minute = Math.floor((clock.read(row) - clock.beginning()) / MINUTE);
      if (minute < counts.length) throw row.refuse(column, "a later minute than in the previous line");
      const count = row.number("count", MOST_PER_MINUTE, true);
      const peak = row.text("peak_concurrency") === "" ? 0 : row.number("peak_concurrency", MOST_PER_MINUTE);
      if (minute > counts.length) {
        missing += minute - counts.length;
        firstMissing ||= row.place;
      }
      while (counts.length < minute) {
        counts.push(0);
        peaks.push(0);
      }
      counts.push(count);
      peaks.push(peak);
      return undefined;
    },
    finish() {
      if (counts.length === 0) return Promise.resolve(undefined);
      if (missing > 0) {
        notes.push(
          `${firstMissing}: ${missing} minutes are missing, the first before this line: they count as minutes without requests`,
        );
      }
      const source = {
        kind: "minutes",
        counts: Float64Array.from(counts),
        peaks: Float64Array.from(peaks),
        workSeconds,
      } as const;
      return Promise.resolve({ startsAt: clock.beginning(), seconds: counts.length * 60, source, notes });
    },
    close: () => Promise.resolve(),
  };
}
