/** The unit in which AWS publishes a metric. */
export type AwsUnit = "Count" | "Milliseconds" | "Seconds" | "Bytes" | "None" | "USD";

/** A metric that AWS publishes: its unit, and each set of dimensions under which it can be found. */
export interface AwsMetric {
  readonly unit: AwsUnit;
  readonly dimensions: readonly (readonly string[])[];
}

type DimensionSets = AwsMetric["dimensions"];

const REGION: readonly string[] = [];

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html */
const FUNCTION = ["FunctionName"];
const VERSION_OR_ALIAS = ["FunctionName", "Resource"];
const VERSION_OF_ALIAS = ["FunctionName", "Resource", "ExecutedVersion"];
const EVERY_FUNCTION_LEVEL = [REGION, FUNCTION, VERSION_OR_ALIAS, VERSION_OF_ALIAS];
const EVENT_SOURCE_MAPPING = [["EventSourceMappingUUID"]];

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
const LAMBDA = {
  // Invocations
  ...published(
    "Count",
    ["Invocations", "Errors", "DeadLetterErrors", "DestinationDeliveryFailures", "Throttles"],
    EVERY_FUNCTION_LEVEL,
  ),
  // Only of Lambda Managed Instances.
  ...published(
    "Count",
    ["CPUThrottles", "MemoryThrottles", "DiskThrottles", "ConcurrencyThrottles"],
    [FUNCTION, VERSION_OR_ALIAS],
  ),
  ...published(
    "Count",
    ["OversizedRecordCount", "ProvisionedConcurrencyInvocations", "ProvisionedConcurrencySpilloverInvocations"],
    EVERY_FUNCTION_LEVEL,
  ),
  ...published("Count", ["RecursiveInvocationsDropped"], EVERY_FUNCTION_LEVEL),
  // Deployments
  ...published("Count", ["SignatureValidationErrors"], [FUNCTION]),
  // Performance
  ...published("Milliseconds", ["Duration", "PostRuntimeExtensionsDuration", "IteratorAge"], EVERY_FUNCTION_LEVEL),
  ...published("Count", ["OffsetLag"], EVERY_FUNCTION_LEVEL),
  // Concurrency
  ...published("Count", ["ConcurrentExecutions"], [REGION, FUNCTION, VERSION_OR_ALIAS]),
  ...published("Count", ["ProvisionedConcurrentExecutions"], EVERY_FUNCTION_LEVEL),
  ...published("None", ["ProvisionedConcurrencyUtilization"], [VERSION_OR_ALIAS, VERSION_OF_ALIAS]),
  ...published("Count", ["UnreservedConcurrentExecutions", "ClaimedAccountConcurrency"], [REGION]),
  // Asynchronous invocations
  ...published("Count", ["AsyncEventsReceived", "AsyncEventsDropped"], [REGION, FUNCTION, VERSION_OR_ALIAS]),
  ...published("Milliseconds", ["AsyncEventAge"], [REGION, FUNCTION, VERSION_OR_ALIAS]),
  // Event source mappings, where their metrics are switched on
  ...published(
    "Count",
    ["PolledEventCount", "FilteredOutEventCount", "InvokedEventCount", "FailedInvokeEventCount", "DroppedEventCount"],
    EVENT_SOURCE_MAPPING,
  ),
  ...published(
    "Count",
    ["OnFailureDestinationDeliveredEventCount", "DeletedEventCount", "CommittedEventCount"],
    EVENT_SOURCE_MAPPING,
  ),
  ...published(
    "Count",
    [
      "PollingErrorCount",
      "InvokeErrorCount",
      "OnFailureDestinationDeliveryErrorCount",
      "SchemaRegistryErrorCount",
      "CommitErrorCount",
    ],
    EVENT_SOURCE_MAPPING,
  ),
  ...published(
    "Count",
    ["MaxOffsetLag", "SumOffsetLag", "ProvisionedPollers", "EventPollerUnit"],
    EVENT_SOURCE_MAPPING,
  ),
  ...published("Bytes", ["EventPollerThroughputInBytes"], EVENT_SOURCE_MAPPING),
};

const QUEUE = [["QueueName"]];

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
const SQS = {
  ...published("Seconds", ["ApproximateAgeOfOldestMessage", "ApproximateAgeOfOldestMessageInQuietGroups"], QUEUE),
  ...published(
    "Count",
    [
      "ApproximateNumberOfGroupsWithInflightMessages",
      "ApproximateNumberOfMessagesDelayed",
      "ApproximateNumberOfMessagesNotVisible",
      "ApproximateNumberOfMessagesVisible",
      "NumberOfEmptyReceives",
      "NumberOfDeduplicatedSentMessages",
      "NumberOfMessagesDeleted",
      "NumberOfMessagesReceived",
      "NumberOfMessagesSent",
      // Fair queues
      "ApproximateNumberOfNoisyGroups",
      "ApproximateNumberOfMessagesVisibleInQuietGroups",
      "ApproximateNumberOfMessagesNotVisibleInQuietGroups",
      "ApproximateNumberOfMessagesDelayedInQuietGroups",
    ],
    QUEUE,
  ),
  ...published("Bytes", ["SentMessageSize"], QUEUE),
};

const TOPIC = [["TopicName"]];

/** https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html */
const SNS = {
  ...published(
    "Count",
    [
      "NumberOfMessagesPublished",
      "NumberOfNotificationsFilteredOut",
      "NumberOfNotificationsFilteredOut-InvalidAttributes",
      "NumberOfNotificationsFilteredOut-NoMessageAttributes",
      "NumberOfNotificationsFilteredOut-MessageAttributes",
      "NumberOfNotificationsFilteredOut-InvalidMessageBody",
      "NumberOfNotificationsFilteredOut-MessageBody",
      "NumberOfNotificationsRedrivenToDlq",
      "NumberOfNotificationsFailedToRedriveToDlq",
    ],
    TOPIC,
  ),
  ...published(
    "Count",
    ["NumberOfNotificationsDelivered", "NumberOfNotificationsFailed"],
    [...TOPIC, ["Application"], ["Application", "Platform"], ["Platform"], ["PhoneNumber"]],
  ),
  ...published("Bytes", ["PublishSize"], TOPIC),
  ...published("USD", ["SMSMonthToDateSpentUSD"], [REGION]),
  ...published("Count", ["SMSSuccessRate"], [["Country", "SMSType"], ["PhoneNumber"]]),
};

/** A rule of the default bus has its name alone; one of another bus has both. */
const RULE = [["RuleName"], ["EventBusName", "RuleName"]];
const BUS = [["EventBusName"]];

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
const EVENTS = {
  ...published(
    "Count",
    ["DeadLetterInvocations", "FailedInvocations", "InvocationsFailedToBeSentToDlq", "InvocationsSentToDlq"],
    RULE,
  ),
  ...published("Count", ["Events"], [["EventSourceName"]]),
  ...published("Count", ["Invocations"], [REGION, ...RULE]),
  ...published("Count", ["InvocationsCreated"], [REGION]),
  ...published(
    "Count",
    [
      "InvocationAttempts",
      "RetryInvocationAttempts",
      "SuccessfulInvocationAttempts",
      "ThrottledRules",
      "TriggeredRules",
    ],
    [REGION, ...BUS, ...RULE],
  ),
  ...published("Count", ["MatchedEvents"], [...BUS, ["EventSourceName"], ...RULE]),
  // Written with a small t: so the page has them.
  ...published(
    "Milliseconds",
    [
      "IngestiontoInvocationCompleteLatency",
      "IngestiontoInvocationStartLatency",
      "IngestionToInvocationSuccessLatency",
    ],
    [REGION, ...BUS, ...RULE],
  ),
  ...published("Count", ["EventBusEncryptionStarted", "EventBusEncryptionCompleted", "EventBusEncryptionFailed"], BUS),
  ...published(
    "Count",
    ["PutEvents", "PutPartnerEvents"].flatMap((request) =>
      ["Call", "Failed", "Success", "Throttled"].map((outcome) => `${request}Approximate${outcome}Count`),
    ),
    [REGION],
  ),
  ...published(
    "Count",
    ["PutEvents", "PutPartnerEvents"].flatMap((request) => [`${request}EntriesCount`, `${request}FailedEntriesCount`]),
    [REGION],
  ),
  ...published("Milliseconds", ["PutEventsLatency", "PutPartnerEventsLatency"], [REGION]),
  ...published("Bytes", ["PutEventsRequestSize"], [REGION]),
};

/**
 * The metrics that AWS publishes, by namespace and name.
 *
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
 * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html and
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export const AWS_METRICS: Readonly<Record<string, Readonly<Record<string, AwsMetric>>>> = {
  "AWS/Lambda": LAMBDA,
  "AWS/SQS": SQS,
  "AWS/SNS": SNS,
  "AWS/Events": EVENTS,
};

/**
 * What is wrong with naming this metric: AWS publishes none by the name, or not under just these dimensions. Nothing
 * where the namespace is not one of AWS_METRICS.
 *
 * Source: the pages of AWS_METRICS
 */
export function checkMetric(namespace: string, metricName: string, dimensions: readonly string[]): string[] {
  const metrics = AWS_METRICS[namespace];
  if (metrics === undefined) return [];
  const metric = Object.hasOwn(metrics, metricName) ? metrics[metricName] : undefined;
  if (metric === undefined) return [`${namespace} has no metric ${metricName}`];
  const wanted = sorted(dimensions);
  if (metric.dimensions.some((set) => sorted(set) === wanted)) return [];
  return [`${namespace} ${metricName} has no dimensions ${wanted === "" ? "left out" : wanted}`];
}

function published(unit: AwsUnit, names: readonly string[], dimensions: DimensionSets): Record<string, AwsMetric> {
  return Object.fromEntries(names.map((name) => [name, { unit, dimensions }]));
}

function sorted(dimensions: readonly string[]): string {
  return dimensions.toSorted().join(", ");
}
