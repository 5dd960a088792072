import { buildTags } from "../../environments/tags";
import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { z } from "zod";
import { type Environment } from "../../environments/schema";
import { waitForAws, AwsFailure } from "../aws/failure";
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
  client: CloudWatchLogsClient,
  environment: Pick<Environment, "name" | "region" | "tags">,
  note: AlarmNote,
  now: number,
  reader: Reader,
): Promise<void> {
  const { region } = environment;
  const logGroupName = formatNotesLogGroup(environment);
  const makeCallContext = (action: string) => ({
    region,
    action,
    notFound: `there is no log group ${logGroupName} in ${region}`,
  });

  const group = new CreateLogGroupCommand({
    logGroupName,
    tags: buildTags(environment),
  });
  const isNew = await reader.read("the making of the log group", () =>
    waitForAws(ignoreExisting(client.send(group)), makeCallContext("logs:CreateLogGroup")),
  );
  if (isNew) {
    const retention = new PutRetentionPolicyCommand({ logGroupName, retentionInDays: RETENTION_DAYS });
    await reader.read("the log group's retention", () =>
      waitForAws(client.send(retention), makeCallContext("logs:PutRetentionPolicy")),
    );
  }
  const stream = new CreateLogStreamCommand({ logGroupName, logStreamName: STREAM });
  await reader.read("the making of the log stream", () =>
    waitForAws(ignoreExisting(client.send(stream)), makeCallContext("logs:CreateLogStream")),
  );
  const put = new PutLogEventsCommand({
    logGroupName,
    logStreamName: STREAM,
    logEvents: [{ timestamp: now, message: JSON.stringify(note) }],
  });
  const { rejectedLogEventsInfo } = await waitForAws(client.send(put), makeCallContext("logs:PutLogEvents"));
  if (rejectedLogEventsInfo) throw new AwsFailure("AWS did not take the note: is this computer's clock right?");
}

/**
 * Every note since a time.
 *
 * @param from in milliseconds since 1970
 * @throws AwsFailure
 */
export async function readNotes(
  client: CloudWatchLogsClient,
  environment: Pick<Environment, "name" | "region">,
  from: number,
  abortSignal: AbortSignal,
): Promise<AlarmNote[]> {
  const { region } = environment;
  const logGroupName = formatNotesLogGroup(environment);
  const read = async () => {
    const notes: AlarmNote[] = [];
    const pages = paginateFilterLogEvents({ client }, { logGroupName, startTime: from }, { abortSignal });
    try {
      for await (const { events = [] } of pages) {
        notes.push(...events.flatMap(({ message = "" }) => parseNotes(message)));
      }
    } catch (error) {
      // Nobody has written a note yet.
      if (error instanceof Error && error.name === "ResourceNotFoundException") return [];
      throw error;
    }
    return notes;
  };
  return waitForAws(read(), { region, action: "logs:FilterLogEvents", notFound: "" });
}

/** Undefined where the thing is there already. */
async function ignoreExisting<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceAlreadyExistsException") return undefined;
    throw error;
  }
}

function parseNotes(message: string): AlarmNote[] {
  try {
    const { data } = note.safeParse(JSON.parse(message));
    return data ? [data] : [];
  } catch {
    return [];
  }
}
