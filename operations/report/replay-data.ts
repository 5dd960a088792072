import { type AlarmSettings } from "../../environments/alarms";
import { ALARMS } from "../../model/alarms";
import { type AwsAccess } from "../aws/access";
import { type MetricRequest, readMetrics } from "../aws/metrics";
import { type Period } from "./period";
import { listStepStatistics, nameStepValues, type ReplayedAlarm, type WatchedPast } from "./replay";
import { findKeptStart, type Watching } from "./threshold-data";

const MINUTE_SECONDS = 60;

/** An alarm whose past can be replayed with other settings. */
export function buildReplayedAlarm({ subject: { watched }, key }: Watching): ReplayedAlarm {
  return {
    key,
    settings: watched.alarm(key),
    measure: (settings) =>
      ALARMS[key].watched({ ...watched, alarm: (one) => (one === key ? settings : watched.alarm(one)) }),
  };
}

/** Number of metrics that {@link readPast} reads. */
export function countReplayMetrics(watching: Watching): number {
  return Object.keys(listRequests(watching)).length;
}

/**
 * Reads an alarm's figures: by the minute if CloudWatch still has all minutes of the period, otherwise by the alarm's
 * own period.
 *
 * @throws AwsFailure
 */
export async function readPast(
  aws: AwsAccess,
  watching: Watching,
  { from, to }: Pick<Period, "from" | "to">,
): Promise<WatchedPast> {
  const { settings, measure } = buildReplayedAlarm(watching);
  const statistic = measure(settings)?.statistic;
  const hasMinutes = findKeptStart(MINUTE_SECONDS, to) <= from;
  const canAdd = statistic !== undefined && listStepStatistics(statistic) !== undefined;
  const stepSeconds = hasMinutes && canAdd ? MINUTE_SECONDS : settings.periodSeconds;
  const range = { from: Math.max(from, findKeptStart(stepSeconds, to)), to };
  const points = await readMetrics(aws, listRequests(watching), { ...range, periodSeconds: stepSeconds });
  const values = Object.entries(points).map(([name, all]) => {
    const steps = new Float64Array(Math.floor((range.to - range.from) / (stepSeconds * 1000))).fill(NaN);
    for (const { at, value } of all) steps[Math.floor((at - range.from) / (stepSeconds * 1000))] = value;
    return [name, steps] as const;
  });
  return { range, stepSeconds, values: new Map(values) };
}

function listRequests(watching: Watching): Record<string, MetricRequest> {
  const { key, settings, measure } = buildReplayedAlarm(watching);
  const { metrics = {}, statistic = "Sum" } = measure(readAllOf(key, settings)) ?? {};
  const requests = Object.entries(metrics).flatMap(([name, metric]) =>
    (listStepStatistics(statistic) ?? [statistic]).map(
      (one) => [nameStepValues(name, one), { metric, statistic: one }] as const,
    ),
  );
  return Object.fromEntries(requests);
}

/** A share of requests is computed from everything that a count is, and from the requests. */
function readAllOf(key: Watching["key"], settings: AlarmSettings): AlarmSettings {
  return key === "errors" ? { ...settings, isShare: true } : settings;
}
