import { countRequests, describeObjective, listObjectives } from "../../model/objectives";
import { type MetricAddress } from "../../model/metrics";
import { type WatchedFunction } from "../../model/watched-function";
import { FUNCTION_NAME, NAMESPACE } from "../../performance/metrics";
import { type AwsAccess } from "../aws/access";
import { listMetrics, type Point, readMetrics, requestSum, sumPoints } from "../aws/metrics";
import { type ErrorBudget, computeBudget, type Spending } from "./budget";

const HOUR_SECONDS = 3600;
const HOUR = 1000 * HOUR_SECONDS;
const DAY = 24 * HOUR;

/**
 * ListMetrics does not find older metrics:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html
 */
const OTHER = "other (timeouts, crashes, categories without failures for two weeks)";

/** Budgets, and the number of metrics that were read for them: each one is billed. */
export interface BudgetReading {
  readonly budgets: ErrorBudget[];
  readonly metricsRead: number;
}

/** The most metrics that {@link readBudgets} reads, without those of failure categories and versions. */
export function countBudgetMetrics(functions: readonly WatchedFunction[]): number {
  return functions
    .flatMap((watched) => listObjectives(watched).map(({ key }) => Object.keys(countRequests(key, watched).metrics)))
    .reduce((total, { length }) => total + 2 * length, 0);
}

/**
 * Every error budget of some functions, until the last full hour.
 *
 * @param now in milliseconds since 1970
 * @throws AwsFailure
 */
export async function readBudgets(
  aws: AwsAccess,
  functions: readonly WatchedFunction[],
  now: number,
): Promise<BudgetReading> {
  const to = Math.floor(now / HOUR) * HOUR;
  const all = functions.flatMap((watched) => listObjectives(watched).map((one) => ({ watched, ...one })));
  const budgets: ErrorBudget[] = [];
  let metricsRead = countBudgetMetrics(functions);
  // Objectives over the same days are read together.
  for (const days of new Set(all.map(({ objective }) => objective.days))) {
    const [same, from] = [all.filter(({ objective }) => objective.days === days), to - days * DAY];
    const requests = same.flatMap(({ watched, key }, index) => {
      const { metrics, bad, all: every } = countRequests(key, watched);
      const measure = (expression: string) => ({ statistic: "Sum" as const, metrics, expression });
      return [
        [`${index} bad`, measure(bad)],
        [`${index} all`, measure(every)],
      ] as const;
    });
    const points = await readMetrics(aws, Object.fromEntries(requests), { from, to, periodSeconds: HOUR_SECONDS });
    for (const [index, { watched, key, objective }] of same.entries()) {
      const total = (since: number) => ({
        requests: sumSince(points[`${index} all`], since),
        bad: Math.round(sumSince(points[`${index} bad`], since)),
      });
      const budget = computeBudget(objective, total(from), total(to - DAY), to);
      const isSpent = key === "availability" && budget.bad > 0 && budget.allowed > 0;
      const spent = isSpent ? await readSpending(aws, watched, budget, { from, to }) : undefined;
      metricsRead += spent?.metricsRead ?? 0;
      const goal = describeObjective(key, watched.objectives);
      budgets.push({ function: watched.id, objective: key, goal, days, ...budget, ...spent?.spending });
    }
  }
  return { budgets, metricsRead };
}

/** What spent a budget of availability: by failure category, and by the version that answered. */
async function readSpending(
  aws: AwsAccess,
  { name, publishesMetrics, deployedHere }: WatchedFunction,
  { bad, allowed }: Pick<ErrorBudget, "bad" | "allowed">,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<{
  readonly spending: Pick<ErrorBudget, "spentByCategory" | "spentByVersion">;
  readonly metricsRead: number;
}> {
  const lambda = { FunctionName: name, ...(deployedHere && { Resource: `${name}:live` }) };
  const find = async (namespace: string, metricName: string, dimensions: MetricAddress["dimensions"], by: string) =>
    (await listMetrics(aws, namespace, { metricName, dimensions })).flatMap((found): [string, MetricAddress][] => {
      const { [by]: value } = found;
      return value === undefined ? [] : [[value, { namespace, metricName, dimensions: found }]];
    });
  const categories = publishesMetrics ? await find(NAMESPACE, "Failures", { [FUNCTION_NAME]: name }, "Category") : [];
  const versions = deployedHere ? await find("AWS/Lambda", "Errors", lambda, "ExecutedVersion") : [];
  const refused: MetricAddress = { namespace: "AWS/Lambda", metricName: "Throttles", dimensions: lambda };
  const named = [
    ...categories.map(([category, metric]) => [`category ${category}`, metric] as const),
    ...versions.map(([version, metric]) => [`version ${version}`, metric] as const),
    ["refused", refused] as const,
  ];
  const points = await readMetrics(aws, Object.fromEntries(named.map(([what, metric]) => [what, requestSum(metric)])), {
    from,
    to,
    periodSeconds: (to - from) / 1000,
  });
  const list = (kind: string): Spending[] =>
    Object.entries(points)
      .filter(([what]) => what.startsWith(kind))
      .map(([what, found]) => ({ what: what.slice(kind.length), requests: sumPoints(found) }))
      .filter(({ requests }) => requests > 0)
      .sort((one, other) => other.requests - one.requests)
      .map((one) => ({ ...one, percent: (100 * one.requests) / allowed }));
  const known = [...list("category "), ...list("refused").map((one) => ({ ...one, what: "refused (throttles)" }))];
  const rest = bad - known.reduce((total, { requests }) => total + requests, 0);
  const ended = { what: publishesMetrics ? OTHER : "failed", requests: rest };
  const byVersion = list("version ");
  return {
    spending: {
      spentByCategory: [...known, ...(rest > 0 ? [{ ...ended, percent: (100 * rest) / allowed }] : [])],
      ...(byVersion.length > 0 && { spentByVersion: byVersion }),
    },
    metricsRead: named.length,
  };
}

function sumSince(points: readonly Point[] = [], since: number): number {
  return sumPoints(points.filter(({ at }) => at >= since));
}
