import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { FUNCTION_NAME, NAMESPACE, formatPlatformNamespace } from "../../performance/metrics";
import {
  type MetricAddress,
  buildAliasMetric,
  buildFunctionMetric,
  buildTrafficMetric,
  buildReportedMetric,
  buildWarmingMetric as warmedMetric,
} from "../../model/metrics";
import { type WatchedFunction, listWatchedFunctions } from "../../model/watched-function";
import { listWarmedFunctions } from "../../model/warmed-functions";
import { AwsAccess } from "../aws/access";
import { type Reader } from "../aws/part-reader";
import { listMetrics, type MetricRequest, priceReading, readMetrics } from "../aws/metrics";

const HOUR = 3_600_000;

/** CloudWatch keeps values by the hour for 455 days. */
const PERIOD_SECONDS = 3600;

/** How often something ran, and for how long together. */
export interface Runs {
  readonly invocations: number;
  readonly seconds: number;
}

/** How one function was used. */
export interface FunctionUsage {
  readonly pings: Runs;
  readonly traffic: Runs;
  /** Starting instances, for pings and for users: AWS charges it as it charges time. */
  readonly initSeconds: number;
  readonly logBytes: number;
  /** Metrics that had a value in the last two weeks; undefined where they could not be counted. */
  readonly metrics: number | undefined;
  /** Kept warm on average, in a round; undefined when none was seen. */
  readonly instances: number | undefined;
}

/** How an environment was used. */
export interface EnvironmentUsage {
  /** In milliseconds since 1970; the first value if there is none of the whole time. */
  readonly from: number;
  readonly to: number;
  /** By what the environment's file calls each. */
  readonly functions: ReadonlyMap<string, FunctionUsage>;
  readonly warmer: Runs & { readonly logBytes: number };
  /** What asking for it cost. */
  readonly readingDollars: number;
}

/** A time to look at, in milliseconds since 1970. */
export interface UsageTime {
  readonly from: number;
  readonly to: number;
  readonly signal: AbortSignal;
}

type Requests = Readonly<Record<string, MetricRequest>>;

/**
 * Reads how an environment was used.
 *
 * @param reader remembers what could not be read
 * @returns undefined when there is no value of the whole time, or none could be read
 */
export async function readUsage(
  environment: Environment,
  { from, to, signal }: UsageTime,
  reader: Reader,
): Promise<EnvironmentUsage | undefined> {
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
  const sum = (key: string) => (points[key] ?? []).reduce((total, { value }) => total + value, 0);
  const runs = (key: string): Runs => ({ invocations: sum(`${key} count`), seconds: sum(`${key} time`) / 1000 });
  const buildFunctionUsage = ({ id, deployedHere }: WatchedFunction): FunctionUsage => {
    const [pings, all] = [runs(`${id} pings`), runs(`${id} traffic`)];
    const rounds = sum(`${id} rounds`);
    return {
      pings,
      // Elsewhere, the function as a whole is all that is told of: pings are part of it.
      traffic: deployedHere
        ? all
        : { invocations: all.invocations - pings.invocations, seconds: all.seconds - pings.seconds },
      initSeconds: sum(`${id} init`) / 1000,
      logBytes: sum(`${id} logs`),
      metrics: counts && (counts.get(id) ?? 0),
      instances: rounds > 0 ? sum(`${id} instances`) / rounds : undefined,
    };
  };
  return {
    from: Math.max(from, first),
    to,
    functions: new Map(functions.map((one) => [one.id, buildFunctionUsage(one)])),
    warmer: { ...runs("warmer"), logBytes: sum("warmer logs") },
    readingDollars: priceReading(Object.keys(requests).length),
  };
}

/** No function may be called warmer, so that these keys are their own. */
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

function requestSum(metric: MetricAddress): MetricRequest {
  return { metric, statistic: "Sum" };
}

/** How many metrics each function has: each name with each set of dimensions is one. */
async function countMetrics(
  aws: AwsAccess,
  functions: readonly WatchedFunction[],
): Promise<ReadonlyMap<string, number>> {
  const emitted = await listMetrics(aws, NAMESPACE);
  const counts = new Map<string, number>();
  // AWS allows 25 such calls a second: one after the other is no faster than that.
  for (const { id, name } of functions) {
    const own = emitted.filter(({ [FUNCTION_NAME]: owner }) => owner === name);
    counts.set(id, own.length + (await listMetrics(aws, formatPlatformNamespace(name))).length);
  }
  return counts;
}

/** How much of a month was measured. */
export function measureMonths({ from, to }: Pick<EnvironmentUsage, "from" | "to">, hoursPerMonth: number): number {
  return (to - from) / HOUR / hoursPerMonth;
}
