import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type AwsAccess } from "./access";

/** @throws AwsFailure */
export async function findQueueUrl(aws: AwsAccess, name: string): Promise<string | undefined> {
  const found = await aws.find("sqs:GetQueueUrl", (options) =>
    aws.client(SQSClient).send(new GetQueueUrlCommand({ QueueName: name }), options),
  );
  return found?.QueueUrl;
}

/** @throws AwsFailure */
export async function hasQueuePolicy(aws: AwsAccess, url: string): Promise<boolean> {
  const found = await aws.find("sqs:GetQueueAttributes", (options) =>
    aws.client(SQSClient).send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["Policy"] }), options),
  );
  return found?.Attributes?.["Policy"] !== undefined;
}
