import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { type AvailabilityObjective } from "../../model/notifier";
import { countRequests, measureBudget } from "../../model/objectives";

const HOUR_SECONDS = 3600;
const DAY_MILLISECONDS = 86_400_000;

/**
 * What is left of a function's error budget of availability, in one line; undefined without requests.
 *
 * @param name the function's name in AWS
 * @param deployedHere whether its requests enter through alias `live`
 */
export async function readBudget(
  name: string,
  deployedHere: boolean,
  { targetPercent, days }: AvailabilityObjective,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  // Metrics that a function does not publish count as 0.
  const subject = { name, deployedHere, publishesMetrics: true, objectives: {} };
  const { metrics, bad, all } = countRequests("availability", subject);
  const queries = Object.entries(metrics).map(
    ([Id, { namespace: Namespace, metricName: MetricName, dimensions, statistic: Stat = "Sum" }]): MetricDataQuery => {
      const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
      return {
        Id,
        ReturnData: false,
        MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: HOUR_SECONDS, Stat },
      };
    },
  );
  const now = Date.now();
  const client = new CloudWatchClient();
  try {
    const { MetricDataResults: results = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - days * DAY_MILLISECONDS),
        EndTime: new Date(now),
        MetricDataQueries: [
          ...queries,
          { Id: "bad_requests", Expression: bad },
          { Id: "all_requests", Expression: all },
        ],
      }),
      { abortSignal },
    );
    const total = (id: string) =>
      results
        .filter(({ Id }) => Id === id)
        .flatMap(({ Values = [] }) => Values)
        .reduce((sum, value) => sum + value, 0);
    const totals = { requests: total("all_requests"), bad: total("bad_requests") };
    const { leftPercent } = measureBudget({ targetPercent }, totals);
    if (leftPercent === undefined) return undefined;
    const left = Math.round(leftPercent);
    const goal = `${targetPercent} % of ${days} days`;
    return left >= 0 ? `${left} % left (${goal})` : `spent, and ${-left} % more (${goal})`;
  } finally {
    client.destroy();
  }
}
