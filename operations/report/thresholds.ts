import { type AlarmKey, type AlarmSettings } from "../../environments/alarms";
import { type Targets } from "../../environments/targets";
import { type Point } from "../aws/metrics";
import { type TimeRange } from "../alarms/ringing";

/** A threshold's key in an environment's file, with its limits. */
interface ThresholdKey {
  readonly key: "threshold" | "threshold_percent" | "threshold_milliseconds" | "threshold_seconds";
  readonly least: number;
  readonly most: number;
  /** How many values there are from one whole number to the next; only whole numbers by default. */
  readonly steps?: number;
  /** A value that a good function also reaches: below it, an alarm would ring for normal behavior. */
  readonly target?: (targets: Targets) => number;
}

const COUNT: ThresholdKey = { key: "threshold", least: 0, most: 1_000_000 };

/** The same as in environments/alarms.ts. */
const THRESHOLD_KEYS: Readonly<Record<AlarmKey, ThresholdKey>> = {
  cold_starts: COUNT,
  init_duration: {
    key: "threshold_milliseconds",
    least: 1,
    most: 10_000,
    target: ({ initMilliseconds }) => initMilliseconds,
  },
  memory: { key: "threshold_percent", least: 1, most: 99, target: ({ memoryPercent }) => memoryPercent.to },
  response_time: {
    key: "threshold_milliseconds",
    least: 1,
    most: 900_000,
    target: ({ responseMilliseconds }) => responseMilliseconds.p99,
  },
  errors: COUNT,
  throttles: COUNT,
  timeouts: COUNT,
  dropped_events: COUNT,
  queue_age: { key: "threshold_seconds", least: 1, most: 1_209_600 },
  iterator_age: { key: "threshold_milliseconds", least: 1, most: 604_800_000 },
  failed_deliveries: COUNT,
  dead_letters: COUNT,
  warming: COUNT,
};

const SHARE: ThresholdKey = {
  key: "threshold_percent",
  least: 0.1,
  most: 99,
  steps: 10,
  target: ({ errorPercent }) => errorPercent,
};

/** The key of an alarm's threshold. */
export function findThresholdKey(key: AlarmKey, { isShare = false }: AlarmSettings): ThresholdKey {
  return isShare ? SHARE : THRESHOLD_KEYS[key];
}

const WEEK = 7 * 24 * 3_600_000;

/** Maximum number of rings of an alarm with a good threshold. */
const MOST_RINGS_PER_WEEK = 2;

/** Maximum share of the time that an alarm with a good threshold rings. */
const GOOD_SHARE = 0.01;

/**
 * Simulates an alarm: at each period, it rings if enough of the last ones were above the threshold; a period without
 * data is not above it.
 *
 * @param points the points of the alarm's figure, at the alarm's period
 */
export function simulate(
  threshold: number,
  points: readonly Point[],
  { periodSeconds, evaluationPeriods, datapointsToAlarm }: AlarmSettings,
  { from, to }: TimeRange,
) {
  const period = periodSeconds * 1000;
  const periods = Math.floor((to - from) / period);
  const isBad = new Uint8Array(periods);
  for (const { at, value } of points) if (value > threshold) isBad[Math.floor((at - from) / period)] = 1;
  let [bad, rings, ringing, isRinging] = [0, 0, 0, false];
  for (let index = 0; index < periods; index += 1) {
    bad += (isBad[index] ?? 0) - (index >= evaluationPeriods ? (isBad[index - evaluationPeriods] ?? 0) : 0);
    const rang = isRinging;
    isRinging = bad >= datapointsToAlarm;
    if (isRinging) ringing += 1;
    if (isRinging && !rang) rings += 1;
  }
  return {
    rings,
    /** Of the time, from 0 to 1. */
    ringingShare: periods === 0 ? 0 : ringing / periods,
  };
}

/** A better threshold and how it would have rung, or why there is none. */
type Suggestion = { readonly threshold: number; readonly rings: number } | { readonly why: string };

/** For an alarm that never rang: the highest threshold at which it would have rung. */
export function lowerThreshold(
  key: AlarmKey,
  points: readonly Point[],
  settings: AlarmSettings,
  range: TimeRange,
  targets: Targets,
): Suggestion {
  const { least, steps, target } = findThresholdKey(key, settings);
  const highest = points.reduce((most, { value }) => Math.max(most, value), -Infinity);
  if (highest === -Infinity || highest <= 0) return { why: "there was no reason to ring" };
  const rings = (threshold: number) => simulate(threshold, points, settings, range).rings > 0;
  if (!rings(least)) return { why: "it did not last long enough for any threshold" };
  // What rings at the higher of two thresholds also rings at the lower one.
  const { last: threshold } = findLastWhere(
    rings,
    least,
    Math.max(least, Math.min(settings.threshold, highest)),
    steps,
  );
  if (threshold >= settings.threshold) return { why: "its threshold is just above the highest value" };
  if (target && threshold <= target(targets))
    return { why: `its worst value was about ${threshold}, which is within the target` };
  const simulation = simulate(threshold, points, settings, range);
  const most = (MOST_RINGS_PER_WEEK * (range.to - range.from)) / WEEK;
  // What happens this often is normal here, and not a reason to ring.
  if (simulation.rings > most)
    return { why: `nothing stands out: at ${threshold} it would have rung ${simulation.rings} times` };
  return { threshold, ...simulation };
}

/** For an alarm that always rings: the lowest threshold at which it would have been quiet most of the time. */
export function raiseThreshold(
  key: AlarmKey,
  points: readonly Point[],
  settings: AlarmSettings,
  range: TimeRange,
): Suggestion {
  const { least, most, steps } = findThresholdKey(key, settings);
  if (points.length === 0) return { why: "CloudWatch has no data for its figure" };
  const isLoud = (threshold: number) => simulate(threshold, points, settings, range).ringingShare > GOOD_SHARE;
  if (isLoud(most)) return { why: "no threshold would have kept it quiet: fix the cause" };
  const threshold = isLoud(least) ? findLastWhere(isLoud, least, most, steps).next : least;
  if (threshold <= settings.threshold) return { why: "with its current figures, it would be quiet" };
  return { threshold, ...simulate(threshold, points, settings, range) };
}

/**
 * The last value from `low` to about `high` for which a condition holds, and the next one. It must hold for `low`, and
 * must not hold again above a value for which it fails.
 *
 * @param steps how many values there are from one whole number to the next
 */
export function findLastWhere(condition: (value: number) => boolean, low: number, high: number, steps = 1) {
  let [yes, no] = [Math.round(low * steps), Math.ceil(high * steps) + 1];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (condition(middle / steps)) yes = middle;
    else no = middle;
  }
  return { last: yes / steps, next: no / steps };
}
