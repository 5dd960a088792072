import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { type AwsAccess } from "./access";

/** @throws AwsFailure */
export async function hasRule(aws: AwsAccess, name: string): Promise<boolean> {
  const found = await aws.find("events:DescribeRule", (options) =>
    aws.client(EventBridgeClient).send(new DescribeRuleCommand({ Name: name }), options),
  );
  return found !== undefined;
}

/**
 * The id of the rule's target that gets this input.
 *
 * @throws AwsFailure
 */
export async function findRuleTargetId(
  aws: AwsAccess,
  rule: string,
  input: string | undefined,
): Promise<string | undefined> {
  const found = await aws.find("events:ListTargetsByRule", (options) =>
    aws.client(EventBridgeClient).send(new ListTargetsByRuleCommand({ Rule: rule }), options),
  );
  return found?.Targets?.find(({ Input }) => Input === input)?.Id;
}
