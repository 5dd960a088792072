import { AlarmError, evaluateAlarm, type MetricAlarm } from "../../../local/cloudwatch/alarm";
import { compileInsightsQuery } from "../../../local/cloudwatch/insights/query";
import { InsightsQueryError } from "../../../local/cloudwatch/insights/error";
import { type LocalMetric } from "../../../local/cloudwatch/metric-data";
import { type DashboardSource } from "../source";
import { computeSeries, type MetricSearch } from "../compute-series";
import { MadeUpMetrics } from "./made-up-metrics";
import { makeUpLogLines } from "./made-up-log";

/** When made-up figures end unless another time is asked for, so that they are the same each time. */
export const SAMPLE_END = Date.UTC(2026, 0, 15, 14);

/**
 * A source that makes everything up. What a dashboard computes of its figures, the states of alarms and the results of
 * queries are really computed, so that a mistake in a dashboard shows.
 *
 * @param alarms the environment's alarms by name
 * @param functionNames the functions in AWS that are shown, in their order
 * @param end of what is shown, in milliseconds since 1970
 */
export function createSampleSource(
  alarms: ReadonlyMap<string, MetricAlarm>,
  functionNames: readonly string[],
  end: number,
): DashboardSource {
  const metrics = new MadeUpMetrics(end, functionNames[0]);
  const search = ({ namespace, dimensionNames, values }: MetricSearch): LocalMetric[] => {
    const { MetricName: name = "", ...dimensions } = values;
    const functionName = dimensions["FunctionName"] ?? dimensions["Resource"]?.replace(/:.*/, "") ?? "";
    const metric = { namespace, name, dimensions: { FunctionName: functionName, ...dimensions } };
    return dimensionNames.includes("ExecutedVersion") ? metrics.listVersions(metric) : [metric];
  };
  return {
    readSeries: (questions) => Promise.resolve(questions.map((question) => computeSeries(question, metrics, search))),
    readAlarmStates: (names) =>
      Promise.resolve(
        new Map(
          names.flatMap((name) => {
            const alarm = alarms.get(name);
            return alarm ? [[name, evaluate(alarm, metrics, end)] as const] : [];
          }),
        ),
      ),
    readLogs: (questions) =>
      Promise.resolve(
        questions.map(({ logGroups, query }) => {
          try {
            return compileInsightsQuery(query)(logGroups.flatMap((group) => makeUpLogLines(group, functionNames, end)));
          } catch (error) {
            if (error instanceof InsightsQueryError) return { why: error.message };
            throw error;
          }
        }),
      ),
  };
}

function evaluate(alarm: MetricAlarm, metrics: MadeUpMetrics, end: number): string {
  try {
    return evaluateAlarm(alarm, metrics, end);
  } catch (error) {
    if (error instanceof AlarmError || error instanceof RangeError) return "unknown";
    throw error;
  }
}
