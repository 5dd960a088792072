import { GetRoleCommand, GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import { type AwsAccess } from "./access";

/** @throws AwsFailure */
export async function hasRole(aws: AwsAccess, name: string): Promise<boolean> {
  const found = await aws.find("iam:GetRole", (options) =>
    aws.client(IAMClient).send(new GetRoleCommand({ RoleName: name }), options),
  );
  return found !== undefined;
}

/** @throws AwsFailure */
export async function hasRolePolicy(aws: AwsAccess, role: string, policy: string): Promise<boolean> {
  const found = await aws.find("iam:GetRolePolicy", (options) =>
    aws.client(IAMClient).send(new GetRolePolicyCommand({ RoleName: role, PolicyName: policy }), options),
  );
  return found !== undefined;
}
