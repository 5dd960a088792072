import { InvalidInput, show } from "../../../environments/mistakes";
import { type TraceLine } from "./lines";
import { readNumber } from "./times";

/** The columns that are read; others are ignored. */
export type Column = "timestamp" | "minute" | "duration_ms" | "count" | "peak_concurrency" | ReportColumn;

/** The columns of the platform's reports. */
type ReportColumn = "reported_at" | "report_ms" | "init_ms" | "memory_bytes";

/**
 * Names that CloudWatch Logs Insights gives to the platform's reports: of logs in text, and in JSON. See
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
 */
const REPORT_COLUMNS: Readonly<Record<string, ReportColumn>> = {
  "@timestamp": "reported_at",
  "@duration": "report_ms",
  "record.metrics.durationms": "report_ms",
  "@initduration": "init_ms",
  "record.metrics.initdurationms": "init_ms",
  "@memorysize": "memory_bytes",
};

const KINDS = [
  "timestamp,duration_ms or timestamp,count or minute,count, optionally with peak_concurrency after count",
  "@timestamp,@duration of a Logs Insights export",
  "CloudWatch's export of metrics",
].join("; ");

/** What a table's head says of its rows: each is a request, a minute, or the platform's report of a request. */
export interface Header {
  readonly kind: "requests" | "minutes" | "reports";
  readonly time: "timestamp" | "minute" | "reported_at";
  readonly names: readonly string[];
}

/**
 * Reads the names of a table's columns.
 *
 * @param place the file, and its line
 * @throws InvalidInput if they are not those of a trace
 */
export function readHeader(place: string, fields: readonly string[]): Header {
  const names = fields.map((field) => field.toLowerCase()).map((name) => REPORT_COLUMNS[name] ?? name);
  const isUnique = new Set(names).size === names.length;
  const has = (column: Column) => names.includes(column);
  if (isUnique && has("reported_at") && has("report_ms")) return { kind: "reports", time: "reported_at", names };
  const time = has("timestamp") ? "timestamp" : "minute";
  const isRequests = has("timestamp") && has("duration_ms") && !has("count");
  const isMinutes = has(time) && has("count") && !has("duration_ms");
  if (!isUnique || !(isRequests || isMinutes) || (has("timestamp") && has("minute"))) {
    throw new InvalidInput([
      { file: place, message: `expected a header: ${KINDS}; got ${show(fields.join(",").trim())}` },
    ]);
  }
  return { kind: isRequests ? "requests" : "minutes", time, names };
}

/** The fields of a CSV line; those in quotes may contain commas. */
export function splitFields(text: string): string[] {
  if (!text.includes('"')) return text.split(",").map((field) => field.trim());
  return Array.from(text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(?:,|$)/g), ([, quoted, plain = ""]) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  ).slice(0, text.trimEnd().endsWith(",") ? undefined : -1);
}

/** The fields of a table's row by column. */
export class Row {
  /** @throws InvalidInput if there are more or fewer than in the header */
  static parse(file: string, { names }: Header, { text, number }: TraceLine): Row {
    const fields = splitFields(text);
    const place = `${file}:${number}`;
    if (fields.length === names.length) return new Row(place, names, fields);
    const message = `expected ${names.length} fields as in the header, got ${fields.length}`;
    throw new InvalidInput([{ file: place, message }]);
  }

  /** @param place the file, and where in it the row is */
  constructor(
    readonly place: string,
    private readonly names: readonly string[],
    private readonly fields: readonly string[],
  ) {}

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
    const message = `${NAMES[column] ?? column}: expected ${expected}, got ${got === "" ? "nothing" : show(got)}`;
    return new InvalidInput([{ file: this.place, message }]);
  }
}

/** As the user knows them, for messages. */
const NAMES: Partial<Record<Column, string>> = {
  reported_at: "@timestamp",
  report_ms: "@duration",
  init_ms: "@initDuration",
  memory_bytes: "@memorySize",
};
