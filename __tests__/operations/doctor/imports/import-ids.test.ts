import { expect, test } from "@jest/globals";
import { IMPORT_IDS } from "../../../../operations/doctor/imports/import-ids";
import { LARGE, makeProjectWithEnvironments } from "../../../support/environments";
import { synthesizeProject } from "../../../support/project";

test("every type of resource that a stack has is known to be imported or not, and no other", async () => {
  const { stacks } = await synthesizeProject(makeProjectWithEnvironments(), LARGE);
  const types = Object.values(stacks).flatMap(({ resource }) => Object.keys(resource));
  expect(Object.keys(IMPORT_IDS).sort()).toEqual([...new Set(types)].sort());
  const unknown = Object.keys(IMPORT_IDS).filter((type) => IMPORT_IDS[type] === undefined);
  // What AWS does not have (an invocation is a call, terraform_data a part of the state), and what an apply sets again.
  expect(unknown.sort()).toEqual([
    "aws_appautoscaling_scheduled_action",
    "aws_appautoscaling_target",
    "aws_cloudwatch_log_subscription_filter",
    "aws_iam_role_policy_attachment",
    "aws_lambda_invocation",
    "aws_lambda_provisioned_concurrency_config",
    "aws_lambda_runtime_management_config",
    "aws_route53_record",
    "aws_s3_bucket",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_object",
    "terraform_data",
  ]);
});
