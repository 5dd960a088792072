import { type CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { type ITerraformDependable } from "cdktf";
import { type Construct } from "constructs";
import { formatRoleName, formatRolePath } from "../environments/names";
import { type Environment, type FunctionSettings } from "../environments/schema";
import { allow, type RoleStatement } from "../model/permissions";
import { addArnPrefix } from "./arn";
import { packStatements } from "./policy-packing";

/** Input of a function's role. */
export interface ExecutionRoleProps {
  /** The function's name in the environment's file. */
  readonly functionName: string;
  readonly environment: Environment;
  readonly logs: CloudwatchLogGroup;
  readonly tracing: boolean;
  readonly secrets: FunctionSettings["secrets"];
  /** Additional permissions of the function. */
  readonly permissions?: (role: IamRole) => readonly RoleStatement[];
  /** ARNs of policies that are attached as they are. */
  readonly managedPolicies?: readonly string[];
}

/** The role a function runs as, and the policies that must be attached before the function runs. */
export function addExecutionRole(
  scope: Construct,
  { functionName, environment, logs, tracing, secrets, permissions, managedPolicies = [] }: ExecutionRoleProps,
): { readonly role: IamRole; readonly policies: readonly ITerraformDependable[] } {
  const { name, region, permissionsBoundary } = environment;
  // A replaced role stays until the alias live has left the versions that run as it.
  const lifecycle = { createBeforeDestroy: true };
  const role = new IamRole(scope, "role", {
    name: formatRoleName(name, functionName),
    path: formatRolePath(name),
    permissionsBoundary,
    lifecycle,
    assumeRolePolicy: formatPolicyDocument([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["sts:AssumeRole"] },
    ]),
  });

  const listSecretNames = (kind: "ssmParameter" | "secretArn") =>
    Object.values(secrets).flatMap((secret) => (secret.kind === kind ? secret.name : []));
  const parameters = listSecretNames("ssmParameter").map((name) => name.replace(/^\//, ""));
  const parameterPrefix =
    parameters.length > 0 ? addArnPrefix(scope, "parameter-prefix", role.arn, `ssm:${region}`, "parameter/") : "";
  const { inline, managed } = packStatements(
    [
      allow(["logs:CreateLogStream", "logs:PutLogEvents"], `${logs.arn}:*`),
      // X-Ray has no resource-level permissions for these:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
      ...(tracing ? [allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")] : []),
      ...listSecretNames("secretArn").map((arn) => allow(["secretsmanager:GetSecretValue"], arn)),
      ...parameters.map((parameter) => allow(["ssm:GetParameter"], `${parameterPrefix}${parameter}`)),
      ...(permissions?.(role) ?? []),
    ],
    region,
  );
  const policy = new IamRolePolicy(scope, "policy", {
    name: "execution",
    role: role.name,
    lifecycle,
    policy: formatPolicyDocument(inline),
  });
  const attachments = managed.map((statement, index) => {
    const id = `policy-${index + 2}`;
    const more = new IamPolicy(scope, id, {
      name: `${formatRoleName(name, functionName)}-execution-${index + 2}`,
      path: formatRolePath(name),
      policy: formatPolicyDocument([statement]),
    });
    return new IamRolePolicyAttachment(scope, `${id}-attachment`, { role: role.name, policyArn: more.arn, lifecycle });
  });
  const others = managedPolicies.map((policyArn) => {
    const [, , , , account = "", path = ""] = policyArn.split(":");
    // A policy's name is unique in its account, whatever its path.
    const id = `policy-${account}-${path.slice(path.lastIndexOf("/") + 1)}`.replaceAll(/[^\w-]/g, "_");
    return new IamRolePolicyAttachment(scope, id, { role: role.name, policyArn, lifecycle });
  });
  return { role, policies: [policy, ...attachments, ...others] };
}

/** An IAM policy, as JSON. */
export function formatPolicyDocument(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
