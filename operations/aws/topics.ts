import { paginateListSubscriptionsByTopic, SNSClient } from "@aws-sdk/client-sns";
import { type AwsAccess } from "./access";

/**
 * AWS returns this instead of an ARN until somebody confirms:
 * https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html
 */
const PENDING = "PendingConfirmation";

/** Who gets a topic's messages. */
export interface Subscription {
  /** As in `email` or `https`. */
  readonly protocol: string;
  /** A webhook's address may be a secret. */
  readonly endpoint: string;
  /** Missing until somebody confirms it. */
  readonly arn?: string;
  /** Whether AWS still waits for the confirmation. */
  readonly isPending: boolean;
}

/**
 * A topic's subscriptions; undefined if there is no such topic.
 *
 * @throws AwsFailure
 */
export async function findSubscriptions(aws: AwsAccess, topicArn: string): Promise<Subscription[] | undefined> {
  const found = await aws.findAll(
    "sns:ListSubscriptionsByTopic",
    (options) => paginateListSubscriptionsByTopic({ client: aws.client(SNSClient) }, { TopicArn: topicArn }, options),
    ({ Subscriptions }) => Subscriptions,
  );
  return found?.map(({ Protocol = "", Endpoint = "", SubscriptionArn = "" }) => ({
    protocol: Protocol,
    endpoint: Endpoint,
    ...(SubscriptionArn.startsWith("arn:") && { arn: SubscriptionArn }),
    isPending: SubscriptionArn === PENDING,
  }));
}
