import { InsightsQueryError } from "../../local/cloudwatch/insights/error";
import { type LocalMetric } from "../../local/cloudwatch/metric-data";
import { type LocalEnvironment } from "../../local/local-environment";
import { computeSeries, type MetricSearch } from "../dashboard/compute-series";
import { type DashboardSource } from "../dashboard/source";

/** The figures of an environment that runs on this computer. */
export function createLocalSource(
  environment: Pick<LocalEnvironment, "metrics" | "snapshot" | "queryLogs">,
): DashboardSource {
  const { metrics } = environment;
  const search = (wanted: MetricSearch) => metrics.list().filter((metric) => isFound(metric, wanted));
  return {
    readSeries: (questions) => Promise.resolve(questions.map((question) => computeSeries(question, metrics, search))),
    readAlarmStates: () =>
      Promise.resolve(new Map(environment.snapshot().alarms.map(({ name, state }) => [name, state]))),
    readLogs: (questions) =>
      Promise.resolve(
        questions.map(({ logGroups, query, from, to }) => {
          try {
            return environment.queryLogs(logGroups, query, { from, to });
          } catch (error) {
            if (error instanceof InsightsQueryError) return { why: error.message };
            throw error;
          }
        }),
      ),
  };
}

function isFound({ namespace, name, dimensions }: LocalMetric, search: MetricSearch): boolean {
  const { MetricName = name, ...values } = search.values;
  const names = Object.keys(dimensions);
  return (
    namespace === search.namespace &&
    name === MetricName &&
    names.length === search.dimensionNames.length &&
    search.dimensionNames.every((wanted) => names.includes(wanted)) &&
    Object.entries(values).every(([dimension, value]) => dimensions[dimension] === value)
  );
}
