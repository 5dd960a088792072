import * as z from "zod";
import { type EventInvokeConfig } from "../lambda/event-queue";
import { type QueueSettings } from "../queue/local-queue";
import { formatQueueArn, isQueueArn, parseQueueName } from "../queue/queue-arn";
import { type QueueMapping } from "../queue/queue-poller";
import { parseInvocationArn } from "./invocation-arn";

/** A schedule of EventBridge Scheduler that invokes a function. */
export interface StackSchedule {
  readonly region: string;
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  readonly functionName: string;
  readonly qualifier?: string;
  /** JSON text. */
  readonly input?: string;
}

/** What a function's alias or version does with asynchronous events. */
export interface StackEventInvokeConfig extends EventInvokeConfig {
  readonly functionName: string;
  readonly qualifier: string | undefined;
}

/** What invokes functions besides requests. */
export interface StackEvents {
  /** With every queue that another one or a function names, even if the stack does not make it. */
  readonly queues: readonly QueueSettings[];
  readonly mappings: readonly QueueMapping[];
  readonly schedules: readonly StackSchedule[];
  readonly invokeConfigs: readonly StackEventInvokeConfig[];
}

/** All resources of a type. */
export type ReadAll = <Shape extends z.ZodObject>(type: string, shape: Shape) => z.output<Shape>[];

const SECOND = 1000;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const USUAL_VISIBILITY_SECONDS = 30;
const USUAL_RETENTION_SECONDS = 345_600;

const redrivePolicy = z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() });
const queue = z.object({
  name: z.string(),
  visibility_timeout_seconds: z.number().default(USUAL_VISIBILITY_SECONDS),
  message_retention_seconds: z.number().default(USUAL_RETENTION_SECONDS),
  content_based_deduplication: z.boolean().default(false),
  redrive_policy: z.string().optional(),
});
const mapping = z.object({
  event_source_arn: z.string().optional(),
  function_name: z.string(),
  batch_size: z.number().default(10),
  maximum_batching_window_in_seconds: z.number().default(0),
  function_response_types: z.array(z.string()).default([]),
  filter_criteria: z.object({ filter: z.array(z.object({ pattern: z.string() })) }).optional(),
  scaling_config: z.object({ maximum_concurrency: z.number() }).optional(),
  enabled: z.boolean().default(true),
});
const schedule = z.object({
  name: z.string(),
  group_name: z.string().default("default"),
  schedule_expression: z.string(),
  schedule_expression_timezone: z.string().default("UTC"),
  state: z.string().optional(),
  target: z.object({ arn: z.string(), input: z.string().optional() }),
});
const destination = z.object({ destination: z.string() }).optional();
const eventInvokeConfig = z.object({
  function_name: z.string(),
  qualifier: z.string().optional(),
  maximum_retry_attempts: z.number().default(2),
  maximum_event_age_in_seconds: z.number().default(21_600),
  destination_config: z.object({ on_failure: destination, on_success: destination }).optional(),
});

/**
 * Reads queues, their mappings, schedules, and what happens to asynchronous events.
 *
 * @throws LocalEnvironmentError for what is not supported
 */
export function readEvents(readAll: ReadAll, region: string): StackEvents {
  const mappings = readAll("aws_lambda_event_source_mapping", mapping).flatMap(readMapping);
  const invokeConfigs = readAll("aws_lambda_function_event_invoke_config", eventInvokeConfig).map(readInvokeConfig);
  const made = readAll("aws_sqs_queue", queue).map((block) => readQueue(block, region));
  const named = [
    ...mappings.map(({ queueArn }) => queueArn),
    ...made.flatMap(({ redrive }) => redrive?.deadLetterArn ?? []),
    ...invokeConfigs.flatMap(({ onFailure, onSuccess }) => [onFailure ?? [], onSuccess ?? []].flat()),
  ];
  const isMade = new Set(made.map(({ arn }) => arn));
  const others = [...new Set(named.filter(isQueueArn))].filter((arn) => !isMade.has(arn));
  return {
    queues: [...made, ...others.map(assumeQueue)],
    mappings,
    schedules: readAll("aws_scheduler_schedule", schedule).flatMap((block) => readSchedule(block, region)),
    invokeConfigs,
  };
}

function readQueue(block: z.output<typeof queue>, region: string): QueueSettings {
  const redrive = block.redrive_policy && redrivePolicy.parse(JSON.parse(block.redrive_policy));
  return {
    name: block.name,
    arn: formatQueueArn(region, block.name),
    visibilityMilliseconds: block.visibility_timeout_seconds * SECOND,
    retentionMilliseconds: block.message_retention_seconds * SECOND,
    deduplicatesByContent: block.content_based_deduplication,
    ...(redrive && {
      redrive: { deadLetterArn: redrive.deadLetterTargetArn, maximumReceives: redrive.maxReceiveCount },
    }),
  };
}

/** A queue that others made: AWS's own settings, without a dead-letter queue. */
function assumeQueue(arn: string): QueueSettings {
  return {
    name: parseQueueName(arn),
    arn,
    visibilityMilliseconds: USUAL_VISIBILITY_SECONDS * SECOND,
    retentionMilliseconds: USUAL_RETENTION_SECONDS * SECOND,
    deduplicatesByContent: true,
  };
}

/** Only queues: streams are not run here. */
function readMapping(block: z.output<typeof mapping>): QueueMapping[] {
  const { event_source_arn: queueArn } = block;
  if (!block.enabled || queueArn === undefined || !isQueueArn(queueArn)) return [];
  const { functionName, qualifier } = parseInvocationArn(block.function_name);
  return [
    {
      ...{ queueArn, functionName, qualifier },
      batchSize: block.batch_size,
      windowMilliseconds: block.maximum_batching_window_in_seconds * SECOND,
      reportsFailures: block.function_response_types.includes("ReportBatchItemFailures"),
      filters: block.filter_criteria?.filter.map(({ pattern }) => pattern) ?? [],
      ...(block.scaling_config && { maximumConcurrency: block.scaling_config.maximum_concurrency }),
    },
  ];
}

function readSchedule(block: z.output<typeof schedule>, region: string): StackSchedule[] {
  const { name, group_name, schedule_expression, schedule_expression_timezone, state, target } = block;
  if (state === "DISABLED" || !target.arn.includes(":lambda:")) return [];
  return [
    {
      ...{ region, group: group_name, name, expression: schedule_expression, timezone: schedule_expression_timezone },
      ...parseInvocationArn(target.arn),
      ...(target.input !== undefined && { input: target.input }),
    },
  ];
}

function readInvokeConfig(block: z.output<typeof eventInvokeConfig>): StackEventInvokeConfig {
  const { on_failure: onFailure, on_success: onSuccess } = block.destination_config ?? {};
  return {
    functionName: block.function_name,
    qualifier: block.qualifier,
    maximumRetries: block.maximum_retry_attempts,
    maximumAgeMilliseconds: block.maximum_event_age_in_seconds * SECOND,
    ...(onFailure && { onFailure: onFailure.destination }),
    ...(onSuccess && { onSuccess: onSuccess.destination }),
  };
}
