import type * as sdk from "@aws-sdk/client-cloudwatch";
import { type CloudWatchClient, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { toOneLine } from "../../performance/foreign-text";
import { FUNCTION_NAME } from "../../performance/metrics";
import { RecentRounds } from "../../warming/recent-rounds";
import { type WarmingTarget } from "../../warming/contract";
import { type KnownUsage } from "../../warming/demand";
import { MINUTES_KEPT_HOURS, type UsagePeriod } from "../../warming/planner";
import { runBefore } from "./time-limit";

/**
 * Reads functions' usage from CloudWatch: for all functions at once, no more often than requested, and only what is
 * new. Each metric costs money, and reading costs more than pinging: https://aws.amazon.com/cloudwatch/pricing/
 */

const MINUTE = 60_000;
const PERIOD_MINUTES = 5;
const PERIOD = PERIOD_MINUTES * MINUTE;
/** As long as CloudWatch keeps metrics by the minute, and longer than plans look back. */
const HISTORY = 15 * 24 * 60 * MINUTE;
const MINUTES_HISTORY = MINUTES_KEPT_HOURS * 60 * MINUTE;

/** Metrics may be late: these minutes are read again. */
const OVERLAP = 15 * MINUTE;

const MAX_TEXT_CHARACTERS = 300;

/** If there is no answer for this long, fixed numbers are used. */
const LONGEST_READ_MILLISECONDS = 10_000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

/** The alias that gets requests but no pings. */
const TRAFFIC_ALIAS = "live";

const METRICS = {
  concurrency: { MetricName: "ConcurrentExecutions", Stat: "Maximum" },
  invocations: { MetricName: "Invocations", Stat: "Sum" },
  duration: { MetricName: "Duration", Stat: "Average" },
} as const;

type MetricKey = keyof typeof METRICS;

/** The source of a function's concurrency. */
const SOURCES: Readonly<Record<"measured" | "estimated" | "unknown", readonly MetricKey[]>> = {
  measured: ["concurrency"],
  estimated: ["invocations", "duration"],
  unknown: ["concurrency", "invocations", "duration"],
};

/** Values by the time at which their period starts. */
type Points = Map<number, number>;

/** What is known about one function. */
interface Known {
  source: keyof typeof SOURCES;
  /** Concurrency in periods of five minutes. */
  readonly periods: Points;
  /** Concurrency by the minute, in the last hours. */
  readonly minutes: Points;
  readonly asked: RecentRounds;
  triedAt: number;
  readUntil?: number;
  /** Why the last attempt to read failed. */
  error?: string;
}

/** The usage of functions, as far as it was read. */
export class UsageReader {
  private readonly known = new Map<string, Known>();

  /** These targets' usage, by function name, read again if that is due. Never rejects. */
  async read(targets: readonly WarmingTarget[], endsAt: number): Promise<ReadonlyMap<string, KnownUsage>> {
    const now = Date.now();
    const due = targets.filter(({ functionName, conditional }) => {
      const known = this.known.get(functionName);
      return conditional && (!known || now - known.triedAt >= conditional.readEveryMinutes * MINUTE);
    });
    await this.extend([...new Set(due.map(({ functionName }) => functionName))], now, endsAt);
    return new Map(targets.map(({ functionName }) => [functionName, this.readUsage(functionName, now)]));
  }

  private readUsage(functionName: string, now: number): KnownUsage {
    const { periods, minutes, asked, error } = this.of(functionName);
    if (error !== undefined) return `usage could not be read: ${error}`;
    // CloudWatch has no data for periods without requests. Before the first data, the function may not have existed, so
    // that time shows nothing.
    return { history: listPeriods(periods), periodMinutes: PERIOD_MINUTES, minutes: listPeriods(minutes), asked, now };
  }

  private async extend(names: readonly string[], now: number, endsAt: number): Promise<void> {
    if (names.length === 0) return;
    const all = names.map((name) => this.of(name));
    for (const known of all) {
      known.triedAt = now;
      delete known.error;
    }
    try {
      // Half of the remaining time, to leave some for the pings.
      const readBefore = Math.min(now + LONGEST_READ_MILLISECONDS, (now + endsAt) / 2);
      const results = await runBefore(readBefore, (signal) => this.fetch(names, now, signal));
      names.forEach((name, index) => {
        learn(
          this.of(name),
          (key, period) => results.get(formatQueryId(key, period, index)) ?? new Map<number, number>(),
          now,
        );
      });
    } catch (failure) {
      for (const known of all) known.error = describe(failure);
    }
  }

  /**
   * Reads new data of these functions, by the minute; the first time, also periods. Functions with the same start time
   * share calls.
   */
  private async fetch(names: readonly string[], now: number, signal: AbortSignal): Promise<Map<string, Points>> {
    const queriesByStart = new Map<number, MetricDataQuery[]>();
    names.forEach((name, index) => {
      const { source, readUntil } = this.of(name);
      const ask = (period: number, start: number) => {
        const queries = SOURCES[source].map((key) => buildQuery(key, period, index, name));
        queriesByStart.set(start, [...(queriesByStart.get(start) ?? []), ...queries]);
      };
      if (readUntil === undefined) ask(PERIOD, findPeriodStart(PERIOD, now) - HISTORY);
      ask(MINUTE, readUntil === undefined ? findPeriodStart(MINUTE, now) - MINUTES_HISTORY : readUntil - OVERLAP);
    });
    const loaded: typeof sdk & { readonly default?: typeof sdk } = await import("@aws-sdk/client-cloudwatch");
    // For a CommonJS package in a separate file, esbuild exports only the default.
    const { CloudWatchClient, GetMetricDataCommand } = loaded.default ?? loaded;
    const client = new CloudWatchClient();
    const results = new Map<string, Points>();
    try {
      for (const [start, queries] of queriesByStart) {
        for (let from = 0; from < queries.length; from += QUERIES_PER_CALL) {
          const input = {
            StartTime: new Date(start),
            EndTime: new Date(findPeriodStart(PERIOD, now) + PERIOD),
            MetricDataQueries: queries.slice(from, from + QUERIES_PER_CALL),
          };
          await collect(client, (NextToken) => new GetMetricDataCommand({ ...input, NextToken }), results, signal);
        }
      }
    } finally {
      // Its connections would not survive the pause until the next read.
      client.destroy();
    }
    return results;
  }

  private of(functionName: string): Known {
    const known: Known = this.known.get(functionName) ?? {
      source: "unknown",
      periods: new Map(),
      minutes: new Map(),
      asked: new RecentRounds(),
      triedAt: 0,
    };
    this.known.set(functionName, known);
    return known;
  }
}

/** Adds every page of an answer to the results, by the queries' ids. */
async function collect(
  client: CloudWatchClient,
  commandFor: (nextToken: string | undefined) => sdk.GetMetricDataCommand,
  results: Map<string, Points>,
  abortSignal: AbortSignal,
): Promise<void> {
  let nextToken: string | undefined;
  do {
    const page = await client.send(commandFor(nextToken), { abortSignal });
    for (const { Id = "", Timestamps = [], Values = [], StatusCode } of page.MetricDataResults ?? []) {
      if (StatusCode === "InternalError" || StatusCode === "Forbidden") throw new Error(`CloudWatch: ${StatusCode}`);
      const points = results.get(Id) ?? new Map<number, number>();
      Timestamps.forEach((time, index) => points.set(time.getTime(), Values[index] ?? 0));
      results.set(Id, points);
    }
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
}

function learn(known: Known, pointsOf: (key: MetricKey, period: number) => Points, now: number): void {
  const measured = (period: number) => pointsOf("concurrency", period);
  const estimated = (period: number) => estimate(pointsOf("invocations", period), pointsOf("duration", period), period);
  const isThere = (points: (period: number) => Points) => points(PERIOD).size + points(MINUTE).size > 0;
  if (known.source === "unknown") {
    if (isThere(measured)) known.source = "measured";
    else if (isThere(estimated)) known.source = "estimated";
  }
  const read = known.source === "measured" ? measured : estimated;
  for (const [time, value] of read(PERIOD)) known.periods.set(time, value);
  for (const [time, value] of read(MINUTE)) {
    known.minutes.set(time, value);
    const period = findPeriodStart(PERIOD, time);
    known.periods.set(period, Math.max(value, known.periods.get(period) ?? 0));
  }
  forgetBefore(findPeriodStart(PERIOD, now) - HISTORY, known.periods);
  forgetBefore(now - MINUTES_HISTORY, known.minutes);
  known.readUntil = findPeriodStart(MINUTE, now);
}

function forgetBefore(earliest: number, points: Points): void {
  for (const time of points.keys()) if (time < earliest) points.delete(time);
}

function listPeriods(points: Points): UsagePeriod[] {
  return [...points].map(([startsAt, concurrency]) => ({ startsAt, concurrency }));
}

/**
 * Little's law: the average concurrency is requests per second times seconds per request. Peaks are up to three
 * standard deviations higher.
 */
function estimate(invocations: Points, durations: Points, period: number): Points {
  return new Map(
    [...invocations].map(([time, count]) => {
      const average = (count * (durations.get(time) ?? 0)) / period;
      return [time, average + 3 * Math.sqrt(average)];
    }),
  );
}

function buildQuery(key: MetricKey, period: number, index: number, functionName: string): MetricDataQuery {
  const { MetricName, Stat } = METRICS[key];
  const Dimensions = [
    { Name: FUNCTION_NAME, Value: functionName },
    { Name: "Resource", Value: `${functionName}:${TRAFFIC_ALIAS}` },
  ];
  return {
    Id: formatQueryId(key, period, index),
    MetricStat: { Metric: { Namespace: "AWS/Lambda", MetricName, Dimensions }, Period: period / 1000, Stat },
  };
}

function formatQueryId(key: MetricKey, period: number, index: number): string {
  return `${key}${index}_${period / MINUTE}min`;
}

/** The start of the period that contains a time. */
function findPeriodStart(period: number, time: number): number {
  return Math.floor(time / period) * period;
}

function describe(failure: unknown): string {
  const { name, message } = failure as Error;
  return toOneLine(message === "" ? name : `${name}: ${message}`, MAX_TEXT_CHARACTERS);
}
