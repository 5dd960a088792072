import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { SchedulerScheduleGroup } from "@cdktf/provider-aws/lib/scheduler-schedule-group";
import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { TerraformLocal } from "cdktf";
import { type Construct } from "constructs";
import { formatRoleName, formatRolePath } from "../environments/names";
import { type Environment } from "../environments/schema";
import { allow } from "../model/permissions";
import { selectArnPart } from "./arn";
import { formatPolicyDocument } from "./execution-role";

/** Input of a group of schedules. */
export interface ScheduleGroupProps {
  readonly environment: Environment;
  /** The function's name in the environment's file, and in AWS. */
  readonly id: string;
  readonly name: string;
  /** What is invoked: the function or one of its aliases. */
  readonly invokedArn: string;
  /** Where events go that could not be delivered. */
  readonly undelivered: SqsQueue;
}

/** A group for the schedules of a function, which has its name and metrics, and the role as which they invoke it. */
export function addScheduleGroup(
  scope: Construct,
  { environment, id, name, invokedArn, undelivered }: ScheduleGroupProps,
): { readonly group: SchedulerScheduleGroup; readonly role: IamRole; readonly policy: IamRolePolicy } {
  const group = new SchedulerScheduleGroup(scope, "schedules", { name });
  // As a function's role: it stays until nothing runs as it.
  const lifecycle = { createBeforeDestroy: true };
  const account = new TerraformLocal(scope, "schedules-account", selectArnPart(group.arn, 4)).asString;
  const role = new IamRole(scope, "schedules-role", {
    name: `${formatRoleName(environment.name, id)}.schedules`,
    path: formatRolePath(environment.name),
    permissionsBoundary: environment.permissionsBoundary,
    lifecycle,
    assumeRolePolicy: formatPolicyDocument([
      {
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: ["sts:AssumeRole"],
        // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        Condition: { StringEquals: { "aws:SourceAccount": account, "aws:SourceArn": group.arn } },
      },
    ]),
  });
  const policy = new IamRolePolicy(scope, "schedules-policy", {
    name: "schedules",
    role: role.name,
    lifecycle,
    policy: formatPolicyDocument([
      allow(["lambda:InvokeFunction"], invokedArn),
      allow(["sqs:SendMessage"], undelivered.arn),
    ]),
  });
  return { group, role, policy };
}
