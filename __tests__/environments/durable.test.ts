import { describe, expect, test } from "@jest/globals";
import { findMistakes, findResource, makeTfvars, synthesizeDev } from "../support/project";

async function mistakesIn(settings: string): Promise<string[]> {
  const mistakes = await findMistakes({
    "environments/dev.tfvars": makeTfvars({ functions: `api = { ${settings} }\nweb = {}` }),
    "functions/web/handler.ts": "",
  });
  return mistakes.map((line) => line.replace("environments/dev.tfvars: functions.api.", ""));
}

describe("a durable function", () => {
  test.each([
    "durable = { execution_timeout_seconds = 31622400, retention_days = 90 }",
    'durable = { execution_timeout_seconds = 900 }, endpoint = "iam"',
    "durable = { execution_timeout_seconds = 60 }, reserved_concurrency = 1",
    "durable = { execution_timeout_seconds = 901 }, events = { topic = { sns = { create = true } } }",
  ])("takes %s", async (settings) => {
    expect(await mistakesIn(settings)).toEqual([]);
  });

  test.each([
    ["durable = {}", "durable.execution_timeout_seconds: expected a whole number, 1 to 31622400, got nothing"],
    [
      "durable = { execution_timeout_seconds = 60, retention_days = 91 }",
      "durable.retention_days: expected 1 to 90, got 91",
    ],
    [
      'durable = { execution_timeout_seconds = 901 }, endpoint = "public"',
      "durable.execution_timeout_seconds: expected at most 900 with an endpoint, which waits for the end of an execution, got 901",
    ],
    [
      "durable = { execution_timeout_seconds = 901 }, events = { work = { sqs = { create = true } } }",
      "durable.execution_timeout_seconds: expected at most 900 with an event of sqs, of which Lambda waits for the end of an execution, got 901",
    ],
    [
      "durable = { execution_timeout_seconds = 60 }, warming = { peak = { concurrency = 2 } }",
      "warming: expected no warming of a durable function, of which each ping would be an execution, got a map",
    ],
  ])("refuses %s", async (settings, expected) => {
    expect(await mistakesIn(settings)).toEqual([expected]);
  });

  test("may save where it is, in all its versions, and is neither pinged nor gated", async () => {
    const stack = await synthesizeDev(
      makeTfvars({
        functions: "api = { durable = { execution_timeout_seconds = 3600, retention_days = 7 }, tracing = false }",
      }),
    );
    expect(findResource(stack, "aws_lambda_function")["durable_config"]).toEqual({
      execution_timeout: 3600,
      retention_period: 7,
    });
    const { policy } = findResource(stack, "aws_iam_role_policy");
    expect(JSON.parse(policy as string)).toMatchObject({
      Statement: [
        {},
        {
          Effect: "Allow",
          Action: ["lambda:CheckpointDurableExecution", "lambda:GetDurableExecutionState"],
          Resource: "${local.api_arn}:*",
        },
      ],
    });
    expect(stack.resource).not.toHaveProperty("aws_lambda_invocation");
    expect(stack.resource).not.toHaveProperty("aws_cloudwatch_event_rule");
  });

  test("shares its role's ARN with its network", async () => {
    const vpc = 'vpc = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }';
    const functions = `api = { durable = { execution_timeout_seconds = 60 }, ${vpc} }`;

    expect(findResource(await synthesizeDev(makeTfvars({ functions })), "aws_lambda_function")).toHaveProperty(
      "vpc_config",
    );
  });
});
