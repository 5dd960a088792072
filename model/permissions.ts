import { type FunctionSettings } from "../environments/schema";

/** A condition of an IAM statement, by operator. */
export type Condition = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** A statement of a role's policy. */
export interface RoleStatement {
  readonly Sid?: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}

/**
 * Network interfaces:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** Allows actions on exactly one resource, or on all if AWS has no resource-level permission. */
export function allow(actions: readonly string[], resource: string | readonly string[]): RoleStatement {
  return { Effect: "Allow", Action: actions, Resource: resource };
}

/**
 * What a function's file asks for, besides its logs, traces and secrets.
 *
 * @param formatFunctionArn gives the function's ARN, without a version
 */
export function listAskedStatements(
  { policyStatements, vpc, fileSystem, kmsKey, durable }: FunctionSettings,
  formatFunctionArn: () => string,
): RoleStatement[] {
  return [
    ...(vpc
      ? [
          // Lambda needs all of them for all resources. The function's own code needs none.
          allow(INTERFACES, "*"),
          {
            Effect: "Deny" as const,
            Action: INTERFACES,
            Resource: "*",
            Condition: { ArnEquals: { "lambda:SourceFunctionArn": formatFunctionArn() } },
          },
        ]
      : []),
    // Of all its versions: https://docs.aws.amazon.com/lambda/latest/dg/durable-security.html
    ...(durable
      ? [allow(["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"], `${formatFunctionArn()}:*`)]
      : []),
    ...(fileSystem
      ? [
          // The access point decides which file system it is:
          // https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
          {
            ...allow(
              ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
              fileSystem.accessPointArn.replace(/access-point\/.*/, "file-system/*"),
            ),
            Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": fileSystem.accessPointArn } },
          },
        ]
      : []),
    ...(kmsKey === undefined ? [] : [allow(["kms:Decrypt"], kmsKey)]),
    ...Object.entries(policyStatements).map(([name, { actions, resources, conditions }]) => ({
      Sid: name,
      Effect: "Allow" as const,
      Action: actions,
      Resource: resources,
      ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
    })),
  ];
}
