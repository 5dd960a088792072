import { type Distribution, makeFixed } from "../../advisor/distribution";
import { HISTORY_DAYS } from "../../warming/planner";
import { buildTrafficMetric, buildReportedMetric } from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { type AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { type MetricRequest, type Point, priceReading, readMetrics } from "../aws/metrics";
import { type AdvisedSubject } from "./advise-function";
import { buildMinuteUse } from "./minute-use";
import { mixPeriods, type PeriodQuantiles } from "./quantiles";

const MINUTE = 60_000;
const DAY_SECONDS = 86_400;

/** Statistics with the share of values that do not exceed them. */
const QUANTILES: Readonly<Record<string, number>> = {
  Minimum: 0,
  p10: 0.1,
  p25: 0.25,
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  "p99.9": 0.999,
  Maximum: 1,
};

/** Maximum cost of reading the usage of this many functions, in dollars. */
export function priceUse(functions: number): { readonly metrics: number; readonly dollars: number } {
  const each =
    Object.keys(requestByMinute({ name: "", deployedHere: true })).length +
    Object.keys(requestByDay({ name: "", deployedHere: true })).length;
  return { metrics: functions * each, dollars: priceReading(functions * each) };
}

/**
 * Reads a function's usage in the last {@link HISTORY_DAYS} days: invocations and concurrency by the minute, durations
 * by the day.
 *
 * @throws AwsFailure
 */
export async function readUse(aws: AwsAccess, watched: WatchedFunction, now: number) {
  const to = Math.floor(now / MINUTE) * MINUTE;
  const from = to + MINUTE - HISTORY_DAYS * DAY_SECONDS * 1000;
  const read = (requests: Readonly<Record<string, MetricRequest>>, periodSeconds: number) =>
    readMetrics(aws, requests, { from, to, periodSeconds });
  const minutes = await read(requestByMinute(watched), 60);
  const days = await read(requestByDay(watched), DAY_SECONDS);
  return buildKnownUse(
    watched,
    { from, to },
    { minutes: (name) => minutes[name] ?? [], days: (name) => days[name] ?? [] },
  );
}

/** What was read for one function, by the names of the requests. */
interface Read {
  readonly minutes: (name: string) => readonly Point[];
  readonly days: (name: string) => readonly Point[];
}

type Subject = Pick<WatchedFunction, "name" | "deployedHere">;

function requestByMinute(subject: Subject): Readonly<Record<string, MetricRequest>> {
  return {
    invocations: { metric: buildTrafficMetric("Invocations", subject), statistic: "Sum" },
    concurrency: { metric: buildTrafficMetric("ConcurrentExecutions", subject), statistic: "Maximum" },
    duration: { metric: buildTrafficMetric("Duration", subject), statistic: "Average" },
  };
}

function requestByDay(subject: Subject): Readonly<Record<string, MetricRequest>> {
  const all = [...Object.keys(QUANTILES), "SampleCount"];
  return Object.fromEntries(
    all.flatMap((statistic) => [
      [`duration ${statistic}`, { metric: buildTrafficMetric("Duration", subject), statistic }],
      [`init ${statistic}`, { metric: buildReportedMetric("InitDuration", subject), statistic }],
    ]),
  );
}

function buildKnownUse(
  { id, deployedHere }: WatchedFunction,
  { from, to }: { readonly from: number; readonly to: number },
  { minutes, days }: Read,
): Pick<AdvisedSubject, "history" | "initSeconds" | "notes"> {
  const initSeconds = mixQuantiles("init", days);
  const init = initSeconds && { initSeconds };
  const [first] = minutes("invocations");
  if (!first) {
    const none = new Float64Array((to - from) / MINUTE);
    // The duration of a request is unknown, but none is ever drawn.
    const source = { kind: "minutes", counts: none, peaks: none, workSeconds: makeFixed(Number.NaN) } as const;
    return { ...init, history: { startsAt: from, seconds: none.length * 60, source }, notes: [] };
  }
  const workSeconds = mixQuantiles("duration", days);
  if (!workSeconds) throw new AwsFailure(`CloudWatch has invocations of ${id}, but not their duration`);

  const length = Math.max(1, (to - first.at) / MINUTE);
  const { counts, peaks, isEstimated } = buildMinuteUse(
    {
      invocations: minutes("invocations"),
      concurrency: minutes("concurrency"),
      duration: minutes("duration"),
    },
    first.at,
    length,
  );
  const notes = [
    ...(isEstimated
      ? [`${id}: CloudWatch has no ConcurrentExecutions of its traffic: estimated from Invocations and Duration`]
      : []),
    ...(deployedHere ? [] : [`${id}: it is deployed elsewhere, so its requests may include pings`]),
  ];
  return {
    ...init,
    history: { startsAt: first.at, seconds: length * 60, source: { kind: "minutes", counts, peaks, workSeconds } },
    notes,
  };
}

/** In seconds; CloudWatch uses milliseconds. */
function mixQuantiles(name: string, days: (name: string) => readonly Point[]): Distribution | undefined {
  const periods = days(`${name} SampleCount`).map(({ at, value: count }): PeriodQuantiles => {
    const quantiles = Object.entries(QUANTILES).flatMap(([statistic, share]) => {
      const point = days(`${name} ${statistic}`).find((one) => one.at === at);
      return point ? [[share, point.value / 1000] as const] : [];
    });
    return { count, quantiles };
  });
  return mixPeriods(periods);
}
