import { type CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { Fn } from "cdktf";
import { type Construct } from "constructs";
import { type Environment, type SecretReference } from "../environments/schema";

/** What a function's role is made from. */
export interface ExecutionRoleProps {
  /** The role's name. */
  readonly name: string;
  readonly region: string;
  readonly settings: Environment["functions"][string];
  readonly logs: CloudwatchLogGroup;
}

interface Statement {
  readonly Effect: "Allow";
  readonly Action: readonly string[];
  readonly Resource: string;
}

/** The role a function runs as, and the policy that must be attached before the function runs. */
export function addExecutionRole(
  scope: Construct,
  { name, region, settings, logs }: ExecutionRoleProps,
): { readonly role: IamRole; readonly policy: IamRolePolicy } {
  const role = new IamRole(scope, "role", {
    name,
    assumeRolePolicy: policyDocument([
      { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["sts:AssumeRole"] },
    ]),
  });
  const statements = [
    allow(["logs:CreateLogStream", "logs:PutLogEvents"], `${logs.arn}:*`),
    // X-Ray knows no resource-level permission for these: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    ...(settings.tracing ? [allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*")] : []),
    ...Object.values(settings.secrets).flatMap((secret) => readSecret(secret, region, role)),
  ];
  const policy = new IamRolePolicy(scope, "policy", {
    name: "execution",
    role: role.name,
    policy: policyDocument(statements),
  });
  return { role, policy };
}

function readSecret({ ssmParameter, secretArn }: SecretReference, region: string, role: IamRole): Statement[] {
  if (secretArn !== undefined) return [allow(["secretsmanager:GetSecretValue"], secretArn)];
  if (ssmParameter === undefined) return [];
  // The role's own ARN tells partition and account, so that a plan needs to ask AWS for neither.
  const fromArn = (index: number) => Fn.element(Fn.split(":", role.arn), index) as string;
  const parameter = ssmParameter.replace(/^\//, "");
  return [allow(["ssm:GetParameter"], `arn:${fromArn(1)}:ssm:${region}:${fromArn(4)}:parameter/${parameter}`)];
}

function allow(actions: readonly string[], resource: string): Statement {
  return { Effect: "Allow", Action: actions, Resource: resource };
}

function policyDocument(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
