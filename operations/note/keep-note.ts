import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { listMeasuredFunctions } from "../../model/measured-function";
import { listEnvironmentAlarms } from "../alarms/environment-alarms";
import { readAlarmStates, readStateChanges } from "../alarms/history";
import { type AlarmNote, writeNote } from "../alarms/notes";
import { MAX_ATTEMPTS } from "../aws/failure";
import { Reader, type Unread } from "../aws/part-reader";
import { OperationFailure } from "../cli/operation-failure";

/** CloudWatch's history of an alarm goes back as far, or less. */
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
  const { region } = environment;
  const reader = new Reader(signal);
  const at = await findLastRing(environment, alarm, now, signal, reader);
  signal.throwIfAborted();
  const logs = new CloudWatchLogsClient({ region, maxAttempts: MAX_ATTEMPTS });
  const note: AlarmNote = {
    alarm,
    text,
    ...(at === undefined ? { notedAt: new Date(now).toISOString() } : { rangAt: new Date(at).toISOString() }),
  };
  await writeNote(logs, environment, note, now, reader);
  return { note, unread: reader.unread };
}

/**
 * When an alarm began to ring last; undefined where CloudWatch does not tell.
 *
 * @throws OperationFailure if it has not rung
 */
async function findLastRing(
  { region }: Environment,
  alarm: string,
  now: number,
  signal: AbortSignal,
  reader: Reader,
): Promise<number | undefined> {
  const source = { client: new CloudWatchClient({ region, maxAttempts: MAX_ATTEMPTS }), region, signal };
  const changes = await reader.read("the alarm's history", () =>
    readStateChanges(source, { from: now - DAYS * DAY, to: now }, alarm),
  );
  if (!changes) {
    const states = await reader.read("the alarm's state", () => readAlarmStates(source, alarm));
    const state = states?.get(alarm);
    return state?.isRinging === true ? state.since : undefined;
  }
  const last = changes.findLast(({ toAlarm, fromAlarm }) => toAlarm && !fromAlarm);
  if (!last) {
    throw new OperationFailure(
      `${alarm} has not rung in the last ${DAYS} days, as far as CloudWatch remembers: there is nothing to note`,
    );
  }
  return last.at;
}

/**
 * Makes sure that an alarm sends messages: of the others, the one that rings for them is worth a note.
 *
 * @throws InvalidInput
 */
export function checkNotedAlarm(environment: Environment, alarm: string): void {
  const all = listEnvironmentAlarms(environment, listMeasuredFunctions(environment));
  const found = all.find(({ name }) => name === alarm);
  if (!found) {
    const names = all.filter(({ notifies }) => notifies).map(({ name }) => name);
    throw makeInvalidInput(
      "note",
      `${environment.name} has no alarm ${show(alarm)}; those that send messages are: ${names.join(", ")}`,
    );
  }
  if (!found.notifies) {
    const instead = all.find(
      ({ watches }) => watches?.subject === found.watches?.subject && watches?.key === "degraded",
    );
    throw makeInvalidInput(
      "note",
      `${alarm} sends no messages itself: note ${instead?.name ?? "another"}, which rings for it`,
    );
  }
}
