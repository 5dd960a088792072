import { formatNumber, formatUtc } from "../document/formats";
import { type QueryKey } from "../../model/queries";
import { type WatchedFunction } from "../../model/watched-function";
import { toOneLine } from "../../performance/foreign-text";

/** A row of a query's result: each field by its name. */
export type LogRecord = Readonly<Record<string, string>>;

const LINES = 5;
const MOST_ROWS = 100;
const NOTHING = "nothing found";

type Summary = (records: readonly LogRecord[], watched: WatchedFunction) => string[];

/** Each saved query's result, in a few lines. */
export const SUMMARIES: Readonly<Record<QueryKey, Summary>> = {
  failures: (records) =>
    formatTop(records, (record) => {
      const what = readField(record, "what") ?? "failed";
      return `${count(record, "failures")} x ${what}${formatLabelled("last", record, "last")}${formatLabelled("example", record, "example")}${formatLabelled("trace", record, "trace")}`;
    }),
  "slow-requests": (records) => {
    const slowest = formatTop(records.slice(0, LINES), (record) => {
      const milliseconds = readNumberField(record, "record.metrics.durationMs") ?? readNumberField(record, "@duration");
      const init = readNumberField(record, "record.metrics.initDurationMs") ?? readNumberField(record, "@initDuration");
      const used = readNumberField(record, "record.metrics.maxMemoryUsedMB") ?? readNumberField(record, "usedMb");
      const size = readNumberField(record, "record.metrics.memorySizeMB") ?? readNumberField(record, "sizeMb");
      return [
        `${formatOrDash(milliseconds)} ms`,
        ...(init === undefined ? [] : [`after ${formatOrDash(init)} ms of initialization`]),
        ...(used === undefined || size === undefined
          ? []
          : [`memory ${formatOrDash(used)} of ${formatOrDash(size)} MB`]),
        `request ${readField(record, "record.requestId") ?? readField(record, "@requestId") ?? "unknown"}`,
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
    const starts = sumField(records, "coldStarts");
    const average = averageField(records, "averageInitMs", "coldStarts");
    const worst = findRecordWithMost(records, "coldStarts");
    return [
      `${formatOrDash(starts)} cold starts of ${formatOrDash(sumField(records, "invocations"))} invocations, pings among them; initialization ${formatOrDash(average)} ms on average, ${formatOrDash(findMost(records, "longestInitMs"))} ms at most`,
      ...(worst && starts !== undefined && starts > 0
        ? [`most in 5 minutes: ${count(worst, "coldStarts")}${formatLabelled("at", worst, "time")}`]
        : []),
    ];
  },
  "cold-starts-by-version": (records) => {
    const versions = [...countStartsByVersion(records)].slice(0, LINES);
    if (versions.length === 0) return [NOTHING];
    return versions.map(([version, { starts, firstAt }]) => {
      const first = firstAt === undefined ? "" : `, the first at ${formatUtc(firstAt)}`;
      return `version ${version}: ${formatOrDash(starts)} cold starts${first}`;
    });
  },
  "memory-headroom": (records) =>
    formatTop(
      records,
      (record) =>
        `${formatOrDash(readNumberField(record, "usedPercent"))} % of memory used at most, ${formatOrDash(readNumberField(record, "freeMb"))} MB free`,
    ),
  "warming-runs": (records, { name }) => {
    const own = records.filter((record) => record["targets.0.functionName"] === name);
    const failed = own.filter((record) => readField(record, "targets.0.failures.0") !== undefined);
    if (own.length === 0) return [NOTHING];
    return [
      `${own.length} runs, ${failed.length} with failures`,
      ...failed
        .slice(0, LINES)
        .map((record) =>
          `${readField(record, "@timestamp") ?? ""} ${readField(record, "targets.0.failures.0") ?? ""}`.trim(),
        ),
    ];
  },
  warming: (records) =>
    records.length === 0
      ? [NOTHING]
      : [
          `${formatOrDash(sumField(records, "usersColdStarts"))} of ${formatOrDash(sumField(records, "requests"))} requests had a cold start; ${formatOrDash(sumField(records, "allColdStarts"))} cold starts with pings'`,
        ],
};

/**
 * Number of starts per version, if a record contains it, and the first one, in milliseconds since 1970; the newest
 * version comes first.
 */
function countStartsByVersion(
  records: readonly LogRecord[],
): ReadonlyMap<string, { readonly starts: number | undefined; readonly firstAt: number | undefined }> {
  const found = new Map<string, { readonly starts: number | undefined; readonly firstAt: number | undefined }>();
  for (const record of records) {
    const version = readField(record, "version") ?? "unknown";
    const { starts, firstAt } = found.get(version) ?? {};
    const more = readNumberField(record, "coldStarts");
    const times = [firstAt, parseTime(record["first"])].filter((time) => time !== undefined);
    found.set(version, {
      starts: more === undefined ? starts : (starts ?? 0) + more,
      firstAt: times.length > 0 ? Math.min(...times) : undefined,
    });
  }
  return new Map([...found].sort(([, one], [, other]) => (other.firstAt ?? 0) - (one.firstAt ?? 0)));
}

/** Insights returns times in UTC, or as milliseconds since 1970. */
function parseTime(value: string | undefined): number | undefined {
  if (value === undefined || value === "") return undefined;
  const time = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Date.parse(`${value.replace(" ", "T")}Z`);
  return Math.abs(time) <= 8.64e15 ? time : undefined;
}

function formatTop(records: readonly LogRecord[], line: (record: LogRecord) => string): string[] {
  if (records.length === 0) return [NOTHING];
  const more = records.length - LINES;
  return [...records.slice(0, LINES).map(line), ...(more > 0 ? [`and ${more} more`] : [])];
}

function readField(record: LogRecord, field: string): string | undefined {
  const value = toOneLine(record[field] ?? "");
  return value === "" ? undefined : value;
}

function readNumberField(record: LogRecord, field: string): number | undefined {
  const value = readField(record, field);
  return value === undefined || !Number.isFinite(Number(value)) ? undefined : Number(value);
}

function count(record: LogRecord, field: string): string {
  return formatOrDash(readNumberField(record, field));
}

function formatLabelled(label: string, record: LogRecord, field: string): string {
  const value = readField(record, field);
  return value === undefined ? "" : `, ${label} ${value}`;
}

/** Undefined if no record has it. */
function sumField(records: readonly LogRecord[], field: string): number | undefined {
  const known = records.flatMap((record) => readNumberField(record, field) ?? []);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

function averageField(records: readonly LogRecord[], field: string, weight: string): number | undefined {
  const known = records.filter((record) => readNumberField(record, field) !== undefined);
  const weights = sumField(known, weight);
  if (weights === undefined || weights === 0) return undefined;
  return (
    known.reduce((all, one) => all + (readNumberField(one, field) ?? 0) * (readNumberField(one, weight) ?? 0), 0) /
    weights
  );
}

function findRecordWithMost(records: readonly LogRecord[], field: string): LogRecord | undefined {
  return [...records].sort(
    (one, other) => (readNumberField(other, field) ?? 0) - (readNumberField(one, field) ?? 0),
  )[0];
}

function findMost(records: readonly LogRecord[], field: string): number | undefined {
  const record = findRecordWithMost(records, field);
  return record && readNumberField(record, field);
}

function formatOrDash(value: number | undefined): string {
  return value === undefined ? "-" : formatNumber(value);
}
