import { beforeAll, describe, expect, test } from "@jest/globals";
import { findMistakes, findResource, makeTfvars, type StackUnderTest, synthesizeDev } from "../../support/project";

const NOTIFY = `
  alarm_emails = ["team@example.com"]
  notify = {
    slack_variable = "slack", slack_channel = "C0123456789"
    teams_variable = "teams"
    pagerduty_variable = "pager", pagerduty_region = "eu"
  }`;

const LEGACY = 'legacy = { existing = true, function_name = "Legacy_Orders", log_group = "/orders" }';

let stack: StackUnderTest;

beforeAll(async () => {
  stack = await synthesizeDev(makeTfvars({ functions: `api = {}\n${LEGACY}`, more: NOTIFY }));
});

function readPolicy(of: StackUnderTest): Record<string, unknown> {
  const { policy } = findResource(of, "aws_iam_role_policy", "alarm-notifier_policy");
  const { Statement } = JSON.parse(policy as string) as { Statement: { Action: string[]; Resource: unknown }[] };
  return Object.fromEntries(Statement.map(({ Action, Resource }) => [Action.join(), Resource]));
}

describe("the notifier", () => {
  test("gets messages of both topics, and what does not reach it is kept", () => {
    for (const topic of ["urgent", "notice"]) {
      expect(findResource(stack, "aws_sns_topic_subscription", `alarm-notifier_${topic}`)).toMatchObject({
        topic_arn: `\${aws_sns_topic.${topic}.arn}`,
        protocol: "lambda",
        endpoint: "${aws_lambda_function.alarm-notifier_function.arn}",
        redrive_policy: '{"deadLetterTargetArn":"${aws_sqs_queue.alarm-notifier_undelivered.arn}"}',
      });
      expect(findResource(stack, "aws_lambda_permission", `alarm-notifier_${topic}-permission`)).toMatchObject({
        principal: "sns.amazonaws.com",
        source_arn: `\${aws_sns_topic.${topic}.arn}`,
      });
    }
    expect(findResource(stack, "aws_lambda_function_event_invoke_config", "alarm-notifier_asynchronous")).toMatchObject(
      {
        maximum_retry_attempts: 2,
        destination_config: { on_failure: { destination: "${aws_sqs_queue.alarm-notifier_undelivered.arn}" } },
      },
    );
  });

  test("has its secrets in encrypted parameters alone", () => {
    expect(Object.values(stack.resource["aws_ssm_parameter"] ?? {})).toEqual(
      ["pager", "slack", "teams"].map((variable) =>
        expect.objectContaining({ type: "SecureString", value: `\${var.${variable}}` }),
      ),
    );
    const { environment } = findResource(stack, "aws_lambda_function", "alarm-notifier_function");
    const { variables } = environment as { variables: Record<string, string> };
    expect(JSON.stringify(variables)).not.toContain("var.");
    expect(JSON.parse(variables["RECIPIENTS"] ?? "")).toEqual({
      slack: { parameter: "${aws_ssm_parameter.alarm-notifier_slack.name}", channel: "C0123456789" },
      teams: { parameter: "${aws_ssm_parameter.alarm-notifier_teams.name}" },
      pagerduty: { parameter: "${aws_ssm_parameter.alarm-notifier_pagerduty.name}", region: "eu" },
    });
    expect(stack.variable?.["teams"]).toMatchObject({ sensitive: true });
    expect(stack.variable?.["teams"]).not.toHaveProperty("validation");
    expect(findResource(stack, "aws_ssm_parameter", "alarm-notifier_teams")["lifecycle"]).toEqual({
      precondition: [
        {
          condition: '${nonsensitive(can(regex("^https://[^\\\\s]+$", var.teams)))}',
          error_message: "teams: expected the address of a workflow's webhook.",
        },
      ],
    });
  });

  test("knows how the name of every alarm of a function ends", () => {
    const { environment } = findResource(stack, "aws_lambda_function", "alarm-notifier_function");
    const { ALARM_ENDS = "" } = (environment as { variables: Record<string, string> }).variables;
    const alarms = [
      ...Object.values(stack.resource["aws_cloudwatch_metric_alarm"] ?? {}),
      ...Object.values(stack.resource["aws_cloudwatch_composite_alarm"] ?? {}),
    ].map(({ alarm_name: name }) => String(name));
    const ofFunctions = alarms.filter((name) => !/^dev-(alarm-notifier|warmer)-/.test(name));

    expect(ofFunctions.length).toBeGreaterThan(10);
    expect(
      ofFunctions.filter((name) => {
        const end = ALARM_ENDS.split(",").find((one) => name.endsWith(one)) ?? "";
        return !["dev-api", "dev-Legacy_Orders"].includes(name.slice(0, name.length - end.length));
      }),
    ).toEqual([]);
  });

  test("may read these functions and their logs, and nothing else", () => {
    expect(readPolicy(stack)).toEqual({
      "logs:CreateLogStream,logs:PutLogEvents": "${aws_cloudwatch_log_group.alarm-notifier_logs.arn}:*",
      "xray:PutTraceSegments,xray:PutTelemetryRecords": "*",
      "ssm:GetParameter": ["slack", "teams", "pagerduty"].map(
        (one) => `\${aws_ssm_parameter.alarm-notifier_${one}.arn}`,
      ),
      "dynamodb:PutItem,dynamodb:UpdateItem": ["${aws_dynamodb_table.alarm-notifier_incidents.arn}"],
      "sqs:SendMessage": ["${aws_sqs_queue.alarm-notifier_undelivered.arn}"],
      "lambda:GetFunctionConfiguration": ["dev-api:live", "Legacy_Orders", "dev-warmer"].map(
        (name) => `\${local.alarm-notifier_function-arns}${name}`,
      ),
      "lambda:ListVersionsByFunction": ["${local.alarm-notifier_function-arns}dev-api"],
      "logs:StartQuery": ["/aws/lambda/dev-api", "/aws/lambda/dev-warmer", "/orders"].map(
        (group) => `\${local.alarm-notifier_log-group-arns}${group}:*`,
      ),
      "logs:GetQueryResults": "*",
      "cloudwatch:GetMetricData": "*",
      "cloudwatch:DescribeAlarms": "*",
    });
  });

  test("knows each function's objective of availability", async () => {
    const own = "objectives = { availability = { target_percent = 99 } }";
    const functions = `api = {}\nweb = { existing = true }\nold = { existing = true, function_name = "Old", ${own} }`;
    const of = await synthesizeDev(makeTfvars({ functions, more: NOTIFY }));

    const { environment } = findResource(of, "aws_lambda_function", "alarm-notifier_function");
    const { OBJECTIVES = "" } = (environment as { variables: Record<string, string> }).variables;
    expect(JSON.parse(OBJECTIVES)).toEqual({
      "*": { targetPercent: 99.95, days: 30 },
      Old: { targetPercent: 99, days: 30 },
    });
  });

  test("rings by itself, on a way of its own", () => {
    for (const key of ["errors", "undelivered"]) {
      expect(findResource(stack, "aws_cloudwatch_metric_alarm", `alarm-notifier-${key}`)).toMatchObject({
        alarm_name: `dev-alarm-notifier-${key}`,
        alarm_actions: ["${aws_sns_topic.notice.arn}"],
        evaluation_periods: 1,
        threshold: 0,
      });
    }
  });

  test("does not exist if nobody wants cards", async () => {
    const without = await synthesizeDev(makeTfvars());

    expect(Object.keys(without.resource["aws_lambda_function"] ?? {})).toEqual(["api_function", "warmer_function"]);
    expect(without.resource).not.toHaveProperty("aws_ssm_parameter");
  });
});

describe("the file says", () => {
  test.each([
    ["{}", "notify: expected at least one of slack_variable, teams_variable and pagerduty_variable, got none"],
    [
      '{ teams_variable = "teams", slack_channel = "C0123456789" }',
      'notify.slack_channel: expected slack_variable as well, got "C0123456789"',
    ],
    [
      '{ teams_variable = "teams", pagerduty_region = "eu" }',
      'notify.pagerduty_region: expected pagerduty_variable as well, got "eu"',
    ],
    [
      '{ slack_variable = "slack", slack_channel = "#alerts" }',
      'notify.slack_channel: expected a channel\'s id, as in C0123456789, got "#alerts"',
    ],
    [
      '{ slack_variable = "https://hooks.slack.com/services/T000/B000/XXXX" }',
      "notify.slack_variable: expected a name",
    ],
  ])("that notify = %s is a mistake", async (notify, mistake) => {
    const [found = ""] = await findMistakes({ "environments/dev.tfvars": makeTfvars({ more: `notify = ${notify}` }) });

    expect(found).toContain(mistake);
    expect(found).not.toContain("hooks.slack.com");
  });

  test("that a function cannot be called like the notifier", async () => {
    const [found] = await findMistakes({
      "environments/dev.tfvars": makeTfvars({ functions: "alarm-notifier = {}" }),
    });

    expect(found).toContain("alarm-notifier: expected a name that Warmwatch does not use itself");
  });
});
