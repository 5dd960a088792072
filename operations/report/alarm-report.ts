import { numberText } from "../number-text";
import { type Watched } from "./threshold-data";
import { type EnvironmentAlarm } from "../alarms/environment-alarms";
import { type Unread } from "../aws/part-reader";
import { minutesText } from "./minutes-text";
import { isUnread } from "./parts";
import { type Note } from "./notes";
import { type AlarmReport, type Kpi, type Threshold } from "./report-schema";
import {
  type AlarmState,
  median,
  type Range,
  type Ring,
  ringingMilliseconds,
  ringsOf,
  type StateChange,
} from "../alarms/ringing";
import { lowered, raised, THRESHOLD_KEYS } from "./thresholds";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Of the time: an alarm that rings longer tells nothing new. */
const ALWAYS_SHARE = 0.5;

/** What CloudWatch has told of an environment's alarms. */
export interface AlarmData {
  readonly alarms: readonly EnvironmentAlarm[];
  readonly states: ReadonlyMap<string, AlarmState>;
  readonly changes: readonly StateChange[];
  /** Undefined where they could not be read. */
  readonly notes: readonly Note[] | undefined;
  /** Times to count in; the one before is missing where CloudWatch has forgotten it. */
  readonly range: Range;
  readonly rangeBefore?: Range;
}

/** How each alarm rang. One that does not exist is left out. */
export function alarmReports(data: AlarmData): AlarmReport[] {
  return data.alarms.filter(({ name }) => data.states.has(name)).map((alarm) => alarmReport(alarm, data));
}

function alarmReport(
  { name, watches, notifies, urgent }: EnvironmentAlarm,
  { states, changes, notes, range, rangeBefore }: AlarmData,
): AlarmReport {
  const own = changes.filter(({ alarm }) => alarm === name);
  const ownNotes = notes?.filter(({ alarm }) => alarm === name);
  const state = states.get(name);
  const rings = ringsOf(own, state, range);
  const minutesToOk = rings.flatMap(({ rangAt, endedAt }) =>
    rangAt === undefined || endedAt === undefined ? [] : [(endedAt - rangAt) / MINUTE],
  );
  const medianMinutesToOk = median(minutesToOk);
  const ringing = ringingMilliseconds(rings, range);
  const ringsMuch = ringing >= ALWAYS_SHARE * (range.to - range.from);
  return {
    name,
    ...(watches && { function: watches.subject.watched.id, key: watches.key }),
    notifies,
    urgent,
    behaviour: rings.length === 0 ? "never" : ringsMuch ? "always" : "sometimes",
    isRinging: state?.isRinging === true,
    rings: rings.map((ring, index) => ringReport(ring, rings[index + 1], ownNotes)),
    ringingMinutes: ringing / MINUTE,
    ...(rangeBefore && { ringsBefore: ringsOf(own, undefined, rangeBefore).length }),
    ...(medianMinutesToOk !== undefined && { medianMinutesToOk, worstMinutesToOk: Math.max(...minutesToOk) }),
  };
}

/** @param next the ring after it */
function ringReport(
  ring: Ring,
  next: Ring | undefined,
  notes: readonly Note[] | undefined,
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
 * Whether a note is on this ring: on its beginning, or written after it and before the next where the beginning was not
 * known.
 */
function isOn({ rangAt }: Ring, next: Ring | undefined, note: Note): boolean {
  if (rangAt === undefined) return false;
  if (note.rangAt !== undefined) return Date.parse(note.rangAt) === rangAt;
  const notedAt = Date.parse(note.notedAt ?? "");
  return notedAt >= rangAt && notedAt < (next?.rangAt ?? Infinity);
}

/** The threshold of an alarm that never or always rang, and a better one by the figures that it watches. */
export function thresholdOf({ subject, key, points, range }: Watched, behaviour: "never" | "always"): Threshold {
  const settings = subject.watched.alarm(key);
  const suggestion = (behaviour === "never" ? lowered : raised)(key, points, settings, range);
  const days = (range.to - range.from) / DAY;
  const facts = { key: THRESHOLD_KEYS[key].key, current: settings.threshold, days };
  return "why" in suggestion
    ? { ...facts, note: suggestion.why }
    : { ...facts, suggested: suggestion.threshold, wouldHaveRung: suggestion.rings };
}

const GOALS = { actionablePercent: 95, detectionMinutes: 5, resolutionMinutes: 30 } as const;

/** Whether the monitoring itself is good, as far as what it is judged by could be read. */
export function kpisOf(alarms: readonly AlarmReport[], measured: { readonly unread: readonly Unread[] }): Kpi[] {
  const noAlarms = isUnread(measured, "alarms", "history") ? "alarms could not be read" : undefined;
  const noNotes = isUnread(measured, "notes") ? "notes could not be read" : undefined;
  // The alarm for several is quiet again when an urgent one begins: how long a trouble took is told by the others.
  const rings = (condition: (alarm: AlarmReport) => boolean) =>
    alarms.filter(condition).flatMap((alarm) => alarm.rings);
  const messages = rings(({ notifies }) => notifies);
  const changed = messages.filter(({ notes = [] }) => notes.length > 0).length;
  const toDetect = rings(({ urgent }) => urgent).flatMap(({ minutesToDetect }) => minutesToDetect ?? []);
  const toOk = rings(({ key }) => key !== "degraded").flatMap(({ rangAt, endedAt }) =>
    rangAt === undefined || endedAt === undefined ? [] : [(Date.parse(endedAt) - Date.parse(rangAt)) / MINUTE],
  );
  return [
    {
      kpi: "actionable alarms",
      goal: `> ${GOALS.actionablePercent} %`,
      ...(messages.length === 0 || noNotes !== undefined
        ? { measured: "-", state: "not_measurable", note: noAlarms ?? noNotes ?? "no alarm sent a message" }
        : {
            measured: `${numberText((100 * changed) / messages.length)} %`,
            state: stateOf((100 * changed) / messages.length > GOALS.actionablePercent),
            note: `${changed} of ${messages.length} have a note of what was changed`,
          }),
    },
    inTime("time to detection", GOALS.detectionMinutes, toDetect, noAlarms ?? "no urgent alarm rang"),
    inTime("time to resolution", GOALS.resolutionMinutes, toOk, noAlarms ?? "no alarm rang and ended"),
  ];
}

function inTime(kpi: string, goal: number, minutes: readonly number[], whyNone: string): Kpi {
  const middle = median(minutes);
  if (middle === undefined)
    return { kpi, goal: `< ${goal} min`, measured: "-", state: "not_measurable", note: whyNone };
  const good = minutes.filter((one) => one < goal).length;
  return {
    kpi,
    goal: `< ${goal} min`,
    measured: minutesText(middle),
    state: stateOf(middle < goal),
    note: `the median; ${good} of ${minutes.length} in time, worst ${minutesText(Math.max(...minutes))}`,
  };
}

function stateOf(isMet: boolean): "met" | "missed" {
  return isMet ? "met" : "missed";
}
