import { type Histogram, type MinuteFigures, type RolloutSubject, type VersionFigures } from "../../rollout/contract";
import { type LogRow } from "../../model/failures";
import { FUNCTION_NAME } from "../../performance/metrics";
import { addFigures } from "../../rollout/figures";
import { askLog } from "../alarm-notifier/log-query";
import { type AwsClients, callAws } from "./clients";

/** A version's requests, counted from the function's log: within seconds, and apart from the other version's. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Lines of the log may come so long after their minute. */
const LATE_MILLISECONDS = 2 * MINUTE;

/** After an interruption, more is read poll by poll: an answer has at most 10,000 rows. */
const LONGEST_READ = 10 * MINUTE;

const LONGEST_QUERY_MILLISECONDS = 15_000;

/** What was usual is read from a short time if that has so many requests and cold starts, and otherwise from a day. */
const REFERENCE_HOURS = { short: 1, long: 24 };
const ENOUGH_REQUESTS = 1000;
const ENOUGH_COLD_STARTS = 30;
/** A query is paid by the gigabyte; so many requests are some hundred megabytes. */
const MOST_REQUESTS = 200_000;

/** What was read. */
export interface MinutesRead {
  readonly minutes: readonly MinuteFigures[];
  /** Until when they do not change any more, in milliseconds since 1970. */
  readonly finalUntil: number;
}

/**
 * Reads the minutes of both versions since a time.
 *
 * @param from in milliseconds since 1970; the minute that it is in is read again
 * @param startedAt when the rollout began: an earlier attempt of the same version may have failed in the same minute
 * @throws Error if CloudWatch does not answer in time
 */
export async function readMinutes(
  { logs }: AwsClients,
  subject: RolloutSubject,
  versions: readonly string[],
  from: number,
  startedAt: number,
): Promise<MinutesRead> {
  const now = Date.now();
  const begin = Math.floor(from / MINUTE) * MINUTE;
  const to = Math.min(now, begin + LONGEST_READ);
  const query = formatFiguresQuery(subject, versions);
  const rows = await callAws(
    (abortSignal) =>
      askLog(logs, { logGroup: subject.logGroup, query, from: Math.max(begin, startedAt), to }, abortSignal),
    LONGEST_QUERY_MILLISECONDS,
  );
  const complete = Math.floor(Math.min(to, now - LATE_MILLISECONDS) / MINUTE) * MINUTE;
  return { minutes: parseFigures(rows, subject), finalUntil: Math.max(begin, complete) };
}

/**
 * Reads what a version's requests were like before a time: of an hour if there were enough, and otherwise of up to a
 * day.
 *
 * @throws Error if CloudWatch does not answer in time
 */
export async function readReference(
  { logs }: AwsClients,
  subject: RolloutSubject,
  version: string,
  to: number,
): Promise<VersionFigures> {
  // By the minute, a day would have more rows than an answer may have.
  const query = formatFiguresQuery(subject, [version], "1h");
  const read = async (hours: number) => {
    const question = { logGroup: subject.logGroup, query, from: to - hours * HOUR, to };
    const rows = await callAws((abortSignal) => askLog(logs, question, abortSignal), LONGEST_QUERY_MILLISECONDS);
    return addFigures(parseFigures(rows, subject).flatMap(({ versions }) => versions[version] ?? []));
  };
  const recent = await read(REFERENCE_HOURS.short);
  const coldStarts = Object.values(recent.inits).reduce((sum, count) => sum + count, 0);
  if (recent.requests >= ENOUGH_REQUESTS && coldStarts >= ENOUGH_COLD_STARTS) return recent;
  const affordable = Math.floor(MOST_REQUESTS / Math.max(1, recent.requests));
  const hours = Math.min(REFERENCE_HOURS.long, affordable);
  return hours > REFERENCE_HOURS.short ? read(hours) : recent;
}

/**
 * A query that counts lines of the log: those of `monitor` and the platform's reports, by the minute, the version and
 * what they say. The log stream's name holds the version:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 * The reports' fields: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
export function formatFiguresQuery(
  { publishesMetrics, functionName }: Pick<RolloutSubject, "publishesMetrics" | "functionName">,
  versions: readonly string[],
  period = "1m",
): string {
  const bucket = (value: string) => `coalesce(1 + floor(10 * log(1 + ${value})), 0)`;
  const lines = [
    'type = "platform.report"',
    // The function's code may log fields of these names as well.
    ...(publishesMetrics
      ? [`${FUNCTION_NAME} = ${JSON.stringify(functionName)} and (ispresent(ExecutionTime) or ispresent(Category))`]
      : []),
  ];
  const metrics = "record.metrics";
  return `filter ${lines.join(" or ")}
| parse @logStream /\\[(?<version>[^\\]]+)\\]/
| filter version in [${versions.map((version) => JSON.stringify(version)).join(", ")}]
| fields coalesce(record.status, "none") as status, ${publishesMetrics ? "coalesce(strlen(Category), 0)" : "0"} as failed, ${bucket(publishesMetrics ? "ExecutionTime" : `${metrics}.durationMs`)} as duration, ${bucket(`${metrics}.initDurationMs`)} as init, ${bucket(`100 * ${metrics}.maxMemoryUsedMB / ${metrics}.memorySizeMB`)} as memory
| stats count(*) as lines by bin(${period}) as minute, version, status, failed, duration, init, memory
| limit 10000`;
}

interface Counting {
  requests: number;
  failures: number;
  timeouts: number;
  readonly durations: Record<string, number>;
  readonly inits: Record<string, number>;
  readonly memory: Record<string, number>;
}

/** What `formatFiguresQuery` is answered, by the minute. Rows that make no sense are left out. */
export function parseFigures(
  rows: readonly LogRow[],
  { publishesMetrics }: Pick<RolloutSubject, "publishesMetrics">,
): MinuteFigures[] {
  const minutes = new Map<number, Record<string, Counting>>();
  for (const { minute: time = "", version = "", status = "", failed, duration, init, memory, lines } of rows) {
    const minute = Date.parse(`${time.replace(" ", "T")}Z`);
    const count = Number(lines);
    if (Number.isNaN(minute) || version === "" || !(count > 0)) continue;
    const versions = minutes.get(minute) ?? {};
    minutes.set(minute, versions);
    const counting = (versions[version] ??= {
      requests: 0,
      failures: 0,
      timeouts: 0,
      durations: {},
      inits: {},
      memory: {},
    });
    const isReport = status !== "none" && status !== "";
    const hasEnded = status === "timeout" || status === "failure";
    const hasFailed = publishesMetrics ? hasEnded || Number(failed) > 0 : isReport && status !== "success";
    const isRequest = publishesMetrics ? hasEnded || isBucket(duration) : isReport;
    if (isRequest) counting.requests += count;
    if (hasFailed) counting.failures += count;
    if (status === "timeout") counting.timeouts += count;
    add(counting.durations, duration, count);
    add(counting.inits, init, count);
    add(counting.memory, memory, count);
  }
  return [...minutes]
    .map(([minute, versions]): MinuteFigures => ({ minute, versions }))
    .sort((one, other) => one.minute - other.minute);
}

/** Buckets are counted from 1 in the query's answer, whose 0 is no value: its syntax knows no negative numbers. */
function isBucket(value: string | undefined): value is string {
  return Number(value) >= 1;
}

function add(values: Record<string, number>, bucket: string | undefined, count: number): void {
  if (!isBucket(bucket)) return;
  const key: keyof Histogram = String(Number(bucket) - 1);
  values[key] = (values[key] ?? 0) + count;
}
