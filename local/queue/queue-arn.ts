import { ACCOUNT } from "../lambda/function-configuration";

/** The ARN of a queue on this computer. */
export function formatQueueArn(region: string, name: string): string {
  return `arn:aws:sqs:${region}:${ACCOUNT}:${name}`;
}

/** Whether an ARN is a queue's. */
export function isQueueArn(arn: string): boolean {
  return arn.split(":")[2] === "sqs";
}

/** The queue's name in an ARN. */
export function parseQueueName(arn: string): string {
  return arn.slice(arn.lastIndexOf(":") + 1);
}
