import { ALARM_KEYS } from "../environments/alarms";
import { type Environment } from "../environments/schema";
import { type MetricDefinition, type MetricName, METRICS, WARMING_METRICS } from "../performance/metrics";
import { findAlarmMeasure, chooseAlarmRoute } from "./alarms";
import { listDashboards } from "./dashboards";
import { type Measure } from "./metrics";
import { listObjectiveAlarms } from "./objectives";
import { listPlatformMetrics } from "./platform-metrics";
import { PRICED_RESOURCES, type PricedKind } from "./priced-resources";
import { type WatchedFunction, listWatchedFunctions } from "./watched-function";
import { listOwnAlarms } from "./own-alarms";

/** One kind of thing that costs money. */
export interface CostItem {
  readonly what: string;
  readonly count: number;
  /** For each of them, per month. */
  readonly dollarsEach: number;
}

type Counts = Readonly<Partial<Record<PricedKind, number>>>;

/** Metrics of functions whose answers say which records of a batch failed, and of those that stream them. */
const OF_SOME: readonly MetricName[] = ["FailedRecords", "FailedRecordsShare", "FirstByteTime"];

/**
 * Metrics that every function emits: not those of batches or streams, and not those with a value per failure category
 * or named operation.
 */
export const METRICS_PER_FUNCTION = Object.entries<MetricDefinition>(METRICS).filter(
  ([name, { dimension, total }]) => (!dimension || total) && !OF_SOME.some((one) => one === name),
).length;

/**
 * The maximum monthly cost of monitoring one function, without costs that depend on traffic (log volume, queries,
 * notifications) or on the function's code (metrics of batches, failure categories and named operations). AWS's free
 * tier is not subtracted.
 */
export function priceFunctionMonitoring(watched: WatchedFunction): CostItem[] {
  return toItems(countOfFunction(watched));
}

/** The same for what an environment has once for all its functions. */
export function priceSharedMonitoring(environment: Environment): CostItem[] {
  return toItems(countShared(environment));
}

/** The same for an environment with all its functions. */
export function priceMonitoring(environment: Environment): CostItem[] {
  const counts = [...listWatchedFunctions(environment).map(countOfFunction), countShared(environment)];
  const kinds = Object.keys(PRICED_RESOURCES) as PricedKind[];
  return toItems(
    Object.fromEntries(kinds.map((kind) => [kind, counts.reduce((total, { [kind]: count = 0 }) => total + count, 0)])),
  );
}

function countOfFunction(watched: WatchedFunction): Counts {
  const alarms = ALARM_KEYS.flatMap((key) => {
    const measure = findAlarmMeasure(watched, key);
    return measure ? { route: chooseAlarmRoute(key, watched), metrics: countMetrics(measure) } : [];
  });
  const ofObjectives = listObjectiveAlarms(watched).map((alarm) => countMetrics(alarm.watched));
  return {
    metric:
      (watched.publishesMetrics ? METRICS_PER_FUNCTION : 0) +
      (watched.streams ? 1 : 0) +
      listPlatformMetrics(watched).length +
      (watched.isWarmed ? Object.keys(WARMING_METRICS).length : 0),
    watchedMetric: [...alarms.map(({ metrics }) => metrics), ...ofObjectives].reduce((sum, count) => sum + count, 0),
    compositeAlarm: alarms.some(({ route }) => route === "composite") ? 1 : 0,
  };
}

function countMetrics({ metrics }: Measure): number {
  return Object.keys(metrics).length;
}

function countShared(environment: Environment): Counts {
  return {
    watchedMetric: listOwnAlarms(environment).length,
    dashboard: listDashboards(environment).length,
    key: 1,
  };
}

function toItems(counts: Counts): CostItem[] {
  return Object.entries(PRICED_RESOURCES).map(([kind, { what, dollarsEach }]) => ({
    what,
    dollarsEach,
    count: counts[kind as PricedKind] ?? 0,
  }));
}
