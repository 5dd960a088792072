import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { FUNCTION_NAME, NAMESPACE, formatPlatformNamespace } from "../../performance/metrics";
import {
  type MetricAddress,
  buildAliasMetric,
  buildFunctionMetric,
  buildTrafficMetric,
  buildReportedMetric,
  buildOwnMetric as warmedMetric,
} from "../../model/metrics";
import { type WatchedFunction, listWatchedFunctions } from "../../model/watched-function";
import { listWarmedFunctions } from "../../model/warmed-functions";
import { AwsAccess } from "../aws/access";
import { type Reader } from "../aws/part-reader";
import { listMetrics, type MetricRequest, priceReading, readMetrics, requestSum, sumPoints } from "../aws/metrics";

const HOUR = 3_600_000;

/** CloudWatch keeps values by the hour for 455 days. */
const PERIOD_SECONDS = 3600;

/** Number of runs, and their total duration. */
export interface Runs {
  readonly invocations: number;
  readonly seconds: number;
}

/** The usage of an environment. */
export type EnvironmentUsage = NonNullable<Awaited<ReturnType<typeof readUsage>>>;

/** The usage of one function. */
export type FunctionUsage = EnvironmentUsage["functions"] extends ReadonlyMap<string, infer Usage> ? Usage : never;

type Requests = Readonly<Record<string, MetricRequest>>;

/**
 * Reads the usage of an environment in a time range, in milliseconds since 1970.
 *
 * @param reader remembers what could not be read
 * @returns undefined if there is no value in the whole time, or none could be read
 */
export async function readUsage(
  environment: Environment,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
  reader: Reader,
) {
  const aws = new AwsAccess(environment.region, signal);
  const functions = listWatchedFunctions(environment);
  const qualifiers = new Map(listWarmedFunctions(environment).map(({ id, qualifier }) => [id, qualifier]));
  const requests: Requests = Object.fromEntries(
    [
      listWarmerRequests(formatDeployedName(environment.name, WARMER)),
      ...functions.map((one) => listFunctionRequests(one, qualifiers.get(one.id))),
    ].flatMap(Object.entries<MetricRequest>),
  );
  const range = { from, to, periodSeconds: PERIOD_SECONDS };
  const points = await reader.read("use", () => readMetrics(aws, requests, range));
  if (!points) return undefined;
  const first = Math.min(...Object.values(points).map(([earliest]) => earliest?.at ?? Infinity));
  if (first === Infinity) return undefined;

  const counts = await reader.read("number of metrics", () => countMetrics(aws, functions));
  const sum = (key: string) => sumPoints(points[key]);
  const runs = (key: string): Runs => ({ invocations: sum(`${key} count`), seconds: sum(`${key} time`) / 1000 });
  const buildFunctionUsage = ({ id, deployedHere }: WatchedFunction) => {
    const [pings, all] = [runs(`${id} pings`), runs(`${id} traffic`)];
    const rounds = sum(`${id} rounds`);
    return {
      pings,
      // For a function deployed elsewhere, only metrics of the whole function exist, which include pings.
      traffic: deployedHere
        ? all
        : { invocations: all.invocations - pings.invocations, seconds: all.seconds - pings.seconds },
      /** Starting instances, for pings and for users: AWS charges it like other time. */
      initSeconds: sum(`${id} init`) / 1000,
      logBytes: sum(`${id} logs`),
      /** Number of metrics with a value in the last two weeks; undefined if they could not be counted. */
      metrics: counts && (counts.get(id) ?? 0),
      /** Average number kept warm in a round; undefined if none was observed. */
      instances: rounds > 0 ? sum(`${id} instances`) / rounds : undefined,
    };
  };
  return {
    /** The time of the first value if there is no data for the whole time. */
    from: Math.max(from, first),
    to,
    /** By the functions' names in the environment's file. */
    functions: new Map(functions.map((one) => [one.id, buildFunctionUsage(one)])),
    warmer: { ...runs("warmer"), logBytes: sum("warmer logs") },
    /** The cost of reading it. */
    readingDollars: priceReading(Object.keys(requests).length),
  };
}

/** No function can have the name warmer, so these keys are unique. */
function listWarmerRequests(name: string): Requests {
  const warmer = { name, deployedHere: false };
  return {
    "warmer count": requestSum(buildFunctionMetric("Invocations", warmer)),
    "warmer time": requestSum(buildFunctionMetric("Duration", warmer)),
    "warmer logs": requestSum(buildIncomingBytes(formatDefaultLogGroup(name))),
  };
}

function listFunctionRequests(watched: WatchedFunction, qualifier: string | undefined): Requests {
  const { id, logGroup, deployedHere, name } = watched;
  const pings = (metricName: "Invocations" | "Duration"): MetricAddress =>
    deployedHere
      ? buildAliasMetric(metricName, watched, "warm")
      : {
          ...buildFunctionMetric(metricName, watched),
          dimensions: { FunctionName: name, Resource: `${name}:${qualifier ?? ""}` },
        };
  return {
    [`${id} traffic count`]: requestSum(buildTrafficMetric("Invocations", watched)),
    [`${id} traffic time`]: requestSum(buildTrafficMetric("Duration", watched)),
    [`${id} init`]: requestSum(buildReportedMetric("InitDuration", watched)),
    [`${id} logs`]: requestSum(buildIncomingBytes(logGroup)),
    ...(qualifier === undefined
      ? {}
      : {
          [`${id} pings count`]: requestSum(pings("Invocations")),
          [`${id} pings time`]: requestSum(pings("Duration")),
          [`${id} instances`]: requestSum(warmedMetric("WarmedInstances", watched)),
          [`${id} rounds`]: { metric: warmedMetric("WarmedInstances", watched), statistic: "SampleCount" },
        }),
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html */
function buildIncomingBytes(logGroup: string): MetricAddress {
  return { namespace: "AWS/Logs", metricName: "IncomingBytes", dimensions: { LogGroupName: logGroup } };
}

/** Number of metrics of each function: each name with each set of dimensions is one. */
async function countMetrics(
  aws: AwsAccess,
  functions: readonly WatchedFunction[],
): Promise<ReadonlyMap<string, number>> {
  const emitted = await listMetrics(aws, NAMESPACE);
  const counts = new Map<string, number>();
  // AWS allows 25 such calls per second; sequential calls are not faster than that.
  for (const { id, name } of functions) {
    const own = emitted.filter(({ [FUNCTION_NAME]: owner }) => owner === name);
    counts.set(id, own.length + (await listMetrics(aws, formatPlatformNamespace(name))).length);
  }
  return counts;
}

/** The measured share of a month. */
export function measureMonths({ from, to }: Pick<EnvironmentUsage, "from" | "to">, hoursPerMonth: number): number {
  return (to - from) / HOUR / hoursPerMonth;
}
