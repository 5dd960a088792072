import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeQueryDefinitionsCommand,
  paginateDescribeLogGroups,
  paginateDescribeMetricFilters,
  paginateFilterLogEvents,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { type AwsAccess, type CallOptions } from "./access";

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
 * The id of the saved query of exactly this name.
 *
 * @throws AwsFailure
 */
export async function findSavedQueryId(aws: AwsAccess, name: string): Promise<string | undefined> {
  const found = await aws.find("logs:DescribeQueryDefinitions", (options) =>
    aws
      .client(CloudWatchLogsClient)
      .send(new DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix: name }), options),
  );
  return found?.queryDefinitions?.find((query) => query.name === name)?.queryDefinitionId;
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
  return create(aws, "logs:CreateLogGroup", name, (options) => aws.client(CloudWatchLogsClient).send(command, options));
}

/** Like {@link createLogGroup}, for a log stream. */
export function createLogStream(aws: AwsAccess, logGroup: string, stream: string): Promise<boolean> {
  const command = new CreateLogStreamCommand({ logGroupName: logGroup, logStreamName: stream });
  return create(aws, "logs:CreateLogStream", logGroup, (options) =>
    aws.client(CloudWatchLogsClient).send(command, options),
  );
}

/** @throws AwsFailure */
export async function keepLogs(aws: AwsAccess, logGroup: string, days: number): Promise<void> {
  const command = new PutRetentionPolicyCommand({ logGroupName: logGroup, retentionInDays: days });
  await aws.ask("logs:PutRetentionPolicy", explainMissing(aws, logGroup), (options) =>
    aws.client(CloudWatchLogsClient).send(command, options),
  );
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
  const { rejectedLogEventsInfo } = await aws.ask("logs:PutLogEvents", explainMissing(aws, logGroup), (options) =>
    aws.client(CloudWatchLogsClient).send(command, options),
  );
  return rejectedLogEventsInfo === undefined;
}

function create(
  aws: AwsAccess,
  action: string,
  logGroup: string,
  call: (options: CallOptions) => Promise<unknown>,
): Promise<boolean> {
  return aws.ask(action, explainMissing(aws, logGroup), async (options) => {
    try {
      await call(options);
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceAlreadyExistsException") return false;
      throw error;
    }
  });
}

function configure(aws: AwsAccess): { client: CloudWatchLogsClient } {
  return { client: aws.client(CloudWatchLogsClient) };
}

function explainMissing({ region }: AwsAccess, logGroup: string): string {
  return `there is no log group ${logGroup} in ${region}`;
}
