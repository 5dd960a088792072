import { type QueryKey } from "../../model/queries";
import { type WatchedFunction } from "../../model/watched-function";
import { numberText } from "../number-text";
import { oneLine } from "../one-line";
import { utc } from "../time-text";

/** A row of a query's result: each field by its name. */
export type LogRecord = Readonly<Record<string, string>>;

const LINES = 5;
const MOST_ROWS = 100;
const NOTHING = "nothing found";

type Summary = (records: readonly LogRecord[], watched: WatchedFunction) => string[];

/** Each saved query's result, in a few lines. */
export const SUMMARIES: Readonly<Record<QueryKey, Summary>> = {
  failures: (records) =>
    topOf(records, (record) => {
      const what = text(record, "what") ?? "failed";
      return `${count(record, "failures")} x ${what}${labelled("last", record, "last")}${labelled("example", record, "example")}${labelled("trace", record, "trace")}`;
    }),
  "slow-requests": (records) => {
    const slowest = topOf(records.slice(0, LINES), (record) => {
      const milliseconds = number(record, "record.metrics.durationMs") ?? number(record, "@duration");
      const init = number(record, "record.metrics.initDurationMs") ?? number(record, "@initDuration");
      const used = number(record, "record.metrics.maxMemoryUsedMB") ?? number(record, "usedMb");
      const size = number(record, "record.metrics.memorySizeMB") ?? number(record, "sizeMb");
      return [
        `${shown(milliseconds)} ms`,
        ...(init === undefined ? [] : [`after ${shown(init)} ms of initialization`]),
        ...(used === undefined || size === undefined ? [] : [`memory ${shown(used)} of ${shown(size)} MB`]),
        `request ${text(record, "record.requestId") ?? text(record, "@requestId") ?? "unknown"}`,
      ].join(", ");
    });
    if (records.length === 0) return slowest;
    return [
      `${records.length >= MOST_ROWS ? "at least " : ""}${records.length} slow requests; the slowest:`,
      ...slowest,
    ];
  },
  "cold-starts": (records) => {
    if (records.length === 0) return [NOTHING];
    const starts = sum(records, "coldStarts");
    const average = mean(records, "averageInitMs", "coldStarts");
    const worst = mostOf(records, "coldStarts");
    return [
      `${shown(starts)} cold starts of ${shown(sum(records, "invocations"))} invocations, pings among them; initialization ${shown(average)} ms on average, ${shown(most(records, "longestInitMs"))} ms at most`,
      ...(worst && starts > 0
        ? [`most in 5 minutes: ${count(worst, "coldStarts")}${labelled("at", worst, "time")}`]
        : []),
    ];
  },
  "cold-starts-by-version": (records) => {
    const versions = [...startsByVersion(records)].slice(0, LINES);
    if (versions.length === 0) return [NOTHING];
    return versions.map(([version, { starts, firstAt }]) => {
      const first = firstAt === undefined ? "" : `, the first at ${utc(firstAt)}`;
      return `version ${version}: ${shown(starts)} cold starts${first}`;
    });
  },
  "memory-headroom": (records) =>
    topOf(
      records,
      (record) =>
        `${shown(number(record, "usedPercent"))} % of memory used at most, ${shown(number(record, "freeMb"))} MB free`,
    ),
  "warming-runs": (records, { name }) => {
    const own = records.filter((record) => record["targets.0.functionName"] === name);
    const failed = own.filter((record) => text(record, "targets.0.failures.0") !== undefined);
    if (own.length === 0) return [NOTHING];
    return [
      `${own.length} runs, ${failed.length} with failures`,
      ...failed
        .slice(0, LINES)
        .map((record) => `${text(record, "@timestamp") ?? ""} ${text(record, "targets.0.failures.0") ?? ""}`.trim()),
    ];
  },
  warming: (records) =>
    records.length === 0
      ? [NOTHING]
      : [
          `${shown(sum(records, "usersColdStarts"))} of ${shown(sum(records, "requests"))} requests met a cold start; ${shown(sum(records, "allColdStarts"))} cold starts with pings'`,
        ],
};

/**
 * How often instances of each version were started, and when first, in milliseconds since 1970; the version that began
 * last comes first.
 */
export function startsByVersion(
  records: readonly LogRecord[],
): ReadonlyMap<string, { readonly starts: number; readonly firstAt: number | undefined }> {
  const found = new Map<string, { readonly starts: number; readonly firstAt: number | undefined }>();
  for (const record of records) {
    const version = text(record, "version") ?? "unknown";
    const { starts = 0, firstAt } = found.get(version) ?? {};
    const times = [firstAt, timeOf(record["first"])].filter((time) => time !== undefined);
    found.set(version, {
      starts: starts + (number(record, "coldStarts") ?? 0),
      firstAt: times.length > 0 ? Math.min(...times) : undefined,
    });
  }
  return new Map([...found].sort(([, one], [, other]) => (other.firstAt ?? 0) - (one.firstAt ?? 0)));
}

/** Insights writes times in UTC, or as milliseconds since 1970. */
function timeOf(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const time = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(`${value.replace(" ", "T")}Z`);
  return Math.abs(time) <= 8.64e15 ? time : undefined;
}

function topOf(records: readonly LogRecord[], line: (record: LogRecord) => string): string[] {
  if (records.length === 0) return [NOTHING];
  const more = records.length - LINES;
  return [...records.slice(0, LINES).map(line), ...(more > 0 ? [`and ${more} more`] : [])];
}

function text(record: LogRecord, field: string): string | undefined {
  const value = oneLine(record[field] ?? "");
  return value === "" ? undefined : value;
}

function number(record: LogRecord, field: string): number | undefined {
  const value = text(record, field);
  return value === undefined || !Number.isFinite(Number(value)) ? undefined : Number(value);
}

function count(record: LogRecord, field: string): string {
  return shown(number(record, field) ?? 0);
}

function labelled(label: string, record: LogRecord, field: string): string {
  const value = text(record, field);
  return value === undefined ? "" : `, ${label} ${value}`;
}

function sum(records: readonly LogRecord[], field: string): number {
  return records.reduce((total, record) => total + (number(record, field) ?? 0), 0);
}

function mean(records: readonly LogRecord[], field: string, weight: string): number | undefined {
  const known = records.filter((record) => number(record, field) !== undefined);
  const weights = sum(known, weight);
  if (weights === 0) return undefined;
  return known.reduce((all, one) => all + (number(one, field) ?? 0) * (number(one, weight) ?? 0), 0) / weights;
}

function mostOf(records: readonly LogRecord[], field: string): LogRecord | undefined {
  return [...records].sort((one, other) => (number(other, field) ?? 0) - (number(one, field) ?? 0))[0];
}

function most(records: readonly LogRecord[], field: string): number | undefined {
  const record = mostOf(records, field);
  return record && number(record, field);
}

function shown(value: number | undefined): string {
  return value === undefined ? "-" : numberText(value);
}
