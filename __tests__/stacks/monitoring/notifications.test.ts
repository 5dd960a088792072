import { beforeAll, describe, expect, test } from "@jest/globals";
import { findResource, type StackUnderTest, synthesizeDev, makeTfvars } from "../../support/project";

let stack: StackUnderTest;

beforeAll(async () => {
  stack = await synthesizeDev(
    makeTfvars({
      more: `
        alarm_emails           = ["team@example.com"]
        urgent_emails          = ["night.shift@example.com"]
        alarm_webhook_variable = "pager_url"`,
    }),
  );
});

function subscribersOf(topic: string): unknown[] {
  return Object.values(stack.resource["aws_sns_topic_subscription"] ?? {})
    .filter(({ topic_arn }) => topic_arn === `\${aws_sns_topic.${topic}.arn}`)
    .map(({ protocol, endpoint }) => [protocol, endpoint]);
}

function statementsOf(type: string, name: string): unknown[] {
  const { policy } = findResource(stack, type, name);
  return (JSON.parse(policy as string) as { Statement: unknown[] }).Statement;
}

describe("alarms reach", () => {
  test("everybody at once when they are urgent", () => {
    expect(subscribersOf("urgent")).toEqual([
      ["email", "night.shift@example.com"],
      ["email", "team@example.com"],
      ["https", "${var.pager_url}"],
    ]);
  });

  test("the team when they are not", () => {
    expect(subscribersOf("notice")).toEqual([
      ["email", "team@example.com"],
      ["https", "${var.pager_url}"],
    ]);
  });

  test("an address that nobody reads in git", () => {
    expect(stack.variable?.["pager_url"]).toMatchObject({ sensitive: true });
    expect(stack.variable?.["pager_url"]).not.toHaveProperty("default");
  });
});

describe("the topics", () => {
  test("are encrypted with a key that alarms may use, and nobody else's", () => {
    for (const name of ["urgent", "notice"]) {
      expect(findResource(stack, "aws_sns_topic", name)["kms_master_key_id"]).toBe("${aws_kms_key.topics.key_id}");
    }
    expect(statementsOf("aws_kms_key_policy", "topics-policy")).toContainEqual({
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": "${local.account}" } },
    });
  });

  test("take messages from this account's alarms alone", () => {
    expect(statementsOf("aws_sns_topic_policy", "urgent-policy")).toEqual([
      {
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: "${aws_sns_topic.urgent.arn}",
        Condition: { StringEquals: { "aws:SourceAccount": "${local.account}" } },
      },
    ]);
  });
});
