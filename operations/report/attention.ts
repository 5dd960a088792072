import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { type EnvironmentAlarm } from "../alarms/environment-alarms";
import { type TimeRange } from "../alarms/ringing";
import { ACTIONABLE_PERCENT } from "./alarm-report";
import { findBetterSetting, type PastRing, type WatchedPast } from "./replay";
import { buildReplayedAlarm } from "./replay-data";
import { type AlarmReport, type WastedAttention } from "./report-schema";
import { type Watching } from "./threshold-data";

const DAY = 24 * 3_600_000;

/** Fewer messages without a note may be chance, or notes that nobody has written yet. */
const LEAST_WASTED = 5;

/** The alarm that wastes most attention, and the one whose setting may spare it. */
export interface WastingAlarm {
  readonly report: AlarmReport;
  /** Itself or, if it rings for others, the one that made it ring most; undefined if it has no threshold to replay. */
  readonly culprit: { readonly report: AlarmReport; readonly watching: Watching } | undefined;
}

/**
 * Finds the alarm with the most messages that led to no note, if notes are written at all.
 *
 * @param writesNotes whether there is any note
 */
export function findWastingAlarm(
  reports: readonly AlarmReport[],
  alarms: readonly EnvironmentAlarm[],
  writesNotes: boolean,
): WastingAlarm | undefined {
  const [report] = reports
    .filter(({ messages = 0, noted }) => noted !== undefined && countWasted({ messages, noted }) >= LEAST_WASTED)
    .filter(({ messages = 0, noted = 0 }) => noted < (ACTIONABLE_PERCENT / 100) * messages)
    .toSorted((one, other) => countWasted(other) - countWasted(one));
  return report && writesNotes ? { report, culprit: findCulprit(report, reports, alarms) } : undefined;
}

function countWasted({ messages = 0, noted = 0 }: Pick<AlarmReport, "messages" | "noted">): number {
  return messages - noted;
}

function findCulprit(
  report: AlarmReport,
  reports: readonly AlarmReport[],
  alarms: readonly EnvironmentAlarm[],
): WastingAlarm["culprit"] {
  const candidates = report.key === "degraded" ? reports.filter((one) => isPartOf(one, report)) : [report];
  const [most] = candidates.toSorted((one, other) => countTogether(other, report) - countTogether(one, report));
  const watches = alarms.find(({ name }) => name === most?.name)?.watches;
  return most && watches && isAlarmKey(watches.key)
    ? { report: most, watching: { subject: watches.subject, key: watches.key } }
    : undefined;
}

/** Whether the other one, which is composed, rings for it. */
function isPartOf({ function: of, notifies }: AlarmReport, other: AlarmReport): boolean {
  return of === other.function && !notifies;
}

/** How many rings of an alarm there were while the other one rang. */
function countTogether({ rings }: AlarmReport, other: AlarmReport): number {
  return rings.filter((ring) => other.rings.some((one) => isTogether(ring, one))).length;
}

type ReportedRing = AlarmReport["rings"][number];

function isTogether(one: ReportedRing, other: ReportedRing): boolean {
  const [from, to] = toTimes(one);
  const [otherFrom, otherTo] = toTimes(other);
  return from <= otherTo && otherFrom <= to;
}

function toTimes({ rangAt, endedAt }: ReportedRing): [from: number, to: number] {
  return [
    rangAt === undefined ? -Infinity : Date.parse(rangAt),
    endedAt === undefined ? Infinity : Date.parse(endedAt),
  ];
}

function isAlarmKey(key: string): key is AlarmKey {
  return (ALARM_KEYS as readonly string[]).includes(key);
}

/**
 * What an alarm wastes, and the setting that would have spared it.
 *
 * @param past undefined if it could not be read, or there is nothing to replay
 */
export function buildWastedAttention(
  { report, culprit }: WastingAlarm,
  past: WatchedPast | undefined,
): WastedAttention {
  const { name, messages = 0, noted = 0 } = report;
  const facts = { alarm: name, messages, noted };
  if (!culprit) return { ...facts, note: "it has no threshold that could be replayed" };
  if (!past) return { ...facts, note: "its figures could not be read" };
  const { watching } = culprit;
  const found = replayCulprit(report, culprit, past);
  if ("why" in found) return { ...facts, note: found.why };
  const days = (past.range.to - past.range.from) / DAY;
  const setting = {
    alarm: culprit.report.name,
    function: watching.subject.watched.id,
    key: watching.key,
    ...found,
    days,
  };
  return { ...facts, setting };
}

function replayCulprit(report: AlarmReport, culprit: NonNullable<WastingAlarm["culprit"]>, past: WatchedPast) {
  const noted = report.rings.filter(({ notes = [] }) => notes.length > 0);
  const forgotten = noted.filter(({ rangAt = "" }) => Date.parse(rangAt) < past.range.from).length;
  if (forgotten > 0) {
    return { why: `CloudWatch no longer has the figures of ${forgotten} of its rings with a note` };
  }
  const rings = culprit.report.rings.flatMap((ring): PastRing[] => {
    const times = clip(toTimes(ring), past.range);
    return times ? [{ ...times, isNoted: noted.some((one) => isTogether(ring, one)) }] : [];
  });
  return findBetterSetting(buildReplayedAlarm(culprit.watching), past, rings);
}

/** A ring that began in the range. */
function clip([rangAt, endedAt]: [number, number], { from, to }: TimeRange): Omit<PastRing, "isNoted"> | undefined {
  return rangAt < from ? undefined : { rangAt, endedAt: Math.min(endedAt, to) };
}
