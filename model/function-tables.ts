import { buildEmittedMetric, type MetricAddress, buildTrafficMetric, buildReportedMetric } from "./metrics";
import { type WatchedFunction } from "./watched-function";

/** A figure of every function, one in a row. */
export interface FunctionTable {
  readonly title: string;
  /** How a row's periods become its one figure. */
  readonly summary: "AVG" | "MAX" | "SUM";
  readonly rows: readonly { readonly label: string; readonly metric: MetricAddress; readonly statistic: string }[];
}

/**
 * What tells which of all functions is unlike the others. One metric a row: CloudWatch allows 500 in a widget, and
 * 2,500 in a dashboard.
 */
export function buildFunctionTables(functions: readonly WatchedFunction[]): FunctionTable[] {
  const table = (
    title: string,
    summary: FunctionTable["summary"],
    statistic: string,
    metricOf: (watched: WatchedFunction) => MetricAddress,
  ): FunctionTable => ({
    title,
    summary,
    rows: functions.map((watched) => ({ label: watched.id, metric: metricOf(watched), statistic })),
  });
  const isEmitted = functions.every(({ deployedHere }) => deployedHere);
  return [
    table("Requests", "SUM", "Sum", (watched) => buildTrafficMetric("Invocations", watched)),
    table("Errors, without answers of 5xx", "SUM", "Sum", (watched) => buildTrafficMetric("Errors", watched)),
    table("p99, ms: the worst period", "MAX", "p99", (watched) => buildTrafficMetric("Duration", watched)),
    isEmitted
      ? table("Cold starts of requests", "SUM", "Sum", (watched) => buildEmittedMetric("ColdStarts", watched))
      : table("Cold starts", "SUM", "SampleCount", (watched) => buildReportedMetric("InitDuration", watched)),
  ];
}
