import { describe, expect, test } from "@jest/globals";
import { type WarmingRequest } from "../../../warming/contract";
import {
  type Attributes,
  makeProject,
  findResource,
  type StackUnderTest,
  synthesizeProject,
  synthesizeDev,
  makeTfvars,
} from "../../support/project";

/** What every schedule sends to the warmer, and when. */
function scheduledIn(stack: StackUnderTest) {
  return Object.values(stack.resource["aws_scheduler_schedule"] ?? {}).map((schedule) => {
    const target = schedule["target"] as Attributes;
    const request = JSON.parse(target["input"] as string) as WarmingRequest;
    const { schedule_expression: expression, schedule_expression_timezone: timezone } = schedule;
    return { expression, timezone, request, target, schedule };
  });
}

const targetsIn = (stack: StackUnderTest) =>
  scheduledIn(stack).map(({ expression, request }) => [
    request.strategy,
    expression,
    request.targets.map(({ functionName, concurrency }) => `${functionName} x ${concurrency}`).join(),
  ]);

async function withFunctions(functions: string, more = ""): Promise<StackUnderTest> {
  const web = { "functions/web/handler.ts": "export const handler = async () => 1;" };
  const { stacks } = await synthesizeProject(
    makeProject({ ...web, "environments/dev.tfvars": makeTfvars({ functions, more }) }),
  );
  return stacks["dev"] as StackUnderTest;
}

describe("schedules", () => {
  test("keep every function warm from the start: in the peak more often, and never twice at once", async () => {
    expect(targetsIn(await withFunctions("api = {}\nweb = {}"))).toEqual([
      ["peak", "cron(0/2 9-17 * * ? *)", "dev-api x 3,dev-web x 3"],
      ["scheduled", "cron(0/5 0-8,18-23 * * ? *)", "dev-api x 3,dev-web x 3"],
    ]);
  });

  test("of a function outrank those of its environment", async () => {
    const dev = await withFunctions(
      "api = {}\nweb = { warming = { peak = { enabled = false }, scheduled = { concurrency = 7 } } }",
      "warming = { scheduled = { every_minutes = 10 } }",
    );
    expect(targetsIn(dev).sort()).toEqual([
      ["peak", "cron(0/2 9-17 * * ? *)", "dev-api x 3"],
      ["scheduled", "cron(0/10 * * * ? *)", "dev-web x 7"],
      ["scheduled", "cron(0/10 0-8,18-23 * * ? *)", "dev-api x 3"],
    ]);
  });

  test("are none where they are switched off, or the function is stopped", async () => {
    const dev = await withFunctions("api = {}", "warming = false");
    for (const type of ["aws_scheduler_schedule", "aws_scheduler_schedule_group", "aws_sqs_queue"]) {
      expect(dev.resource).not.toHaveProperty(type);
    }
    expect(targetsIn(await withFunctions("api = { reserved_concurrency = 0 }\nweb = {}"))).not.toContainEqual(
      expect.arrayContaining([expect.stringContaining("dev-api")]),
    );
  });

  test("are none for a function with events alone, unless its own settings ask for it", async () => {
    const jobs = "web = { events = { news = { sns = { create = true } } }";
    expect(targetsIn(await withFunctions(`api = {}\n${jobs} }`)).join()).not.toContain("dev-web");
    const dev = await withFunctions(`${jobs}, warming = { peak = { enabled = false } } }`);
    expect(targetsIn(dev)).toEqual([["scheduled", "cron(0/5 * * * ? *)", "dev-web x 3"]]);
    expect(dev.resource["aws_lambda_invocation"]).toHaveProperty("web_gate");
  });

  test("drop a run that is late instead of repeating it, and keep it for people to see", async () => {
    const dev = await withFunctions("api = {}");
    for (const { target, schedule } of scheduledIn(dev)) {
      expect(schedule["flexible_time_window"]).toEqual({ mode: "OFF" });
      expect(target).toMatchObject({
        retry_policy: { maximum_retry_attempts: 0, maximum_event_age_in_seconds: 60 },
        dead_letter_config: { arn: "${aws_sqs_queue.schedule_missed.arn}" },
      });
    }
    expect(findResource(dev, "aws_lambda_function_event_invoke_config", "warmer_asynchronous")).toMatchObject({
      maximum_retry_attempts: 0,
      maximum_event_age_in_seconds: 60,
    });
    expect(findResource(dev, "aws_sqs_queue", "schedule_missed")["sqs_managed_sse_enabled"]).toBe(true);
    expect(findResource(dev, "aws_cloudwatch_metric_alarm", "warmer-missed")).toMatchObject({
      namespace: "AWS/SQS",
      dimensions: { QueueName: "${aws_sqs_queue.schedule_missed.name}" },
      threshold: 0,
    });
  });

  test("may start the warmer and keep what they missed, as a role of their own for this environment alone", async () => {
    const dev = await withFunctions("api = {}");
    const statementsOf = (document: unknown) =>
      (JSON.parse(document as string) as { Statement: Record<string, unknown>[] }).Statement;
    const { assume_role_policy: trust, name } = findResource(dev, "aws_iam_role", "warmer_schedules-role");
    const { policy } = findResource(dev, "aws_iam_role_policy", "warmer_schedules-policy");
    const group = "${aws_scheduler_schedule_group.warmer_schedules.arn}";
    expect(name).toBe("dev.warmer.schedules");
    expect(statementsOf(trust)).toMatchObject([
      {
        Principal: { Service: "scheduler.amazonaws.com" },
        Condition: {
          StringEquals: {
            "aws:SourceArn": group,
            "aws:SourceAccount": "${local.warmer_schedules-account}",
          },
        },
      },
    ]);
    expect(statementsOf(policy)).toMatchObject([
      { Action: ["lambda:InvokeFunction"], Resource: "${aws_lambda_function.warmer_function.arn}" },
      { Action: ["sqs:SendMessage"], Resource: "${aws_sqs_queue.schedule_missed.arn}" },
    ]);
    for (const { target } of scheduledIn(dev)) {
      expect(target).toMatchObject({
        arn: "${aws_lambda_function.warmer_function.arn}",
        role_arn: "${aws_iam_role.warmer_schedules-role.arn}",
      });
    }
  });

  test("are in the zone of the peak, where it differs for a function in schedules of their own", async () => {
    const dev = await withFunctions(
      'api = {}\nweb = { warming = { peak = { timezone = "America/New_York" } } }',
      'warming = { peak = { timezone = "Europe/Berlin" } }',
    );
    expect(
      scheduledIn(dev).map(({ timezone, expression, request: { targets } }) => [
        timezone,
        expression,
        targets.map(({ functionName }) => functionName).join(),
      ]),
    ).toEqual(
      expect.arrayContaining([
        ["Europe/Berlin", "cron(0/2 9-17 * * ? *)", "dev-api"],
        ["Europe/Berlin", "cron(0/5 0-8,18-23 * * ? *)", "dev-api"],
        ["America/New_York", "cron(0/2 9-17 * * ? *)", "dev-web"],
        ["America/New_York", "cron(0/5 0-8,18-23 * * ? *)", "dev-web"],
      ]),
    );
  });

  test("tell the warmer to follow the use of a function, where that is asked", async () => {
    const dev = await withFunctions("api = { warming = { conditional = { enabled = true, maximum = 12 } } }\nweb = {}");
    const [first] = scheduledIn(dev);
    expect(first?.request.targets.map(({ functionName, conditional }) => [functionName, conditional])).toEqual([
      ["dev-api", { minimum: 0, maximum: 12, readEveryMinutes: 120 }],
      ["dev-web", undefined],
    ]);
  });

  test("follow usage of a function deployed elsewhere only where requests and pings use the aliases of one from here", async () => {
    const old = (qualifier: string) => `${qualifier} = { existing = true, warming_qualifier = "${qualifier}" }`;
    const dev = await withFunctions(
      ["warm", "live", "prod"].map(old).join("\n"),
      "warming = { conditional = { enabled = true } }",
    );
    const [first] = scheduledIn(dev);
    expect(first?.request.targets.map(({ qualifier, conditional }) => [qualifier, conditional !== undefined])).toEqual([
      ["live", false],
      ["prod", false],
      ["warm", true],
    ]);
  });
});

describe("the warmer", () => {
  const permissionsOf = (stack: StackUnderTest) =>
    (
      JSON.parse(findResource(stack, "aws_iam_role_policy", "warmer_policy")["policy"] as string) as {
        Statement: { Action: string[]; Resource: string }[];
      }
    ).Statement.map(({ Action, Resource }) => [...Action, Resource]);

  test("may invoke the aliases for pings of its functions, and versions of those that have a gate", async () => {
    const dev = await withFunctions(
      'api = {}\nweb = { reserved_concurrency = 0 }\nold = { existing = true, function_name = "Old", warming_qualifier = "prod" }\nother = { existing = true }',
    );
    expect(permissionsOf(dev)).toEqual([
      ["logs:CreateLogStream", "logs:PutLogEvents", "${aws_cloudwatch_log_group.warmer_logs.arn}:*"],
      ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "*"],
      ["lambda:InvokeFunction", "${local.warmer_functions}dev-api:*"],
      ["lambda:InvokeFunction", "${local.warmer_functions}Old:prod"],
    ]);
    const ungated = await withFunctions("api = { warming = { gate = { enabled = false } } }");
    expect(permissionsOf(ungated)).toContainEqual(["lambda:InvokeFunction", "${local.warmer_functions}dev-api:warm"]);
  });

  test("may read metrics where use decides", async () => {
    const dev = await withFunctions("api = { warming = { conditional = { enabled = true } } }");
    expect(permissionsOf(dev)).toContainEqual(["cloudwatch:GetMetricData", "*"]);
  });

  test("has instances of its own only where they are reserved", async () => {
    const reservedIn = async (more: string) =>
      findResource(await withFunctions("api = {}", more), "aws_lambda_function", "warmer_function")[
        "reserved_concurrent_executions"
      ];
    expect(await reservedIn("")).toBeUndefined();
    expect(await reservedIn("warmer_reserved_concurrency = 3")).toBe(3);
  });

  test("does not warm itself", async () => {
    const dev = await withFunctions("api = {}");
    expect(JSON.stringify(scheduledIn(dev).map(({ request }) => request.targets))).not.toContain("dev-warmer");
  });

  test("is not there where nothing is to be kept warm", async () => {
    const dev = await withFunctions("old = { existing = true }");
    expect(dev.resource).not.toHaveProperty("aws_lambda_function");
    expect(Object.keys(dev.resource["aws_cloudwatch_metric_alarm"] ?? {})).not.toContain("old_warming");
  });
});

describe("a function's gate", () => {
  test("stands before both aliases, so that pings go on to what serves where it fails: version, gate, live, warm", async () => {
    const dev = await synthesizeDev(makeTfvars());
    const gate = findResource(dev, "aws_lambda_invocation");
    expect(findResource(dev, "aws_lambda_alias", "api_warm")["function_version"]).toBe(
      "${aws_lambda_function.api_function.version}",
    );
    expect(gate).toMatchObject({
      function_name: "${aws_lambda_function.warmer_function.function_name}",
      triggers: { version: "${aws_lambda_function.api_function.version}" },
    });
    expect(gate).not.toHaveProperty("depends_on");
    expect(JSON.parse(gate["input"] as string)).toMatchObject({
      strategy: "gate",
      targets: [
        {
          functionName: "dev-api",
          qualifier: "${aws_lambda_function.api_function.version}",
          concurrency: 3,
          version: "${aws_lambda_function.api_function.version}",
        },
      ],
    });
    expect(findResource(dev, "aws_lambda_alias", "api_live")["depends_on"]).toEqual(["aws_lambda_invocation.api_gate"]);
    expect(findResource(dev, "aws_lambda_alias", "api_warm")["depends_on"]).toEqual(["aws_lambda_alias.api_live"]);
  });

  test("is as large as the environment says, or not there", async () => {
    const small = await synthesizeDev(makeTfvars({ more: "warming = { gate = { concurrency = 1 } }" }));
    expect(findResource(small, "aws_lambda_invocation")["input"]).toContain('"concurrency":1,');
    const off = await synthesizeDev(makeTfvars({ more: "warming = { gate = { enabled = false } }" }));
    expect(off.resource).not.toHaveProperty("aws_lambda_invocation");
    expect(findResource(off, "aws_lambda_alias", "api_live")).not.toHaveProperty("depends_on");
  });
});
