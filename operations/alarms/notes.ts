import { buildTags } from "../../environments/tags";
import * as z from "zod";
import { type Environment } from "../../environments/schema";
import { type AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { createLogGroup, createLogStream, keepLogs, readLogEvents, writeLogLine } from "../aws/logs";
import { type Reader } from "../aws/part-reader";

/**
 * What was changed because an alarm rang. CloudWatch's history of an alarm takes no remarks: it records changes of
 * state, of settings, and actions. A tag or a new setting of the alarm would be undone by the next deployment. So the
 * notes are in a log group of their own, which no deployment knows.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html
 */

const STREAM = "notes";

/** Longer than the notes of any two quarters are asked for. */
const RETENTION_DAYS = 400;

const note = z.object({
  alarm: z.string(),
  /** Missing where CloudWatch did not tell: the note is about the last time before it was written. */
  rangAt: z.iso.datetime().optional(),
  notedAt: z.iso.datetime().optional(),
  text: z.string(),
});

/** A note on one time that an alarm rang. */
export type AlarmNote = z.output<typeof note>;

/** The log group of an environment's notes. */
export function formatNotesLogGroup({ name }: Pick<Environment, "name">): string {
  return `/warmwatch/${name}/notes`;
}

/**
 * Keeps a note. The log group is made with the first one.
 *
 * @param now in milliseconds since 1970
 * @param reader remembers what could not be done before it, such as making the log group, which may be there already
 * @throws AwsFailure if the note is not kept
 */
export async function writeNote(
  aws: AwsAccess,
  environment: Pick<Environment, "name" | "tags">,
  note: AlarmNote,
  now: number,
  reader: Reader,
): Promise<void> {
  const logGroup = formatNotesLogGroup(environment);
  const isNew = await reader.read("the making of the log group", () =>
    createLogGroup(aws, logGroup, buildTags(environment)),
  );
  if (isNew) await reader.read("the log group's retention", () => keepLogs(aws, logGroup, RETENTION_DAYS));
  await reader.read("the making of the log stream", () => createLogStream(aws, logGroup, STREAM));
  const line = { logGroup, stream: STREAM, at: now, text: JSON.stringify(note) };
  if (!(await writeLogLine(aws, line)))
    throw new AwsFailure("AWS did not take the note: is this computer's clock right?");
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
  return (events ?? []).flatMap(({ text }) => parseNotes(text));
}

function parseNotes(message: string): AlarmNote[] {
  try {
    const { data } = note.safeParse(JSON.parse(message));
    return data ? [data] : [];
  } catch {
    return [];
  }
}
