import * as z from "zod";
import { type Ring } from "./ringing";

/** How far ahead a mute may be planned, so a report knows how old a record can be that matters. */
export const PLANNED_AHEAD_DAYS = 30;

/** CloudWatch's limit of one mute: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html */
export const LONGEST_MUTE_DAYS = 15;

const begin = z.object({
  mute: z.string(),
  alarms: z.array(z.string()),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  why: z.string(),
});

const end = z.object({ mute: z.string(), endedAt: z.iso.datetime() });

/** A record that alarms send no messages from a time to another. */
export type MuteRecord = z.output<typeof begin>;

/** A record that somebody ended a mute early. */
export type MuteEndRecord = z.output<typeof end>;

/** A time in which alarms sent no messages, in milliseconds since 1970. */
export interface Mute {
  readonly alarms: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly why: string;
}

/** The mutes among an environment's records, without those that ended before they began. */
export function selectMutes(records: readonly unknown[]): Mute[] {
  const ends = records.flatMap((record) => end.safeParse(record).data ?? []);
  return records
    .flatMap((record) => begin.safeParse(record).data ?? [])
    .map(({ mute, alarms, from, to, why }) => {
      const ended = ends.filter((one) => one.mute === mute).map(({ endedAt }) => Date.parse(endedAt));
      return { alarms, from: Date.parse(from), to: Math.min(Date.parse(to), ...ended), why };
    })
    .filter(({ from, to }) => to > from);
}

/**
 * Whether a ring sent no message because of a mute. If the alarm still rings when the mute ends, CloudWatch sends the
 * message then: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-mute-rules-behaviour.html
 */
export function isMuted(alarm: string, { rangAt, endedAt }: Ring, mutes: readonly Mute[]): boolean {
  if (rangAt === undefined || endedAt === undefined) return false;
  // Of mutes that overlap, the last end counts.
  const until = mutes
    .filter(({ alarms }) => alarms.includes(alarm))
    .toSorted((one, other) => one.from - other.from)
    .reduce((end, { from, to }) => (from <= end ? Math.max(end, to) : end), rangAt);
  return until > rangAt && endedAt <= until;
}
