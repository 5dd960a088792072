import { type LocalQueue } from "../queue/local-queue";
import { type Sample } from "./metric-data";

/**
 * SQS's own metrics of a queue, as far as alarms watch them:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
 *
 * @param at milliseconds since 1970
 */
export function buildQueueMetrics({ settings, counts, oldestAgeSeconds }: LocalQueue, at: number): Sample[] {
  const values = {
    ApproximateNumberOfMessagesVisible: counts.ApproximateNumberOfMessages,
    ApproximateNumberOfMessagesNotVisible: counts.ApproximateNumberOfMessagesNotVisible,
    ApproximateAgeOfOldestMessage: oldestAgeSeconds,
  };
  return Object.entries(values).map(([name, value]) => ({
    ...{ namespace: "AWS/SQS", name, dimensions: { QueueName: settings.name } },
    ...{ timestampMilliseconds: at, value },
  }));
}
