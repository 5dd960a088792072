import {
  LambdaEventSourceMapping,
  type LambdaEventSourceMappingConfig,
} from "@cdktf/provider-aws/lib/lambda-event-source-mapping";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { type Construct } from "constructs";
import { type EventSettings, type EventSource, listEvents } from "../../environments/events";
import { findScope, type MadeForEvents } from "./event-queues";

type Batched = EventSource<"sqs"> | EventSource<"kinesis"> | EventSource<"dynamodb_stream">;

/** Sources that Lambda polls: queues and streams. Each gets a mapping to alias `live`. */
export function addPolledEvents(
  scope: Construct,
  events: EventSettings["events"],
  live: LambdaAlias,
  { queues, failedEvents }: MadeForEvents,
): void {
  const add = (name: string, config: Omit<LambdaEventSourceMappingConfig, "functionName">) =>
    new LambdaEventSourceMapping(findScope(scope, name), "mapping", { functionName: live.arn, ...config });
  for (const [name, source] of listEvents(events, "sqs")) {
    const { maximumConcurrency } = source;
    add(name, {
      eventSourceArn: source.queueArn ?? queues.get(name)?.queue.arn,
      ...describeBatches(source),
      scalingConfig: maximumConcurrency === undefined ? undefined : { maximumConcurrency },
    });
  }
  for (const kind of ["kinesis", "dynamodb_stream"] as const) {
    for (const [name, source] of listEvents(events, kind)) {
      add(name, {
        eventSourceArn: source.streamArn,
        startingPosition: source.startingPosition,
        ...describeBatches(source),
        parallelizationFactor: source.parallelizationFactor,
        maximumRetryAttempts: source.maximumRetryAttempts,
        maximumRecordAgeInSeconds: source.maximumRecordAgeSeconds,
        bisectBatchOnFunctionError: source.bisectBatchOnFunctionError,
        tumblingWindowInSeconds: source.tumblingWindowSeconds,
        destinationConfig: failedEvents && { onFailure: { destinationArn: failedEvents.arn } },
      });
    }
  }
}

function describeBatches({ batchSize, batchingWindowSeconds, partialResponses, filters, enabled }: Batched) {
  return {
    batchSize,
    maximumBatchingWindowInSeconds: batchingWindowSeconds,
    functionResponseTypes: partialResponses ? ["ReportBatchItemFailures"] : undefined,
    filterCriteria:
      filters.length === 0 ? undefined : { filter: filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
    enabled,
  };
}
