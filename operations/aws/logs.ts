import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
  paginateDescribeMetricFilters,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { type AwsAccess, type CallOptions } from "./access";
import { AwsFailure } from "./failure";

/** A log group in CloudWatch. */
export interface LogGroup {
  /** Undefined if logs are kept forever. */
  readonly retentionDays: number | undefined;
  /** As in `STANDARD`, which is also the default. */
  readonly logClass: string;
}

/** A line of a log. */
export interface LogEvent {
  readonly id: string;
  /** When it was written, in milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** The lines of a log group to read. */
export interface LogSelection {
  readonly logGroup: string;
  /** In milliseconds since 1970. */
  readonly from: number;
  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html; all lines without it. */
  readonly pattern?: string;
}

/**
 * The log group of exactly this name.
 *
 * @throws AwsFailure
 */
export async function findLogGroup(aws: AwsAccess, name: string): Promise<LogGroup | undefined> {
  const groups = await aws.askAll(
    "logs:DescribeLogGroups",
    explainMissing(aws, name),
    (options) => paginateDescribeLogGroups(configure(aws), { logGroupNamePrefix: name }, options),
    ({ logGroups }) => logGroups,
  );
  const found = groups.find(({ logGroupName }) => logGroupName === name);
  return found && { retentionDays: found.retentionInDays, logClass: found.logGroupClass ?? "STANDARD" };
}

/**
 * The names of a log group's metric filters; undefined if there is no such log group.
 *
 * @throws AwsFailure
 */
export async function listMetricFilters(aws: AwsAccess, logGroup: string): Promise<string[] | undefined> {
  const filters = await aws.findAll(
    "logs:DescribeMetricFilters",
    (options) => paginateDescribeMetricFilters(configure(aws), { logGroupName: logGroup }, options),
    ({ metricFilters }) => metricFilters,
  );
  return filters?.map(({ filterName = "" }) => filterName);
}

/**
 * Reads lines of a log group, in chronological order.
 *
 * @returns undefined if there is no such log group
 * @throws AwsFailure
 */
export async function readLogEvents(
  aws: AwsAccess,
  { logGroup, from, pattern }: LogSelection,
): Promise<LogEvent[] | undefined> {
  const input = { logGroupName: logGroup, startTime: from, ...(pattern !== undefined && { filterPattern: pattern }) };
  const events = await aws.findAll(
    "logs:FilterLogEvents",
    (options) => paginateFilterLogEvents(configure(aws), input, options),
    (page) => page.events,
  );
  return events?.flatMap(({ eventId: id = "", timestamp: at, message: text = "" }) =>
    at === undefined ? [] : [{ id, at, text }],
  );
}

/**
 * Creates a log group.
 *
 * @returns false if it already exists
 * @throws AwsFailure
 */
export function createLogGroup(aws: AwsAccess, name: string, tags: Readonly<Record<string, string>>): Promise<boolean> {
  const command = new CreateLogGroupCommand({ logGroupName: name, tags: { ...tags } });
  return create(aws, "logs:CreateLogGroup", name, (client, options) => client.send(command, options));
}

/** Like {@link createLogGroup}, for a log stream. */
export function createLogStream(aws: AwsAccess, logGroup: string, stream: string): Promise<boolean> {
  const command = new CreateLogStreamCommand({ logGroupName: logGroup, logStreamName: stream });
  return create(aws, "logs:CreateLogStream", logGroup, (client, options) => client.send(command, options));
}

/**
 * Deletes a log group, if there is one.
 *
 * @throws AwsFailure
 */
export async function deleteLogGroup(aws: AwsAccess, name: string): Promise<void> {
  const command = new DeleteLogGroupCommand({ logGroupName: name });
  await aws.send("logs:DeleteLogGroup", CloudWatchLogsClient, command);
}

/** @throws AwsFailure */
export async function keepLogs(aws: AwsAccess, logGroup: string, days: number): Promise<void> {
  const command = new PutRetentionPolicyCommand({ logGroupName: logGroup, retentionInDays: days });
  await aws.ask(explainMissing(aws, logGroup), "logs:PutRetentionPolicy", CloudWatchLogsClient, command);
}

/**
 * Writes one line.
 *
 * @param at in milliseconds since 1970
 * @returns whether AWS accepted it: it refuses lines that are too old or in the future
 * @throws AwsFailure
 */
export async function writeLogLine(
  aws: AwsAccess,
  { logGroup, stream, at, text }: { logGroup: string; stream: string; at: number; text: string },
): Promise<boolean> {
  const command = new PutLogEventsCommand({
    logGroupName: logGroup,
    logStreamName: stream,
    logEvents: [{ timestamp: at, message: text }],
  });
  const written = await aws.ask(explainMissing(aws, logGroup), "logs:PutLogEvents", CloudWatchLogsClient, command);
  return written.rejectedLogEventsInfo === undefined;
}

async function create(
  aws: AwsAccess,
  action: string,
  logGroup: string,
  call: (client: CloudWatchLogsClient, options: CallOptions) => Promise<unknown>,
): Promise<boolean> {
  const isNew = await aws.find(action, async (options) => {
    try {
      await call(aws.client(CloudWatchLogsClient), options);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceAlreadyExistsException") return false;
      throw error;
    }
  });
  if (isNew === undefined) throw new AwsFailure(explainMissing(aws, logGroup));
  return isNew;
}

function configure(aws: AwsAccess): { client: CloudWatchLogsClient } {
  return { client: aws.client(CloudWatchLogsClient) };
}

function explainMissing({ region }: AwsAccess, logGroup: string): string {
  return `there is no log group ${logGroup} in ${region}`;
}
