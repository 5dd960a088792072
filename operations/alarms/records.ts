import { buildTags } from "../../environments/tags";
import { type Environment } from "../../environments/schema";
import { type AwsAccess } from "../aws/access";
import { AwsFailure } from "../aws/failure";
import { createLogGroup, createLogStream, keepLogs, readLogEvents, writeLogLine } from "../aws/logs";
import { parseJson } from "../../environments/parse-json";
import { type Reader } from "../aws/part-reader";

/**
 * Records about alarms that CloudWatch does not keep: notes about changes, and mutes. You cannot add notes to
 * CloudWatch's history of an alarm: it only records changes of state and settings, and actions. The next deployment
 * would undo a tag or a new setting of the alarm. So the records are in a separate log group, which is not part of a
 * deployment. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html
 */

const STREAM = "notes";

/** Longer than two quarters, the longest time for which records are read. */
const RETENTION_DAYS = 400;

/** The log group of an environment's records. */
function formatLogGroup({ name }: Pick<Environment, "name">): string {
  return `/warmwatch/${name}/notes`;
}

/**
 * Stores a record. The first one creates the log group.
 *
 * @param now in milliseconds since 1970
 * @param reader remembers what failed before it, such as creating the log group, which may exist already
 * @throws AwsFailure if the record could not be stored
 */
export async function writeAlarmRecord(
  aws: AwsAccess,
  environment: Pick<Environment, "name" | "tags">,
  record: object,
  now: number,
  reader: Reader,
): Promise<void> {
  const logGroup = formatLogGroup(environment);
  const isNew = await reader.read("creating the log group", () =>
    createLogGroup(aws, logGroup, buildTags(environment)),
  );
  if (isNew) await reader.read("the log group's retention", () => keepLogs(aws, logGroup, RETENTION_DAYS));
  await reader.read("creating the log stream", () => createLogStream(aws, logGroup, STREAM));
  const line = { logGroup, stream: STREAM, at: now, text: JSON.stringify(record) };
  if (!(await writeLogLine(aws, line)))
    throw new AwsFailure("AWS did not accept the note: is this computer's clock correct?");
}

/**
 * Every record since a time, in chronological order, of any kind.
 *
 * @param from in milliseconds since 1970
 * @throws AwsFailure
 */
export async function readAlarmRecords(
  aws: AwsAccess,
  environment: Pick<Environment, "name">,
  from: number,
): Promise<unknown[]> {
  const events = await readLogEvents(aws, { logGroup: formatLogGroup(environment), from });
  // There is no log group before the first record.
  return (events ?? []).map(({ text }) => parseJson(text));
}
