import type * as sdk from "@aws-sdk/client-cloudwatch";
import { type CloudWatchClient, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { GetFunctionConfigurationCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import { toOneLine } from "../../performance/foreign-text";
import { FUNCTION_NAME } from "../../performance/metrics";
import { RecentRounds } from "../../warming/recent-rounds";
import { type WarmingTarget } from "../../warming/contract";
import { type KnownUsage } from "../../warming/demand";
import { estimatePeak, PERIOD_MINUTES, Peaks, type UsagePeriod } from "../../warming/peaks";
import { HISTORY_DAYS, MINUTES_KEPT_HOURS } from "../../warming/planner";
import { computeReadingInterval } from "../../warming/reading";
import { limitConcurrency } from "./limit-concurrency";
import { runBefore } from "./time-limit";

/**
 * Reads functions' usage from CloudWatch: for all functions at once, no more often than requested, and only what is
 * new. Each metric costs money, and reading costs more than pinging: https://aws.amazon.com/cloudwatch/pricing/
 */

const MINUTE = 60_000;
const PERIOD = PERIOD_MINUTES * MINUTE;
const HISTORY = HISTORY_DAYS * 24 * 60 * MINUTE;
const MINUTES_HISTORY = MINUTES_KEPT_HOURS * 60 * MINUTE;

/** Metrics may be late: these minutes are read again. */
const OVERLAP = 15 * MINUTE;

const MAX_TEXT_CHARACTERS = 300;

/** If there is no answer for this long, fixed numbers are used. */
const LONGEST_READ_MILLISECONDS = 10_000;

const RETRY_MINUTES = 15;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const QUERIES_PER_CALL = 500;

const REQUESTS_AT_ONCE = 20;

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
  nextReadAt: number;
  readUntil?: number;
  /** The usage, in the form that plans need; missing if none is known. */
  peaks?: Peaks;
  /** Why the last attempt to read failed. */
  error?: string;
}

type ConditionalTarget = WarmingTarget & Required<Pick<WarmingTarget, "conditional">>;

/** The usage of functions, as far as it was read. */
export class UsageReader {
  private readonly known = new Map<string, Known>();

  /** These targets' usage, by function name, read again if that is due. Never rejects. */
  async read(
    targets: readonly WarmingTarget[],
    endsAt: number,
    lambda: LambdaClient,
  ): Promise<ReadonlyMap<string, KnownUsage>> {
    const now = Date.now();
    const due = new Map<string, ConditionalTarget>();
    for (const target of targets) {
      const { functionName, conditional } = target;
      if (conditional && now >= this.of(functionName).nextReadAt) due.set(functionName, { ...target, conditional });
    }
    if (due.size > 0) await this.extend([...due.values()], now, endsAt, lambda);
    return new Map(targets.map(({ functionName }) => [functionName, this.readUsage(functionName, now)]));
  }

  private readUsage(functionName: string, now: number): KnownUsage {
    const { peaks, minutes, asked, error } = this.of(functionName);
    if (error !== undefined) return `usage could not be read: ${error}`;
    return peaks ? { peaks, minutes: listPeriods(minutes), asked, now } : "no usage is known";
  }

  private async extend(
    targets: readonly ConditionalTarget[],
    now: number,
    endsAt: number,
    lambda: LambdaClient,
  ): Promise<void> {
    const names = targets.map(({ functionName }) => functionName);
    // Half of the remaining time, to leave some for the pings.
    const readBefore = Math.min(now + LONGEST_READ_MILLISECONDS, (now + endsAt) / 2);
    for (const name of names) delete this.of(name).error;
    try {
      const results = await runBefore(readBefore, (signal) => this.fetch(names, now, signal));
      names.forEach((name, index) => {
        learn(
          this.of(name),
          (key, period) => results.get(formatQueryId(key, period, index)) ?? new Map<number, number>(),
          now,
        );
      });
      await runBefore(readBefore, (signal) => this.learnPeaks(targets, now, lambda, signal));
    } catch (failure) {
      for (const name of names) this.of(name).error = describe(failure);
    }
    for (const { functionName, conditional } of targets) {
      const known = this.of(functionName);
      const knownFor = known.peaks ? now - known.peaks.from : 0;
      const metrics = SOURCES[known.source].length;
      known.nextReadAt =
        now +
        MINUTE *
          (known.error ? RETRY_MINUTES : computeReadingInterval(conditional.readEveryMinutes, knownFor, metrics));
    }
  }

  /**
   * CloudWatch has no data for periods without requests. Before the first data, the function may not have existed, so
   * that time shows nothing. If there is no data at all, the function is unused if it existed, and otherwise new.
   */
  private async learnPeaks(
    targets: readonly WarmingTarget[],
    now: number,
    lambda: LambdaClient,
    signal: AbortSignal,
  ): Promise<void> {
    const earliest = now - HISTORY;
    const inTurn = limitConcurrency(REQUESTS_AT_ONCE);
    const learnOne = async (target: WarmingTarget) => {
      const known = this.of(target.functionName);
      const periods = listPeriods(known.periods);
      const first = periods.reduce((least, { startsAt }) => Math.min(least, startsAt), Infinity);
      if (periods.length > 0) known.peaks = new Peaks(periods, first, now);
      else if (await inTurn(() => isOlderThan(earliest, target, lambda, signal))) {
        known.peaks = new Peaks([], earliest, now);
      } else delete known.peaks;
    };
    await Promise.all(targets.map(learnOne));
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
      nextReadAt: 0,
    };
    this.known.set(functionName, known);
    return known;
  }
}

/** Whether a target's version was deployed before a time. If Lambda does not say, it may be new. */
async function isOlderThan(
  time: number,
  { functionName, qualifier }: WarmingTarget,
  lambda: LambdaClient,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionName, Qualifier: qualifier });
  try {
    const { LastModified = "" } = await lambda.send(command, { abortSignal });
    return Date.parse(LastModified) < time;
  } catch {
    return false;
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

function estimate(invocations: Points, durations: Points, period: number): Points {
  return new Map(
    [...invocations].map(([time, count]) => [time, estimatePeak(count, durations.get(time) ?? 0, period)]),
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
