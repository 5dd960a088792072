import { type Distribution } from "../../../advisor/distribution";
import { InvalidInput, show } from "../../../environments/mistakes";
import { type History, RequestFile } from "../history";
import { type Header, readHeader } from "./columns";
import { type TraceLine, readLines, makeLineMistake } from "./lines";
import { readNumber, type TimeReader, selectTimeReader } from "./times";

const MINUTE = 60_000;
const LONGEST_DAYS = 366;
const LONGEST_MINUTES = LONGEST_DAYS * 24 * 60;
const LONGEST_DURATION_MILLISECONDS = 900_000;
const MOST_PER_MINUTE = 10_000_000;

/** Numbered minutes begin on a Monday, 0:00 UTC. */
const MONDAY = Date.UTC(1970, 0, 5);

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

/**
 * Reads a trace once, checks every line, and keeps only two numbers per minute in memory.
 *
 * @throws InvalidInput with the line of the first mistake
 */
export async function readTrace(settings: TraceSettings, signal?: AbortSignal): Promise<Trace> {
  const { path, file, workSeconds } = settings;
  let header: Header | undefined;
  let reader: RequestReader | MinuteReader | undefined;
  try {
    for await (const lines of readLines(path, file, signal)) {
      for (const line of lines) {
        if (!header) {
          if (line.text.trim() === "") throw makeLineMistake(file, 1, "expected a header, got an empty line");
          header = readHeader(file, line.text);
          if (header.kind === "minutes" && !workSeconds) {
            throw new InvalidInput([{ file, message: "expected --duration-ms as well, because it has no durations" }]);
          }
          reader =
            header.kind === "requests"
              ? new RequestReader(file, header, await RequestFile.create(settings.spool))
              : new MinuteReader(file, header);
        } else if (line.text.trim() !== "" && reader?.read(line) === true) await reader.flush();
      }
    }
    if (!reader) throw new InvalidInput([{ file, message: "expected a header and requests, got an empty file" }]);
    return await reader.finish(workSeconds);
  } finally {
    await reader?.close();
  }
}

/** Reads the times of a trace's lines, which must never go back. */
class Clock {
  first: number | undefined;
  last = Number.NEGATIVE_INFINITY;
  private reader: TimeReader | undefined;

  constructor(
    private readonly file: string,
    private readonly column: Header["time"],
  ) {}

  read(text: string, line: number): number {
    const time = this.parse(text);
    if (time === undefined) {
      const expected =
        this.column === "minute"
          ? "a whole number, 0 or more"
          : "a time in the form of the previous lines, or of 2026-01-31T09:00:00Z, or in seconds or milliseconds since 1970";
      throw this.wrong(line, expected, text);
    }
    if (time < this.last)
      throw makeLineMistake(
        this.file,
        line,
        `${this.column}: expected a time not before that of the previous line, got ${show(text)}`,
      );
    this.first ??= time;
    this.last = time;
    if (time - this.beginning() >= LONGEST_MINUTES * MINUTE) {
      throw makeLineMistake(
        this.file,
        line,
        `${this.column}: expected at most ${LONGEST_DAYS} days in total, got ${show(text)}`,
      );
    }
    return time;
  }

  /** The whole minute at which the history begins. */
  beginning(): number {
    if (this.column === "minute") return MONDAY;
    return Math.floor((this.first ?? 0) / MINUTE) * MINUTE;
  }

  wrong(line: number, expected: string, got: string, column: string = this.column): InvalidInput {
    return makeLineMistake(
      this.file,
      line,
      `${column}: expected ${expected}, got ${got === "" ? "nothing" : show(got)}`,
    );
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

class RequestReader {
  private readonly clock: Clock;
  private requests = 0;

  constructor(
    private readonly file: string,
    private readonly header: Header,
    private readonly requestFile: RequestFile,
  ) {
    this.clock = new Clock(file, header.time);
  }

  read({ text, number }: TraceLine): boolean {
    const cell = this.header.cellsOf(text, number);
    const time = this.clock.read(cell("timestamp"), number);
    const duration = readNumber(cell("duration_ms"));
    if (duration === undefined || duration > LONGEST_DURATION_MILLISECONDS) {
      throw this.clock.wrong(number, `0 to ${LONGEST_DURATION_MILLISECONDS}`, cell("duration_ms"), "duration_ms");
    }
    this.requests++;
    return this.requestFile.add((time - this.clock.beginning()) / 1000, duration / 1000);
  }

  async flush(): Promise<void> {
    await this.requestFile.flush();
  }

  async finish(): Promise<Trace> {
    if (this.requests === 0) throw makeLineMistake(this.file, 2, "expected a request, got the end of the file");
    await this.requestFile.flush();
    const startsAt = this.clock.beginning();
    const minutes = Math.floor((this.clock.last - startsAt) / MINUTE) + 1;
    return { startsAt, seconds: minutes * 60, source: { kind: "requests", file: this.requestFile.path }, notes: [] };
  }

  async close(): Promise<void> {
    await this.requestFile.close();
  }
}

class MinuteReader {
  private readonly clock: Clock;
  private readonly counts: number[] = [];
  private readonly peaks: number[] = [];
  private missing = 0;
  private firstMissing = 0;

  constructor(
    private readonly file: string,
    private readonly header: Header,
  ) {
    this.clock = new Clock(file, header.time);
  }

  read({ text, number }: TraceLine): boolean {
    const { clock, counts, peaks } = this;
    const { time: column, hasPeaks } = this.header;
    const cell = this.header.cellsOf(text, number);
    const time = clock.read(cell(column), number);
    const minute = Math.floor((time - clock.beginning()) / MINUTE);
    if (minute < counts.length) throw clock.wrong(number, "a later minute than in the previous line", cell(column));
    const count = readNumber(cell("count"));
    if (count === undefined || !Number.isInteger(count) || count > MOST_PER_MINUTE) {
      throw clock.wrong(number, `a whole number, 0 to ${MOST_PER_MINUTE}`, cell("count"), "count");
    }
    const peak = hasPeaks && cell("peak_concurrency") !== "" ? readNumber(cell("peak_concurrency")) : 0;
    if (peak === undefined || peak > MOST_PER_MINUTE) {
      throw clock.wrong(number, `0 to ${MOST_PER_MINUTE}`, cell("peak_concurrency"), "peak_concurrency");
    }
    if (minute > counts.length) {
      this.missing += minute - counts.length;
      this.firstMissing ||= number;
    }
    while (counts.length < minute) {
      counts.push(0);
      peaks.push(0);
    }
    counts.push(count);
    peaks.push(peak);
    return false;
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  finish(workSeconds: Distribution | undefined): Promise<Trace> {
    const { counts, peaks, missing, firstMissing, file } = this;
    if (counts.length === 0 || !workSeconds)
      throw makeLineMistake(file, 2, "expected a minute, got the end of the file");
    const notes =
      missing === 0
        ? []
        : [
            `${file}:${firstMissing}: ${missing} minutes are missing, the first before this line: they count as minutes without requests`,
          ];
    return Promise.resolve({
      startsAt: this.clock.beginning(),
      seconds: counts.length * 60,
      source: { kind: "minutes", counts: Float64Array.from(counts), peaks: Float64Array.from(peaks), workSeconds },
      notes,
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
