import { buildTags } from "../../environments/tags";
import * as z from "zod";
import { type Environment } from "../../environments/schema";
import { type AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { createLogGroup, createLogStream, keepLogs, readLogEvents, writeLogLine } from "../aws/logs";
import { parseJson } from "../cli/parse-json";
import { type Reader } from "../aws/part-reader";

/**
 * Notes about changes that were made because an alarm rang. You cannot add notes to CloudWatch's history of an alarm:
 * it only records changes of state and settings, and actions. The next deployment would undo a tag or a new setting of
 * the alarm. So the notes are in a separate log group, which is not part of a deployment.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html
 */

const STREAM = "notes";

/** Longer than two quarters, the longest time for which notes are read. */
const RETENTION_DAYS = 400;

const note = z.object({
  alarm: z.string(),
  /** Missing if CloudWatch did not provide it: the note then applies to the last time before it was written. */
  rangAt: z.iso.datetime().optional(),
  notedAt: z.iso.datetime().optional(),
  text: z.string(),
});

/** A note about one time that an alarm rang. */
export type AlarmNote = z.output<typeof note>;

/** The log group of an environment's notes. */
export function formatNotesLogGroup({ name }: Pick<Environment, "name">): string {
  return `/warmwatch/${name}/notes`;
}

/**
 * Stores a note. The first note creates the log group.
 *
 * @param now in milliseconds since 1970
 * @param reader remembers what failed before it, such as creating the log group, which may exist already
 * @throws AwsFailure if the note could not be stored
 */
export async function writeNote(
  aws: AwsAccess,
  environment: Pick<Environment, "name" | "tags">,
  note: AlarmNote,
  now: number,
  reader: Reader,
): Promise<void> {
  const logGroup = formatNotesLogGroup(environment);
  const isNew = await reader.read("creating the log group", () =>
    createLogGroup(aws, logGroup, buildTags(environment)),
  );
  if (isNew) await reader.read("the log group's retention", () => keepLogs(aws, logGroup, RETENTION_DAYS));
  await reader.read("creating the log stream", () => createLogStream(aws, logGroup, STREAM));
  const line = { logGroup, stream: STREAM, at: now, text: JSON.stringify(note) };
  if (!(await writeLogLine(aws, line)))
    throw new AwsFailure("AWS did not accept the note: is this computer's clock correct?");
}

/**
 * Every note since a time.
 *
 * @param from in milliseconds since 1970
 * @throws AwsFailure
 */
export async function readNotes(
  aws: AwsAccess,
  environment: Pick<Environment, "name">,
  from: number,
): Promise<AlarmNote[]> {
  const events = await readLogEvents(aws, { logGroup: formatNotesLogGroup(environment), from });
  // There is no log group before the first note.
  return (events ?? []).flatMap(({ text }) => note.safeParse(parseJson(text)).data ?? []);
}
