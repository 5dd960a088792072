import { describe, expect, test } from "@jest/globals";
import { isWide } from "../../environments/permissions";
import { findMistakes, makeTfvars } from "../support/project";

async function toldOf(settings: string): Promise<string[]> {
  const mistakes = await findMistakes({
    "environments/dev.tfvars": makeTfvars({ functions: `api = { ${settings} }` }),
  });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.", ""));
}

const statement = (settings: string) => `policy_statements = { read = { ${settings} } }`;

describe("a policy statement", () => {
  test.each([
    ["exact actions on exact resources", 'actions = ["s3:GetObject"], resources = ["arn:aws:s3:::orders/*"]'],
    [
      "a table with its indexes",
      'actions = ["dynamodb:Query"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*"]',
    ],
    [
      "a queue of another account and region",
      'actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:us-east-1:210987654321:jobs"]',
    ],
    ["a wildcard with its reason", 'actions = ["ses:SendEmail"], resources = ["*"], reason = "senders are not known"'],
    [
      "conditions",
      'actions = ["kms:Decrypt"], resources = ["arn:aws:kms:eu-west-1:123456789012:key/*"], reason = "by tag", conditions = { StringEquals = { "aws:ResourceTag/Team" = ["a", "b"] }, "ForAnyValue:StringLike" = { "kms:RequestAlias" = "alias/x" } }',
    ],
  ])("takes %s", async (_, settings) => {
    expect(await toldOf(statement(settings))).toEqual([]);
  });

  test.each([
    [
      'actions = ["s3:GetObject"]',
      'policy_statements.read.resources: expected a list, as in ["arn:aws:s3:::orders/*"], got nothing',
    ],
    [
      'actions = [], resources = ["arn:aws:s3:::orders/*"]',
      'policy_statements.read.actions: expected at least one, as in ["s3:GetObject"], got an empty list',
    ],
    [
      'actions = ["GetObject"], resources = ["arn:aws:s3:::orders/*"]',
      'policy_statements.read.actions.0: expected an action, as in "s3:GetObject", got "GetObject"',
    ],
    [
      'actions = ["*"], resources = ["arn:aws:s3:::orders/*"]',
      'policy_statements.read.actions.0: expected an action, as in "s3:GetObject", got "*"',
    ],
    [
      'actions = ["s3:GetObject"], resources = ["orders"]',
      'policy_statements.read.resources.0: expected the ARN of a resource, or "*", got "orders"',
    ],
    [
      'actions = ["s3:GetObject"], resources = ["arn:aws-cn:s3:::orders/*"]',
      'policy_statements.read.resources.0: expected an ARN in partition aws, to which eu-west-1 belongs, got "aws-cn"',
    ],
    [
      'actions = ["s3:GetObject"], resources = ["*"]',
      "policy_statements.read.reason: expected why the function needs *, got nothing",
    ],
    [
      'actions = ["s3:*"], resources = ["arn:aws:s3:::orders/*"]',
      "policy_statements.read.reason: expected why the function needs s3:*, got nothing",
    ],
    [
      'actions = ["s3:GetObject"], resources = ["arn:aws:s3:::orders/*"], reason = "no"',
      'policy_statements.read.reason: expected a wildcard in actions or resources, without which no reason is needed, got "no"',
    ],
    [
      'actions = ["s3:GetObject"], resources = ["arn:aws:s3:::o"], conditions = { Equals = {} }',
      'policy_statements.read.conditions.Equals: expected an operator of IAM, as in StringEquals, got "Equals"',
    ],
    [
      'actions = ["s3:GetObject"], resources = ["arn:aws:s3:::o"], effect = "Deny"',
      "policy_statements.read.effect: unknown key; known here: actions, resources, conditions, reason",
    ],
  ])("%s is a mistake", async (settings, message) => {
    expect(await toldOf(statement(settings))).toEqual([message]);
  });

  test.each([
    ["*", true],
    ["s3:Get*", true],
    ["s3:GetObject", false],
    ["arn:aws:s3:::*", true],
    ["arn:aws:s3:::orders-*/x", true],
    ["arn:aws:s3:::orders/2026/*", false],
    ["arn:aws:sqs:eu-west-1:123456789012:jobs-*", true],
    ["arn:aws:sqs:*:123456789012:jobs", true],
    ["arn:aws:dynamodb:eu-west-1:123456789012:table/*", true],
    ["arn:aws:logs:eu-west-1:123456789012:log-group:/app:*", false],
  ])("%s is wide: %s", (text, wide) => {
    expect(isWide(text)).toBe(wide);
  });
});

describe("what Lambda gives a function to run with", () => {
  const VPC = 'vpc = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-01234567"] }';
  const FILE_SYSTEM =
    'file_system = { access_point_arn = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0", mount_path = "/mnt/data" }';
  const KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const layer = (name: string, region = "eu-west-1") => `"arn:aws:lambda:${region}:123456789012:layer:${name}"`;

  test.each([
    [`${VPC}, ${FILE_SYSTEM}`],
    [`kms_key = "${KEY}", environment = { MODE = "fast" }`],
    [`layers = [${layer("tools:3")}, ${layer("fonts:1")}]`],
    ['description = "Answers orders", ephemeral_storage_mb = 10240, log_retention_days = 1'],
    ['runtime_settings = { update_on = "function_update" }'],
    ['runtime_settings = { update_on = "manual", runtime_version_arn = "arn:aws:lambda:eu-west-1::runtime:0a1b" }'],
    ['managed_policies = ["arn:aws:iam::aws:policy/service-role/AmazonS3ObjectLambdaExecutionRolePolicy"]'],
  ])("is taken: %s", async (settings) => {
    expect(await toldOf(settings)).toEqual([]);
  });

  test.each([
    [FILE_SYSTEM, "vpc: expected the network of file_system, which is in a VPC, got nothing"],
    [
      `kms_key = "${KEY}"`,
      /^kms_key: expected environment or secrets as well, without which there is nothing to encrypt, got "arn/,
    ],
    [
      `layers = [${layer("tools:3", "us-east-1")}]`,
      'layers.0: expected an ARN in the environment\'s region, eu-west-1, got "us-east-1"',
    ],
    [`layers = [${layer("tools:3")}, ${layer("tools:4")}]`, "layers: expected one version of each layer, got a list"],
    [`layers = [${layer("tools")}]`, /^layers\.0: expected the ARN of a layer's version/],
    [
      `layers = [${[1, 2, 3, 4, 5, 6].map((one) => layer(`l${one}:1`)).join(", ")}]`,
      "layers: expected at most 5 layers, got a list",
    ],
    ["vpc = { subnet_ids = [] }", /^vpc\.subnet_ids: expected at least one, got an empty list/],
    ["ephemeral_storage_mb = 511", "ephemeral_storage_mb: expected 512 to 10240, got 511"],
    ["log_retention_days = 2", /^log_retention_days: expected one of 1, 3, 5, /],
    [
      'runtime_settings = { update_on = "manual" }',
      "runtime_settings.runtime_version_arn: expected the ARN of a runtime version, got nothing",
    ],
    [
      'runtime_settings = { update_on = "never" }',
      'runtime_settings.update_on: expected one of auto, function_update, manual, got "never"',
    ],
    [
      'managed_policies = ["AmazonS3ReadOnlyAccess"]',
      'managed_policies.0: expected the ARN of a policy, got "AmazonS3ReadOnlyAccess"',
    ],
    [
      'managed_policies = ["arn:aws-cn:iam::aws:policy/X"]',
      'managed_policies.0: expected an ARN in partition aws, to which eu-west-1 belongs, got "aws-cn"',
    ],
  ])("%s is a mistake", async (settings, message) => {
    const [first = ""] = await toldOf(settings);
    if (typeof message === "string") expect(first).toBe(message);
    else expect(first).toMatch(message);
  });
});
