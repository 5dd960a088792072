import { type Distribution } from "../../../advisor/distribution";
import { InvalidInput, show } from "../../../environments/mistakes";
import { type History, RequestFile } from "../history";
import { type TraceLine, readLines, makeLineMistake } from "./lines";
import { readNumber, type TimeReader, selectTimeReader } from "./times";

const MINUTE = 60_000;
const LONGEST_DAYS = 366;
const LONGEST_DURATION_MILLISECONDS = 900_000;
const MOST_PER_MINUTE = 10_000_000;

/** Numbered minutes begin on a Monday, 0:00 UTC. */
const MONDAY = Date.UTC(1970, 0, 5);

/** The names of a trace's columns; others are ignored. */
type Column = "timestamp" | "minute" | "duration_ms" | "count" | "peak_concurrency";

const KINDS = "timestamp,duration_ms or timestamp,count or minute,count, optionally with peak_concurrency after count";

/** What the first line says of the others: each is one request, or one minute. */
interface Header {
  readonly kind: "requests" | "minutes";
  readonly time: "timestamp" | "minute";
  readonly names: readonly string[];
}

const EXPECTED_TIMES = {
  minute: "a whole number, 0 or more",
  timestamp:
    "a time in the form of the previous lines, or of 2026-01-31T09:00:00Z, or in seconds or milliseconds since 1970",
} as const;

/** A trace's file, and the options to read it. */
export interface TraceSettings {
  readonly path: string;
  /** The path as the user knows it. */
  readonly file: string;
  /** Where the requests are written in binary form, if the trace has the time of each. */
  readonly spool: string;
  /** For a trace with counts only. */
  readonly workSeconds: Distribution | undefined;
}

/** The contents of a trace. */
export interface Trace extends History {
  /** Assumptions, one sentence each. */
  readonly notes: readonly string[];
}

/** Takes a trace's lines one by one. */
interface TraceReader {
  /** Returns whether the file of requests has to be flushed. */
  read(row: Row): boolean;
  /** What was read; undefined if that was nothing. */
  finish(): Trace | undefined;
}

/**
 * Reads a trace once, checks every line, and keeps only two numbers per minute in memory.
 *
 * @throws InvalidInput with the line of the first mistake
 */
export async function readTrace(
  { path, file, spool, workSeconds }: TraceSettings,
  signal?: AbortSignal,
): Promise<Trace> {
  let header: Header | undefined;
  let reader: TraceReader | undefined;
  let requestFile: RequestFile | undefined;
  try {
    for await (const lines of readLines(path, file, signal)) {
      for (const line of lines) {
        if (header) {
          if (line.text.trim() !== "" && reader?.read(new Row(file, header, line)) === true) await requestFile?.flush();
          continue;
        }
        header = readHeader(file, line.text);
        if (header.kind === "requests") {
          requestFile = await RequestFile.create(spool);
          reader = makeRequestReader(new Clock(header.time), requestFile);
        } else {
          if (!workSeconds) {
            throw new InvalidInput([{ file, message: "expected --duration-ms as well, because it has no durations" }]);
          }
          reader = makeMinuteReader(new Clock(header.time), header, file, workSeconds);
        }
      }
    }
    if (!header) throw new InvalidInput([{ file, message: "expected a header and requests, got an empty file" }]);
    const trace = reader?.finish();
    if (!trace) {
      const what = header.kind === "requests" ? "request" : "minute";
      throw makeLineMistake(file, 2, `expected a ${what}, got the end of the file`);
    }
    await requestFile?.flush();
    return trace;
  } finally {
    await requestFile?.close();
  }
}

function readHeader(file: string, text: string): Header {
  if (text.trim() === "") throw makeLineMistake(file, 1, "expected a header, got an empty line");
  const names = splitFields(text).map((name) => name.toLowerCase());
  const isUnique = new Set(names).size === names.length;
  const has = (column: Column) => names.includes(column);
  const time = has("timestamp") ? "timestamp" : "minute";
  const isRequests = has("timestamp") && has("duration_ms") && !has("count");
  const isMinutes = has(time) && has("count") && !has("duration_ms");
  if (!isUnique || !(isRequests || isMinutes) || (has("timestamp") && has("minute"))) {
    throw makeLineMistake(file, 1, `expected a header: ${KINDS}; got ${show(text.trim())}`);
  }
  return { kind: isRequests ? "requests" : "minutes", time, names };
}

function splitFields(text: string): string[] {
  return text.split(",").map((field) => field.trim().replace(/^"(.*)"$/, "$1"));
}

/** The fields of a line by column. */
class Row {
  readonly line: number;
  private readonly names: readonly string[];
  private readonly fields: readonly string[];

  constructor(
    private readonly file: string,
    { names }: Header,
    { text, number }: TraceLine,
  ) {
    this.line = number;
    this.names = names;
    this.fields = splitFields(text);
    const { length } = this.fields;
    if (length !== names.length) {
      throw makeLineMistake(file, number, `expected ${names.length} fields as in the header, got ${length}`);
    }
  }

  text(column: Column): string {
    return this.fields[this.names.indexOf(column)] ?? "";
  }

  number(column: Column, most: number, isWhole = false): number {
    const value = readNumber(this.text(column));
    if (value !== undefined && value <= most && (!isWhole || Number.isInteger(value))) return value;
    throw this.refuse(column, `${isWhole ? "a whole number, " : ""}0 to ${most}`);
  }

  refuse(column: Column, expected: string): InvalidInput {
    const got = this.text(column);
    return makeLineMistake(
      this.file,
      this.line,
      `${column}: expected ${expected}, got ${got === "" ? "nothing" : show(got)}`,
    );
  }
}

/** Reads the times of a trace's lines, which must never go back. */
class Clock {
  last = Number.NEGATIVE_INFINITY;
  private first: number | undefined;
  private reader: TimeReader | undefined;

  constructor(private readonly column: Header["time"]) {}

  read(row: Row): number {
    const time = this.parse(row.text(this.column));
    if (time === undefined) throw row.refuse(this.column, EXPECTED_TIMES[this.column]);
    if (time < this.last) throw row.refuse(this.column, "a time not before that of the previous line");
    this.first ??= time;
    this.last = time;
    if (time - this.beginning() >= LONGEST_DAYS * 24 * 60 * MINUTE) {
      throw row.refuse(this.column, `at most ${LONGEST_DAYS} days in total`);
    }
    return time;
  }

  /** The whole minute at which the history begins. */
  beginning(): number {
    if (this.column === "minute") return MONDAY;
    return Math.floor((this.first ?? 0) / MINUTE) * MINUTE;
  }

  private parse(text: string): number | undefined {
    if (this.column === "timestamp") {
      this.reader ??= selectTimeReader(text);
      return this.reader?.(text);
    }
    const minute = readNumber(text);
    return Number.isInteger(minute) && minute !== undefined ? MONDAY + minute * MINUTE : undefined;
  }
}

function makeRequestReader(clock: Clock, requestFile: RequestFile): TraceReader {
  return {
    read(row) {
      const time = clock.read(row);
      const duration = row.number("duration_ms", LONGEST_DURATION_MILLISECONDS);
      return requestFile.add((time - clock.beginning()) / 1000, duration / 1000);
    },
    finish() {
      const startsAt = clock.beginning();
      const minutes = Math.floor((clock.last - startsAt) / MINUTE) + 1;
      const source = { kind: "requests", file: requestFile.path } as const;
      return minutes > 0 ? { startsAt, seconds: minutes * 60, source, notes: [] } : undefined;
    },
  };
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
  let [missing, firstMissing] = [0, 0];
  return {
    read(row) {
      const minute = Math.floor((clock.read(row) - clock.beginning()) / MINUTE);
      if (minute < counts.length) throw row.refuse(column, "a later minute than in the previous line");
      const count = row.number("count", MOST_PER_MINUTE, true);
      const peak = row.text("peak_concurrency") === "" ? 0 : row.number("peak_concurrency", MOST_PER_MINUTE);
      if (minute > counts.length) {
        missing += minute - counts.length;
        firstMissing ||= row.line;
      }
      while (counts.length < minute) {
        counts.push(0);
        peaks.push(0);
      }
      counts.push(count);
      peaks.push(peak);
      return false;
    },
    finish() {
      if (counts.length === 0) return undefined;
      if (missing > 0) {
        notes.push(
          `${file}:${firstMissing}: ${missing} minutes are missing, the first before this line: they count as minutes without requests`,
        );
      }
      const source = {
        kind: "minutes",
        counts: Float64Array.from(counts),
        peaks: Float64Array.from(peaks),
        workSeconds,
      } as const;
      return { startsAt: clock.beginning(), seconds: counts.length * 60, source, notes };
    },
  };
}
