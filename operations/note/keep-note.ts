import { type Environment } from "../../environments/schema";
import { type AlarmNote } from "../alarms/notes";
import { writeAlarmRecord } from "../alarms/records";
import { AwsAccess } from "../aws/access";
import { readAlarms, readStateChanges } from "../aws/alarms";
import { Reader, type Unread } from "../aws/part-reader";
import { OperationFailure } from "../cli/operation-failure";

/** CloudWatch's history of an alarm goes back at most this far. */
const DAYS = 30;
const DAY = 24 * 3_600_000;

/**
 * Keeps a note for the last time that an alarm rang.
 *
 * @returns the note, and what could not be read for it
 * @throws OperationFailure if the alarm has not rung, or the note cannot be kept
 */
export async function keepNote(
  environment: Environment,
  { alarm, text }: Pick<AlarmNote, "alarm" | "text">,
  now: number,
  signal: AbortSignal,
): Promise<{ readonly note: AlarmNote; readonly unread: readonly Unread[] }> {
  const aws = new AwsAccess(environment.region, signal);
  const reader = new Reader(signal);
  const at = await findLastRing(aws, alarm, now, reader);
  signal.throwIfAborted();
  const note: AlarmNote = {
    alarm,
    text,
    ...(at === undefined ? { notedAt: new Date(now).toISOString() } : { rangAt: new Date(at).toISOString() }),
  };
  await writeAlarmRecord(aws, environment, note, now, reader);
  return { note, unread: reader.unread };
}

/**
 * When an alarm last began to ring; undefined if CloudWatch does not provide it.
 *
 * @throws OperationFailure if it has not rung
 */
async function findLastRing(aws: AwsAccess, alarm: string, now: number, reader: Reader): Promise<number | undefined> {
  const changes = await reader.read("the alarm's history", () =>
    readStateChanges(aws, { from: now - DAYS * DAY, to: now }, alarm),
  );
  if (!changes) {
    const states = await reader.read("the alarm's state", () => readAlarms(aws, [alarm]));
    const state = states?.get(alarm);
    return state?.isRinging === true ? state.since : undefined;
  }
  const last = changes.findLast(({ toAlarm, fromAlarm }) => toAlarm && !fromAlarm);
  if (!last) {
    throw new OperationFailure(
      `${alarm} has not rung in the last ${DAYS} days, according to CloudWatch: there is nothing to note`,
    );
  }
  return last.at;
}
