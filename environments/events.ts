import * as z from "zod";
import { findArnMistakes, findPartitionMistakes, type FilePlace } from "./arns";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineJson, definePattern, explainFilterPolicy } from "./event-patterns";
import {
  type DeepReadonly,
  defineFlag,
  defineKeys,
  defineOneOf,
  defineSection,
  defineText,
  defineWholeNumber,
  defineTimeZone,
} from "./fields";
import { isSchedule } from "./schedule-expression";

/**
 * What invokes a function's alias `live` besides requests, as a tfvars file sets it: an event's name and its one
 * source. Limits: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
 */

/** SQS returns a message that often before it goes to the dead-letter queue. */
const MAXIMUM_RECEIVES = 5;

const filters = z
  .array(definePattern('{ body = { kind = ["order"] } }'), { error: "a list of maps" })
  .max(5, { error: "at most 5 filters" })
  .default([])
  .meta({
    description:
      "Only events that match one of these patterns; https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html",
  });

const batchSize = (most: number, usual: number) =>
  defineWholeNumber(1, most).default(usual).meta({ description: "Records of a batch, at most" });

const window = defineWholeNumber(0, 300)
  .default(0)
  .meta({ description: "How long Lambda collects a batch before it invokes the function" });

const partialResponses = defineFlag().default(true).meta({
  description:
    "Whether the function may answer which records failed (ReportBatchItemFailures), so that only they return",
});

const enabled = defineFlag().default(true).meta({ description: "Whether events reach the function" });

const sqs = defineSection({
  queue_arn: defineText("the ARN of a queue", /^arn:aws[\w-]*:sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}(\.fifo)?$/)
    .optional()
    .meta({ description: "ARN of an existing queue, which should have a dead-letter queue" }),
  create: defineFlag()
    .default(false)
    .meta({ description: "Whether to make the queue, with a dead-letter queue, encrypted" }),
  fifo: defineFlag().default(false).meta({ description: "Whether the queue that is made keeps the order" }),
  maximum_receives: defineWholeNumber(1, 1000)
    .optional()
    .meta({
      description: `How often a message of the queue that is made is tried before it goes to the dead-letter queue; ${MAXIMUM_RECEIVES} by default`,
    }),
  batch_size: batchSize(10_000, 10),
  batching_window_seconds: window,
  partial_responses: partialResponses,
  maximum_concurrency: defineWholeNumber(2, 1000)
    .optional()
    .meta({ description: "Instances that work on this queue at a time, at most" }),
  filters,
  enabled,
});

/** What Kinesis and DynamoDB have in common. */
const stream = {
  starting_position: defineOneOf(["LATEST", "TRIM_HORIZON"])
    .default("LATEST")
    .meta({ description: "Where a new mapping begins: at new records, or at the oldest ones" }),
  batch_size: batchSize(10_000, 100),
  batching_window_seconds: window,
  partial_responses: partialResponses,
  parallelization_factor: defineWholeNumber(1, 10).default(1).meta({ description: "Batches of a shard at a time" }),
  maximum_retry_attempts: defineWholeNumber(0, 10_000).default(10).meta({
    description:
      "Retries of a failed batch; meanwhile its shard waits. What is left goes to the queue of failed events",
  }),
  maximum_record_age_seconds: defineWholeNumber(60, 604_800)
    .optional()
    .meta({ description: "Records that are older go to the queue of failed events; none by default" }),
  bisect_batch_on_function_error: defineFlag()
    .default(true)
    .meta({ description: "Whether a failed batch is halved, to find the record that fails" }),
  tumbling_window_seconds: defineWholeNumber(1, 900)
    .optional()
    .meta({ description: "Length of a window over which the function keeps a state" }),
  filters,
  enabled,
};

const kinesis = defineSection({
  stream_arn: defineText(
    "the ARN of a stream or of a consumer with enhanced fan-out",
    /^arn:aws[\w-]*:kinesis:[a-z0-9-]+:\d{12}:stream\/[\w.-]{1,128}(\/consumer\/[\w.-]+:\d+)?$/,
  ).meta({ description: "ARN of the stream, or of a consumer with enhanced fan-out" }),
  ...stream,
});

const dynamodbStream = defineSection({
  stream_arn: defineText(
    "the ARN of a table's stream",
    /^arn:aws[\w-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\w.:-]+$/,
  ).meta({ description: "ARN of the table's stream" }),
  ...stream,
});

/** How a service retries before an event goes to the queue of failed events. */
const retries = {
  maximum_retry_attempts: defineWholeNumber(0, 185)
    .default(185)
    .meta({ description: "How often AWS tries to hand an event to Lambda" }),
  maximum_event_age_seconds: defineWholeNumber(60, 86_400)
    .default(86_400)
    .meta({ description: "How long AWS tries to hand an event to Lambda" }),
};

const schedule = defineSection({
  schedule_expression: defineText("cron(…), rate(…) or at(…), as in cron(0 3 * * ? *)", /^(cron|rate|at)\(.+\)$/)
    .refine(isSchedule, { error: "cron(…), rate(…) or at(…) as EventBridge Scheduler takes it" })
    .meta({ description: "When, as in `cron(0 3 * * ? *)`, `rate(5 minutes)`, `at(2027-01-01T00:00:00)`" }),
  timezone: defineTimeZone()
    .default("UTC")
    .meta({ description: "Time zone of cron and at, with its daylight saving time" }),
  flexible_window_minutes: defineWholeNumber(1, 1440)
    .optional()
    .meta({ description: "How much later it may start; exactly on time by default" }),
  input: defineJson('{ kind = "nightly" }')
    .optional()
    .meta({ description: "The event that the function gets; EventBridge Scheduler's own by default" }),
  ...retries,
  enabled,
});

const eventPattern = defineSection({
  pattern: definePattern('{ source = ["aws.ec2"] }').meta({
    description: "Which events; https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html",
  }),
  bus: defineText("a bus's name", /^[/.\-_A-Za-z0-9]{1,256}$/)
    .default("default")
    .meta({ description: "Name of the event bus" }),
  ...retries,
  enabled,
});

const sns = defineSection({
  topic_arn: defineText("the ARN of a topic", /^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/)
    .optional()
    .meta({ description: "ARN of an existing standard topic" }),
  create: defineFlag().default(false).meta({ description: "Whether to make the topic, encrypted" }),
  filter_policy: definePattern('{ kind = ["order"] }').optional().meta({
    description:
      "Only messages that match; https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html",
  }),
  filter_policy_scope: defineOneOf(["MessageAttributes", "MessageBody"])
    .optional()
    .meta({ description: "What the filter policy looks at; `MessageAttributes` by default" }),
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html */
const S3_EVENT = new RegExp(
  `^s3:(${[
    "ObjectCreated:(\\*|Put|Post|Copy|CompleteMultipartUpload)",
    "ObjectRemoved:(\\*|Delete|DeleteMarkerCreated)",
    "ObjectRestore:(\\*|Post|Completed|Delete)",
    "ObjectTagging:(\\*|Put|Delete)",
    "ObjectAcl:Put",
    "LifecycleExpiration:(\\*|Delete|DeleteMarkerCreated)",
    "LifecycleTransition",
    "IntelligentTiering",
    "ReducedRedundancyLostObject",
    "Replication:(\\*|Operation(FailedReplication|MissedThreshold|NotTracked|ReplicatedAfterThreshold))",
  ].join("|")})$`,
);

const s3 = defineSection({
  bucket: defineText("a bucket's name", /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/).meta({
    description: "Name of an existing bucket in the same region; Terraform then owns all notifications of this bucket",
  }),
  events: z
    .array(defineText("an event of S3, as in s3:ObjectCreated:*", S3_EVENT), {
      error: 'a list, as in ["s3:ObjectCreated:*"]',
    })
    .min(1, { error: "at least one" })
    .refine((items) => new Set(items).size === items.length, { error: "each one once" })
    .default(["s3:ObjectCreated:*"])
    .meta({
      description:
        "Which events; https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html",
    }),
  prefix: defineText("1 to 1024 characters", /^.{1,1024}$/)
    .optional()
    .meta({ description: "Only objects whose key begins so" }),
  suffix: defineText("1 to 1024 characters", /^.{1,1024}$/)
    .optional()
    .meta({ description: "Only objects whose key ends so" }),
});

const logFilter = defineSection({
  log_group: defineText("a log group's name", /^[\w/.#-]{1,512}$/).meta({
    description: "Name of an existing log group; AWS allows two such filters each",
  }),
  pattern: defineText("at most 1024 characters", /^.{0,1024}$/)
    .default("")
    .meta({ description: "Which log events; all by default" }),
});

/** Every kind of source, by its key. */
const SOURCES = {
  sqs: sqs.optional().meta({ description: "Messages of a queue" }),
  kinesis: kinesis.optional().meta({ description: "Records of a Kinesis stream" }),
  dynamodb_stream: dynamodbStream.optional().meta({ description: "Changes to a DynamoDB table" }),
  schedule: schedule.optional().meta({ description: "At certain times, by EventBridge Scheduler" }),
  event_pattern: eventPattern.optional().meta({ description: "Events of an EventBridge bus" }),
  sns: sns.optional().meta({ description: "Messages of a topic" }),
  s3: s3.optional().meta({ description: "Changes to a bucket" }),
  log_filter: logFilter.optional().meta({ description: "Log events of a log group" }),
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
const destination = defineText(
  "the ARN of a standard queue, a standard topic, a bus or a function",
  /^arn:aws[\w-]*:(sqs:[a-z0-9-]+:\d{12}:[\w-]{1,80}|sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}|events:[a-z0-9-]+:\d{12}:event-bus\/[/.\-_A-Za-z0-9]{1,256}|lambda:[a-z0-9-]+:\d{12}:function:[\w-]{1,64}(:([\w-]{1,128}|\$LATEST))?)$/,
);

/** What Lambda does with an event that it has accepted, as the handler has no caller who could retry. */
const eventInvokeConfig = defineSection({
  maximum_retry_attempts: defineWholeNumber(0, 2).default(2).meta({ description: "Retries after a failure" }),
  maximum_event_age_seconds: defineWholeNumber(60, 21_600)
    .default(21_600)
    .meta({ description: "How long an event waits for an instance or a retry" }),
  on_failure_arn: destination
    .optional()
    .meta({ description: "Where events go that the function could not handle; a queue of its own by default" }),
  on_success_arn: destination.optional().meta({ description: "Where the function's results go; nowhere by default" }),
});

/** The keys of a function about its events. */
export const eventKeys = {
  events: z
    .record(
      defineText(
        "a name of at most 32 characters a-z, 0-9 and - that starts with a letter",
        /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
      ),
      defineKeys(SOURCES).refine((sources) => Object.keys(sources).length === 1, {
        error: `exactly one of ${Object.keys(SOURCES).join(", ")}`,
      }),
      { error: "a map, as in events = { orders = { sqs = { create = true } } }" },
    )
    .default({})
    .meta({ description: "What invokes the function besides requests; each has a name and one source" }),
  event_invoke_config: eventInvokeConfig.optional().meta({
    description: "For events of schedule, event_pattern, sns, s3 and log_filter, and with asynchronous = true",
  }),
};

/** A function's {@link eventKeys}. */
export type EventSettings = DeepReadonly<z.output<ReturnType<typeof defineSection<typeof eventKeys>>>>;
/** One event's source: one of these is set. */
type NamedSources = EventSettings["events"][string];
/** A kind of source. */
export type EventKind = keyof typeof SOURCES;
/** The settings of one kind of source. */
export type EventSource<Kind extends EventKind> = NonNullable<NamedSources[Kind]>;

/** Kinds whose events Lambda queues itself, so that nobody waits for the result. */
const ASYNCHRONOUS = ["schedule", "event_pattern", "sns", "s3", "log_filter"] as const satisfies EventKind[];

/** Whether Lambda itself queues what a source sends, so that nobody waits for the result. */
export function isQueuedByLambda(kind: string): boolean {
  return ASYNCHRONOUS.some((one) => one === kind);
}

/** Whether a function is invoked asynchronously, by its own events or others. */
export function isAsynchronous({
  asynchronous,
  events,
}: Pick<EventSettings, "events"> & { readonly asynchronous: boolean }): boolean {
  return asynchronous || hasAsynchronousEvents(events);
}

/** Whether one of the events is queued by Lambda itself. */
export function hasAsynchronousEvents(events: EventSettings["events"]): boolean {
  return Object.values(events).some((sources) => ASYNCHRONOUS.some((kind) => sources[kind] !== undefined));
}

/** A function's events of one kind, by name. */
export function listEvents<Kind extends EventKind>(
  events: EventSettings["events"],
  kind: Kind,
): (readonly [name: string, settings: EventSource<Kind>])[] {
  return Object.entries(events).flatMap(([name, { [kind]: settings }]) =>
    settings === undefined ? [] : [[name, settings as EventSource<Kind>] as const],
  );
}

/** How often a message of a queue that is made is tried. */
export function countReceives({ maximumReceives = MAXIMUM_RECEIVES }: EventSource<"sqs">): number {
  return maximumReceives;
}

interface Checked extends EventSettings {
  readonly asynchronous: boolean;
  readonly reservedConcurrency?: number | undefined;
}

/** Finds what AWS would refuse, and settings without effect. */
export function findEventMistakes(settings: Checked, place: FilePlace): CrossFieldMistake[] {
  const { events, eventInvokeConfig, reservedConcurrency } = settings;
  const mistakes: CrossFieldMistake[] = [];
  const report = (name: string, kind: EventKind, found: readonly CrossFieldMistake[]) => {
    mistakes.push(...found.map((mistake) => ({ ...mistake, path: ["events", name, kind, ...mistake.path] })));
  };
  const { region } = place;
  for (const [name, queue] of listEvents(events, "sqs")) {
    report(name, "sqs", [
      ...findOwnerMistakes("queue_arn", queue.queueArn, queue.create),
      ...findArnMistakes(["queue_arn"], queue.queueArn, { region }),
      ...findQueueMistakes(queue, reservedConcurrency),
    ]);
  }
  for (const kind of ["kinesis", "dynamodb_stream"] as const) {
    for (const [name, { streamArn, tumblingWindowSeconds, parallelizationFactor }] of listEvents(events, kind)) {
      report(name, kind, findArnMistakes(["stream_arn"], streamArn, { region }));
      if (tumblingWindowSeconds === undefined || parallelizationFactor === 1) continue;
      const expected = "1 with tumbling_window_seconds, because a window has one state";
      report(name, kind, [{ path: ["parallelization_factor"], expected, got: parallelizationFactor }]);
    }
  }
  for (const [name, { scheduleExpression, timezone }] of listEvents(events, "schedule")) {
    if (!scheduleExpression.startsWith("rate(") || timezone === "UTC") continue;
    report(name, "schedule", [
      { path: ["timezone"], expected: "no time zone for a rate, which counts from its creation", got: timezone },
    ]);
  }
  for (const [name, topic] of listEvents(events, "sns")) {
    report(name, "sns", [
      ...findOwnerMistakes("topic_arn", topic.topicArn, topic.create),
      ...findArnMistakes(["topic_arn"], topic.topicArn, { region }),
    ]);
    const { filterPolicy, filterPolicyScope } = topic;
    const refused = filterPolicy && explainFilterPolicy(filterPolicy, filterPolicyScope === "MessageBody");
    if (refused !== undefined) report(name, "sns", [{ path: ["filter_policy"], expected: refused, got: filterPolicy }]);
    if (filterPolicyScope === undefined || filterPolicy) continue;
    const expected = "filter_policy as well, without which it has no effect";
    report(name, "sns", [{ path: ["filter_policy_scope"], expected, got: filterPolicyScope }]);
  }
  mistakes.push(...findTwinMistakes(events));
  for (const [key, arn] of Object.entries({
    on_failure_arn: eventInvokeConfig?.onFailureArn,
    on_success_arn: eventInvokeConfig?.onSuccessArn,
  })) {
    if (arn !== undefined) mistakes.push(...findPartitionMistakes(["event_invoke_config", key], arn, region));
  }
  if (eventInvokeConfig && !isAsynchronous(settings)) {
    const expected = "an event of schedule, event_pattern, sns, s3 or log_filter, or asynchronous = true";
    mistakes.push({ path: ["event_invoke_config"], expected, got: undefined });
  }
  return mistakes;
}

/** AWS connects a function with a queue, stream or topic once, and refuses a second time. */
function findTwinMistakes(events: EventSettings["events"]): CrossFieldMistake[] {
  const first = new Map<string, string>();
  return Object.entries(events).flatMap(([name, { sqs, kinesis, dynamodb_stream: table, sns }]) =>
    (
      [
        ["sqs", "queue_arn", sqs?.queueArn],
        ["kinesis", "stream_arn", kinesis?.streamArn],
        ["dynamodb_stream", "stream_arn", table?.streamArn],
        ["sns", "topic_arn", sns?.topicArn],
      ] as const
    ).flatMap(([kind, key, arn]) => {
      if (arn === undefined) return [];
      const other = first.get(arn);
      first.set(arn, other ?? name);
      if (other === undefined) return [];
      return [{ path: ["events", name, kind, key], expected: `another one than that of events.${other}`, got: arn }];
    }),
  );
}

/** A queue or topic is either an existing one, or made. */
function findOwnerMistakes(key: string, arn: string | undefined, create: boolean): CrossFieldMistake[] {
  if ((arn === undefined) === create) return [];
  return [{ path: [key], expected: `either ${key} or create = true`, got: arn }];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
function findQueueMistakes(queue: EventSource<"sqs">, reserved: number | undefined): CrossFieldMistake[] {
  const { create, fifo, maximumReceives, batchSize, batchingWindowSeconds, maximumConcurrency } = queue;
  const isFifo = fifo || queue.queueArn?.endsWith(".fifo") === true;
  const mistake = (isWrong: boolean, key: string, expected: string, got: unknown) =>
    isWrong ? [{ path: [key], expected, got }] : [];
  return [
    ...mistake(fifo && !create, "fifo", "create = true as well: a queue's ARN says whether it keeps the order", fifo),
    ...mistake(
      maximumReceives !== undefined && !create,
      "maximum_receives",
      "create = true as well: an existing queue has its own",
      maximumReceives,
    ),
    ...mistake(isFifo && batchSize > 10, "batch_size", "at most 10 for a FIFO queue", batchSize),
    ...mistake(
      isFifo && batchingWindowSeconds > 0,
      "batching_window_seconds",
      "0 for a FIFO queue",
      batchingWindowSeconds,
    ),
    ...mistake(
      !isFifo && batchSize > 10 && batchingWindowSeconds === 0,
      "batching_window_seconds",
      "at least 1 with a batch_size above 10",
      batchingWindowSeconds,
    ),
    ...mistake(
      reserved !== undefined && maximumConcurrency !== undefined && maximumConcurrency > reserved,
      "maximum_concurrency",
      `at most reserved_concurrency, which is ${reserved ?? 0}`,
      maximumConcurrency,
    ),
  ];
}
