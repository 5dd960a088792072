import { CAUSES } from "../../model/alarms";
import { findObjective } from "../../model/objectives";
import { formatMinutes, formatNumber } from "../document/formats";
import { type WatchedPoints } from "./threshold-data";
import { type EnvironmentAlarm } from "../alarms/environment-alarms";
import { type Unread } from "../aws/part-reader";
import { isUnread } from "./parts";
import { isMuted, type Mute } from "../alarms/mutes";
import { type AlarmNote } from "../alarms/notes";
import { type AlarmReport, type Kpi, type Threshold } from "./report-schema";
import { type AlarmStatus, type StateChange } from "../aws/alarms";
import { computeMedian, type TimeRange, type Ring, measureRinging, findRings } from "../alarms/ringing";
import { lowerThreshold, raiseThreshold, findThresholdKey } from "./thresholds";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Share of the time: an alarm that rings longer shows nothing new. */
const ALWAYS_SHARE = 0.5;

/** An environment's alarms, as read from CloudWatch. */
export interface AlarmData {
  readonly alarms: readonly EnvironmentAlarm[];
  readonly states: ReadonlyMap<string, AlarmStatus>;
  readonly changes: readonly StateChange[];
  /** Undefined if they could not be read. */
  readonly notes: readonly AlarmNote[] | undefined;
  readonly mutes: readonly Mute[];
  /** The periods to count in; the previous one is missing if CloudWatch no longer has it. */
  readonly range: TimeRange;
  readonly rangeBefore?: TimeRange;
}

/** How each alarm rang. Alarms that do not exist are left out. */
export function buildAlarmReports(data: AlarmData): AlarmReport[] {
  return data.alarms.filter(({ name }) => data.states.has(name)).map((alarm) => buildAlarmReport(alarm, data));
}

function buildAlarmReport(
  { name, watches, notifies, urgent }: EnvironmentAlarm,
  { states, changes, notes, mutes, range, rangeBefore }: AlarmData,
): AlarmReport {
  const own = changes.filter(({ alarm }) => alarm === name);
  const ownNotes = notes?.filter(({ alarm }) => alarm === name);
  const state = states.get(name);
  const rings = findRings(own, state, range);
  const minutesToOk = rings.flatMap(({ rangAt, endedAt }) =>
    rangAt === undefined || endedAt === undefined ? [] : [(endedAt - rangAt) / MINUTE],
  );
  const medianMinutesToOk = computeMedian(minutesToOk);
  const ringing = measureRinging(rings, range);
  // An alarm of an objective looks back for hours: its history does not tell when trouble began.
  const hidesBegin = watches !== undefined && findObjective(watches.key) !== undefined;
  const told = rings.map(({ badSince, ...ring }, index) => ({
    ...buildRingReport(hidesBegin || badSince === undefined ? ring : { ...ring, badSince }, rings[index + 1], ownNotes),
    ...(isMuted(name, ring, mutes) && { muted: true as const }),
  }));
  const ringsMuch = ringing >= ALWAYS_SHARE * (range.to - range.from);
  return {
    name,
    ...(watches && { function: watches.subject.watched.id, key: watches.key }),
    notifies,
    urgent,
    behaviour: rings.length === 0 ? "never" : ringsMuch ? "always" : "sometimes",
    isRinging: state?.isRinging === true,
    rings: told,
    ...(notifies && countMessages(told)),
    ringingMinutes: ringing / MINUTE,
    ...(rangeBefore && { ringsBefore: findRings(own, undefined, rangeBefore).length }),
    ...(medianMinutesToOk !== undefined && { medianMinutesToOk, worstMinutesToOk: Math.max(...minutesToOk) }),
  };
}

/** A message of a ring that began before the period was sent before it. */
function countMessages(rings: AlarmReport["rings"]): Pick<AlarmReport, "messages" | "noted"> {
  const sent = rings.filter(({ rangAt, muted }) => rangAt !== undefined && muted !== true);
  const isKnown = sent.every(({ notes }) => notes !== undefined);
  return {
    messages: sent.length,
    ...(isKnown && { noted: sent.filter(({ notes = [] }) => notes.length > 0).length }),
  };
}

/** @param next the ring after it */
function buildRingReport(
  ring: Ring,
  next: Ring | undefined,
  notes: readonly AlarmNote[] | undefined,
): AlarmReport["rings"][number] {
  const { rangAt, endedAt, badSince } = ring;
  return {
    ...(rangAt !== undefined && { rangAt: new Date(rangAt).toISOString() }),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt).toISOString() }),
    ...(rangAt !== undefined && badSince !== undefined && { minutesToDetect: (rangAt - badSince) / MINUTE }),
    ...(notes && { notes: notes.filter((note) => isOn(ring, next, note)).map(({ text }) => text) }),
  };
}

/**
 * Whether a note belongs to this ring: it names its beginning or, if the beginning was unknown, was written after it
 * and before the next ring.
 */
function isOn({ rangAt }: Ring, next: Ring | undefined, note: AlarmNote): boolean {
  if (rangAt === undefined) return false;
  if (note.rangAt !== undefined) return Date.parse(note.rangAt) === rangAt;
  const notedAt = Date.parse(note.notedAt ?? "");
  return notedAt >= rangAt && notedAt < (next?.rangAt ?? Infinity);
}

/** The threshold of an alarm that never or always rang, and a better one based on its metric. */
export function suggestThreshold(
  { subject, key, points, range }: WatchedPoints,
  behaviour: "never" | "always",
): Threshold {
  const { alarm, targets } = subject.watched;
  const settings = alarm(key);
  const suggestion =
    behaviour === "never"
      ? lowerThreshold(key, points, settings, range, targets)
      : raiseThreshold(key, points, settings, range);
  const days = (range.to - range.from) / DAY;
  const facts = { key: findThresholdKey(key, settings).key, current: settings.threshold, days };
  return "why" in suggestion
    ? { ...facts, note: suggestion.why }
    : { ...facts, suggested: suggestion.threshold, wouldHaveRung: suggestion.rings };
}

/** The share of messages with a note that is aimed at, in percent. */
export const ACTIONABLE_PERCENT = 95;

const GOALS = { detectionMinutes: 5, resolutionMinutes: 30 } as const;

/** Whether the monitoring itself is good, as far as the data could be read. */
export function computeKpis(alarms: readonly AlarmReport[], measured: { readonly unread: readonly Unread[] }): Kpi[] {
  const noAlarms = isUnread(measured, "alarms", "history") ? "alarms could not be read" : undefined;
  const noNotes = isUnread(measured, "notes") ? "notes could not be read" : undefined;
  // The composite alarm ends when an urgent one begins, so the other alarms show how long a problem lasted.
  const rings = (condition: (alarm: AlarmReport) => boolean) =>
    alarms.filter(condition).flatMap((alarm) => alarm.rings);
  const total = (key: "messages" | "noted") => alarms.reduce((sum, alarm) => sum + (alarm[key] ?? 0), 0);
  const [messages, changed] = [total("messages"), total("noted")];
  const isAboutFailures = ({ key }: AlarmReport) => CAUSES.some((one) => one === key);
  const toDetect = rings(isAboutFailures).flatMap(({ minutesToDetect }) => minutesToDetect ?? []);
  const toOk = rings(({ key }) => key !== "degraded").flatMap(({ rangAt, endedAt }) =>
    rangAt === undefined || endedAt === undefined ? [] : [(Date.parse(endedAt) - Date.parse(rangAt)) / MINUTE],
  );
  return [
    {
      kpi: "actionable alarms",
      goal: `> ${ACTIONABLE_PERCENT} %`,
      ...(messages === 0 || noNotes !== undefined
        ? { measured: "-", state: "not_measurable", note: noAlarms ?? noNotes ?? "no alarm sent a message" }
        : {
            measured: `${formatNumber((100 * changed) / messages)} %`,
            state: toState((100 * changed) / messages > ACTIONABLE_PERCENT),
            note: `${changed} of ${messages} have a note about a change`,
          }),
    },
    judgeTime("time to detection", GOALS.detectionMinutes, toDetect, noAlarms ?? "no alarm about failures rang"),
    judgeTime("time to resolution", GOALS.resolutionMinutes, toOk, noAlarms ?? "no alarm rang and ended"),
  ];
}

function judgeTime(kpi: string, goal: number, minutes: readonly number[], whyNone: string): Kpi {
  const middle = computeMedian(minutes);
  if (middle === undefined)
    return { kpi, goal: `< ${goal} min`, measured: "-", state: "not_measurable", note: whyNone };
  const good = minutes.filter((one) => one < goal).length;
  return {
    kpi,
    goal: `< ${goal} min`,
    measured: formatMinutes(middle),
    state: toState(middle < goal),
    note: `the median; ${good} of ${minutes.length} in time, worst ${formatMinutes(Math.max(...minutes))}`,
  };
}

function toState(isMet: boolean): "met" | "missed" {
  return isMet ? "met" : "missed";
}
