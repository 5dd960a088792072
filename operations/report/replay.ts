import { type AlarmKey, type AlarmSettings } from "../../environments/alarms";
import {
  EXTRA_DATA_POINTS,
  evaluateState,
  parseExpression,
  type AlarmState,
  type DataPoint,
} from "../../local/cloudwatch/alarm";
import { type Measure } from "../../model/metrics";
import { type TimeRange } from "../alarms/ringing";
import { findLastWhere, findThresholdKey } from "./thresholds";

const MINUTE = 60_000;
const DAY_SECONDS = 86_400;

/** A metric's values by step, from the start of a range; NaN where CloudWatch has none. */
export type StepValues = Float64Array;

/** What an alarm watches, in steps of which each of its periods has a whole number. */
export interface WatchedPast {
  readonly range: TimeRange;
  readonly stepSeconds: number;
  /** By the metric's name in the measure and the statistic: what a window of several steps is computed from. */
  readonly values: ReadonlyMap<string, StepValues>;
}

/** Statistics of steps from which that of a longer window can be computed; undefined if there are none. */
export function listStepStatistics(statistic: Measure["statistic"]): readonly string[] | undefined {
  if (statistic === "Average") return ["Sum", "SampleCount"];
  return statistic === "Sum" || statistic === "SampleCount" || statistic === "Maximum" ? [statistic] : undefined;
}

/** The name of a metric's values. */
export function nameStepValues(metric: string, statistic: string): string {
  return `${metric} ${statistic}`;
}

/** Settings of an alarm as in an environment's file. */
export type SettingValues = Readonly<Record<string, number>>;

/** An alarm to improve: what it watches with any settings, and those that it has. */
export interface ReplayedAlarm {
  readonly key: AlarmKey;
  readonly settings: AlarmSettings;
  readonly measure: (settings: AlarmSettings) => Measure | undefined;
}

/** A time that the alarm rang, in milliseconds since 1970. */
export interface PastRing {
  readonly rangAt: number;
  readonly endedAt: number;
  readonly isNoted: boolean;
}

/** Settings with which an alarm would have rung less often, at every ring with a note too. */
export interface BetterSetting {
  readonly values: SettingValues;
  /** The settings that they replace. */
  readonly current: SettingValues;
  /** How often it would have rung in the range. */
  readonly rings: number;
  /** How often it rings in the same replay with its current settings. */
  readonly ringsNow: number;
  /** How much later a ring with a note would have begun, at most. */
  readonly laterMinutes: number;
}

/** An alarm rings some minutes after its data, because CloudWatch gets them late. */
const SLACK = 5 * MINUTE;

/** With fewer of the rings in the replay, it says little about the alarm. */
const REPRODUCED_SHARE = 0.8;

/** A threshold further away would be another alarm, and might miss what never happened yet. */
const MOST_TIMES_THRESHOLD = 3;

/** As a share of requests. */
const MOST_PERCENT = 10;

/** Of periods, beyond those that the alarm has. */
const MOST_PERIODS = 6;

const REQUESTS_FACTORS = [2, 5, 10];

/** Of the periods with requests, so many must have enough of them: otherwise a share would hardly ever ring. */
const BUSY_SHARE = 0.5;

/** A ring with a note must not come later than this, the goal of detection. */
const MOST_LATER_MINUTES = 5;

/** Of the rings without a note, a better setting spares at least this share. */
const SPARED_SHARE = 0.5;

/** The values with other settings, as the alarm would have them. */
export function applyValues(key: AlarmKey, settings: AlarmSettings, values: SettingValues): AlarmSettings {
  const { threshold_percent: percent, minimum_requests: minimumRequests = settings.minimumRequests } = values;
  const threshold = percent ?? values["threshold"] ?? values["threshold_milliseconds"] ?? values["threshold_seconds"];
  return {
    ...settings,
    threshold: threshold ?? settings.threshold,
    evaluationPeriods: values["evaluation_periods"] ?? settings.evaluationPeriods,
    datapointsToAlarm: values["datapoints_to_alarm"] ?? settings.datapointsToAlarm,
    ...(minimumRequests !== undefined && { minimumRequests }),
    ...(key === "errors" && percent !== undefined && { isShare: true }),
  };
}

/**
 * Finds the settings with which an alarm would have rung least often, but would have rung at every ring with a note.
 *
 * @param rings every time that it rang in the range
 * @returns or why there are none
 */
export function findBetterSetting(
  alarm: ReplayedAlarm,
  past: WatchedPast,
  rings: readonly PastRing[],
): BetterSetting | { readonly why: string } {
  const { key, settings } = alarm;
  const replay = makeReplay(alarm, past);
  const now = replay(settings);
  const matched = rings.map((ring) => ({ ...ring, places: findPlaces(ring, now) }));
  const reproduced = matched.filter(({ places }) => places.length > 0).length;
  const noted = matched.filter(({ isNoted }) => isNoted);
  if (reproduced < REPRODUCED_SHARE * rings.length || noted.some(({ places }) => places.length === 0)) {
    return { why: `its figures show only ${reproduced} of its ${rings.length} rings again` };
  }
  const kept = noted.map(({ places }) => places);
  const judge = memoize((values: SettingValues): BetterSetting | undefined => {
    const wanted = applyValues(key, settings, values);
    if ("minimum_requests" in values && !isBusy(wanted, past)) return undefined;
    const then = replay(wanted);
    const later = kept.map((places) => measureDelay(places, then));
    const laterMinutes = Math.max(0, ...later) / MINUTE;
    if (laterMinutes > MOST_LATER_MINUTES) return undefined;
    return {
      values,
      current: findCurrent(key, settings, values),
      rings: then.length,
      ringsNow: now.length,
      laterMinutes,
    };
  });
  const candidates = [
    ...listThresholds(key, settings, judge),
    ...listTimings(settings).map(judge),
    ...listRequests(key, settings).map(judge),
  ].filter((one) => one !== undefined);
  const [best] = candidates.sort((one, other) => one.rings - other.rings || one.laterMinutes - other.laterMinutes);
  const wasted = now.filter((place) => !kept.flat().includes(place)).length;
  return best && now.length - best.rings >= Math.max(1, SPARED_SHARE * wasted)
    ? best
    : { why: "no setting near its own would have spared half of them: fix the cause, or switch it off" };
}

type Judge = (values: SettingValues) => BetterSetting | undefined;

/** The lowest of the higher thresholds that spares as much as the highest one that loses nothing. */
function listThresholds(key: AlarmKey, settings: AlarmSettings, judge: Judge): (BetterSetting | undefined)[] {
  const own = findThresholdKey(key, settings);
  const most = Math.min(own.most, MOST_TIMES_THRESHOLD * Math.max(1, settings.threshold));
  const higher = findLowestThreshold(own, settings.threshold, most, {}, judge);
  if (key !== "errors" || settings.isShare === true) return [higher];
  const floor = { minimum_requests: settings.minimumRequests ?? 1 };
  const share = findThresholdKey(key, { ...settings, isShare: true });
  return [higher, findLowestThreshold(share, share.least, MOST_PERCENT, floor, judge)];
}

function findLowestThreshold(
  { key, steps = 1 }: ReturnType<typeof findThresholdKey>,
  from: number,
  to: number,
  more: SettingValues,
  judge: Judge,
): BetterSetting | undefined {
  const judgeAt = (threshold: number) => (threshold > to ? undefined : judge({ [key]: threshold, ...more }));
  if (!judgeAt(from)) return undefined;
  const highest = judgeAt(findLastWhere((threshold) => judgeAt(threshold) !== undefined, from, to, steps).last);
  const spares = (threshold: number) => (judgeAt(threshold)?.rings ?? Infinity) <= (highest?.rings ?? 0);
  if (spares(from)) return judgeAt(from);
  return judgeAt(findLastWhere((threshold) => !spares(threshold), from, to, steps).next);
}

function listTimings({ periodSeconds, evaluationPeriods, datapointsToAlarm }: AlarmSettings): SettingValues[] {
  const most = Math.min(Math.max(evaluationPeriods, MOST_PERIODS), Math.floor(DAY_SECONDS / periodSeconds));
  const periods = listFrom(evaluationPeriods, most);
  return periods.flatMap((all) =>
    listFrom(datapointsToAlarm + 1, all).map((bad) => ({
      ...(all !== evaluationPeriods && { evaluation_periods: all }),
      datapoints_to_alarm: bad,
    })),
  );
}

function listRequests(key: AlarmKey, { isShare = false, minimumRequests = 1 }: AlarmSettings): SettingValues[] {
  return key === "errors" && isShare
    ? REQUESTS_FACTORS.map((factor) => ({ minimum_requests: factor * minimumRequests }))
    : [];
}

/** Whether most periods have as many requests as a share needs. */
function isBusy({ minimumRequests = 0, periodSeconds }: AlarmSettings, { stepSeconds, values }: WatchedPast): boolean {
  const requests = values.get(nameStepValues("requests", "Sum")) ?? new Float64Array();
  const windows = combineWindows(requests, periodSeconds / stepSeconds, add).filter((count) => count > 0);
  return windows.filter((count) => count >= minimumRequests).length >= BUSY_SHARE * windows.length;
}

/** Searching asks for the same values several times. */
function memoize(judge: Judge): Judge {
  const known = new Map<string, BetterSetting | undefined>();
  return (values) => {
    const key = JSON.stringify(values);
    if (!known.has(key)) known.set(key, judge(values));
    return known.get(key);
  };
}

/** What an environment's file would say now instead of some settings. */
function findCurrent(key: AlarmKey, settings: AlarmSettings, values: SettingValues): SettingValues {
  const { evaluationPeriods, datapointsToAlarm, minimumRequests, isShare = false, threshold } = settings;
  const all: Readonly<Record<string, number | undefined>> = {
    [findThresholdKey(key, settings).key]: threshold,
    evaluation_periods: evaluationPeriods,
    datapoints_to_alarm: datapointsToAlarm,
    ...(isShare && { minimum_requests: minimumRequests }),
  };
  const isOtherKind = "threshold_percent" in values && !isShare && key === "errors";
  const names = isOtherKind ? ["threshold"] : Object.keys(values);
  return Object.fromEntries(names.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** A time in which an alarm rings in a replay, in milliseconds since 1970. */
interface Place {
  readonly from: number;
  readonly to: number;
}

/** Evaluates an alarm's past with any settings, by CloudWatch's rules. */
function makeReplay({ measure }: ReplayedAlarm, past: WatchedPast): (settings: AlarmSettings) => Place[] {
  // Most candidates watch the same.
  const known = new Map<string, StepValues>();
  return (settings) => {
    const watched = measure(settings);
    if (!watched) return [];
    const { expression = "" } = watched;
    const windows = known.get(expression) ?? computeWindows(watched, settings.periodSeconds, past);
    known.set(expression, windows);
    return listPlaces(windows, settings, past);
  };
}

/** The alarm's figure in the period that ends with each step. */
function computeWindows(
  { metrics, statistic, expression }: Measure,
  periodSeconds: number,
  { stepSeconds, values }: WatchedPast,
): StepValues {
  const steps = periodSeconds / stepSeconds;
  const named = Object.keys(metrics).map((name) => {
    const parts = (listStepStatistics(statistic) ?? [statistic]).map((one) => {
      const own = values.get(nameStepValues(name, one)) ?? new Float64Array();
      return one === "Maximum" ? combineWindows(own, steps, Math.max) : combineWindows(own, steps, add);
    });
    const [first = new Float64Array(), second] = parts;
    return [name, second ? first.map((sum, index) => sum / (second[index] ?? NaN)) : first] as const;
  });
  const [[, only] = ["", new Float64Array()]] = named;
  if (expression === undefined) return only;
  const { evaluate } = parseExpression(expression);
  const windows = new Map(named);
  return only.map((_, index) => {
    const readValue = (id: string) => {
      const value = windows.get(id)?.[index];
      return value === undefined || Number.isNaN(value) ? undefined : value;
    };
    return evaluate(readValue) ?? NaN;
  });
}

function combineWindows(
  values: StepValues,
  steps: number,
  combine: (one: number, other: number) => number,
): StepValues {
  return values.map((_, index) => {
    let result = NaN;
    for (let at = Math.max(0, index - steps + 1); at <= index; at++) {
      const value = values[at] ?? NaN;
      if (!Number.isNaN(value)) result = Number.isNaN(result) ? value : combine(result, value);
    }
    return result;
  });
}

function listPlaces(
  windows: StepValues,
  { threshold, periodSeconds, evaluationPeriods, datapointsToAlarm }: AlarmSettings,
  { range, stepSeconds }: WatchedPast,
): Place[] {
  const places: Place[] = [];
  const steps = periodSeconds / stepSeconds;
  const count = evaluationPeriods + EXTRA_DATA_POINTS;
  const rules = { evaluationPeriods, datapointsToAlarm, treatMissingData: "notBreaching" as const };
  const toTime = (index: number) => range.from + (index + 1) * stepSeconds * 1000;
  let state: AlarmState = "OK";
  let from = 0;
  let lastBad = -Infinity;
  for (const [index, value] of windows.entries()) {
    if (value > threshold) lastBad = index;
    const isQuiet = index - lastBad >= count * steps;
    const then: AlarmState = isQuiet
      ? "OK"
      : evaluateState(listDataPoints(windows, index, count, steps, threshold), rules, state);
    if (then === "ALARM" && state !== "ALARM") from = toTime(index);
    if (then !== "ALARM" && state === "ALARM") places.push({ from, to: toTime(index) });
    state = then;
  }
  return state === "ALARM" ? [...places, { from, to: toTime(windows.length) }] : places;
}

function listDataPoints(
  windows: StepValues,
  index: number,
  count: number,
  steps: number,
  threshold: number,
): DataPoint[] {
  return Array.from({ length: count }, (_, position) => {
    const value = windows[index - (count - 1 - position) * steps] ?? NaN;
    return Number.isNaN(value) ? undefined : value > threshold;
  });
}

function add(one: number, other: number): number {
  return one + other;
}

/** How much later it rings at one of these places, in milliseconds; Infinity if at none. */
function measureDelay(places: readonly Place[], then: readonly Place[]): number {
  const [first] = places;
  const found = then.find((one) => places.some((place) => overlaps(one, place)));
  return first && found ? Math.max(0, found.from - first.from) : Infinity;
}

/** The places of a ring. Only where there is none, it may have come so late that it only begins after its place. */
function findPlaces({ rangAt, endedAt }: PastRing, places: readonly Place[]): Place[] {
  const find = (slack: number) =>
    places.filter((place) => overlaps(place, { from: rangAt - slack, to: endedAt + slack }));
  const exact = find(0);
  return exact.length > 0 ? exact : find(SLACK);
}

function overlaps(one: Place, other: Place): boolean {
  return one.from < other.to && other.from < one.to;
}

function listFrom(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
