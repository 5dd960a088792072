import { buildTrafficMetric, findColdStarts, type LambdaMetricName, type MetricAddress } from "./metrics";
import { type WatchedFunction } from "./watched-function";

/** One figure of every function, with one function per row. */
export interface FunctionTable {
  readonly title: string;
  /** How the periods of a row become one figure. */
  readonly summary: "AVG" | "MAX" | "SUM";
  readonly rows: readonly { readonly label: string; readonly metric: MetricAddress; readonly statistic: string }[];
}

/**
 * Shows which function differs from the others. One metric per row: CloudWatch allows 500 in a widget, and 2,500 in a
 * dashboard.
 */
export function buildFunctionTables(functions: readonly WatchedFunction[]): FunctionTable[] {
  const table = (
    title: string,
    summary: FunctionTable["summary"],
    read: (watched: WatchedFunction) => { readonly metric: MetricAddress; readonly statistic: string },
  ): FunctionTable => ({
    title,
    summary,
    rows: functions.map((watched) => ({ label: watched.id, ...read(watched) })),
  });
  const traffic = (name: LambdaMetricName, statistic: string) => (watched: WatchedFunction) => ({
    metric: buildTrafficMetric(name, watched),
    statistic,
  });
  const isEmitted = functions.every(({ publishesMetrics }) => publishesMetrics);
  return [
    table("Requests", "SUM", traffic("Invocations", "Sum")),
    table("Errors, without answers of 5xx", "SUM", traffic("Errors", "Sum")),
    table("p99, ms: the worst period", "MAX", traffic("Duration", "p99")),
    table(isEmitted ? "Cold starts of requests" : "Cold starts", "SUM", findColdStarts),
  ];
}
