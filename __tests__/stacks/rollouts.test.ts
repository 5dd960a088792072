import { beforeAll, describe, expect, test } from "@jest/globals";
import { type StartRequest } from "../../rollout/contract";
import {
  type Attributes,
  findResource,
  makeProject,
  makeTfvars,
  type StackUnderTest,
  synthesizeProject,
} from "../support/project";

const FUNCTIONS = `
  api = { endpoint = "iam", memory_mb = 1024 }
  worker = { entry = "functions/api/handler.ts", rollout = { strategy = "all_at_once" } }
  ungated = { entry = "functions/api/handler.ts", warming = { gate = { enabled = false } } }`;

let stack: StackUnderTest;
let summary: string;

beforeAll(async () => {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars({ functions: FUNCTIONS, more: 'rollout = { strategy = "canary" }' }),
  });
  const { stacks, summary: text } = await synthesizeProject(root);
  if (!stacks["dev"]) throw new Error("no stack dev");
  stack = stacks["dev"];
  summary = text;
});

function readRequest(id: string): StartRequest {
  return JSON.parse(findResource(stack, "aws_lambda_invocation", `${id}_rollout`)["input"] as string) as StartRequest;
}

function listIgnored(alias: string): unknown {
  const { lifecycle = {} } = findResource(stack, "aws_lambda_alias", alias) as { lifecycle?: Attributes };
  return lifecycle["ignore_changes"];
}

describe("a function whose versions are rolled out", () => {
  test("has aliases that Terraform makes and leaves alone then", () => {
    for (const alias of ["api_live", "api_warm"]) {
      expect(listIgnored(alias)).toEqual(["function_version", "routing_config", "description"]);
      expect(findResource(stack, "aws_lambda_alias", alias)).toMatchObject({
        function_version: "${aws_lambda_function.api_function.version}",
      });
    }
    expect(listIgnored("worker_live")).toBeUndefined();
  });

  test("gets each new version from the controller, after the gate, and again if it has gone back", () => {
    expect(findResource(stack, "aws_lambda_invocation", "api_rollout")).toMatchObject({
      function_name: "${aws_lambda_function.rollout-controller_function.function_name}",
      triggers: {
        version: "${aws_lambda_function.api_function.version}",
        last_rollback: "${aws_lambda_alias.api_live.description}",
        steps: "10 % for 5 min, then all, judged for 3 min more",
      },
      depends_on: expect.arrayContaining([
        "aws_lambda_invocation.api_gate",
        "aws_lambda_alias.api_warm",
        "aws_scheduler_schedule.rollout-controller_tick",
      ]) as unknown,
    });
    expect(stack.resource["aws_lambda_invocation"]).not.toHaveProperty("worker_rollout");
    expect(stack.output["api"]?.value["rollout"]).toBe("${aws_lambda_invocation.api_rollout.result}");
  });

  test("is described to the controller", () => {
    expect(readRequest("api")).toMatchObject({
      action: "start",
      version: "${aws_lambda_function.api_function.version}",
      attempt: "${sha256(aws_lambda_alias.api_live.description)}",
      plan: {
        percents: [10, 100],
        stepSeconds: 300,
        bakeSeconds: 180,
        maximumSeconds: 3600,
        tooFewRequests: "proceed",
      },
      subject: {
        functionName: "dev-api",
        logGroup: "/aws/lambda/dev-api",
        publishesMetrics: true,
        memoryMb: 1024,
        timeoutSeconds: 10,
        warming: { warmer: "dev-warmer" },
      },
    });
    const { subject, plan } = readRequest("ungated");
    expect(subject).not.toHaveProperty("warming");
    expect(plan.judgedBy).not.toContain("pings");
  });

  test("is judged by alarms that a rollout itself does not make ring", () => {
    const { alarms } = readRequest("api").subject;
    expect(alarms).toEqual(expect.arrayContaining(["dev-api-errors", "dev-api-availability-fast-burn"]));
    for (const end of ["cold-starts", "init-duration", "warming", "slow-burn"]) {
      expect(alarms.filter((name) => name.endsWith(end))).toEqual([]);
    }
    const made = Object.values(stack.resource["aws_cloudwatch_metric_alarm"] ?? {}).map((alarm) => alarm["alarm_name"]);
    expect(made).toEqual(expect.arrayContaining([...alarms]));
  });

  test("passes its gate with as many instances as its first share of requests needs", () => {
    const countInGate = (id: string) => {
      const { input } = findResource(stack, "aws_lambda_invocation", `${id}_gate`);
      const { targets } = JSON.parse(input as string) as { targets: { concurrency: number }[] };
      return targets[0]?.concurrency;
    };
    expect(countInGate("api")).toBe(1);
    expect(countInGate("worker")).toBe(3);
  });
});

describe("the rollout controller", () => {
  test("is started every minute, without retries, and what was missed is kept", () => {
    const { schedule_expression, target } = findResource(
      stack,
      "aws_scheduler_schedule",
      "rollout-controller_tick",
    ) as { schedule_expression: string; target: Attributes };
    expect(schedule_expression).toBe("rate(1 minute)");
    expect(JSON.parse(target["input"] as string)).toEqual({ action: "tick" });
    expect(target).toMatchObject({
      retry_policy: { maximum_retry_attempts: 0 },
      dead_letter_config: { arn: "${aws_sqs_queue.rollout-controller_missed.arn}" },
    });
  });

  test("may move the aliases of these functions, and of no others", () => {
    const { policy } = findResource(stack, "aws_iam_role_policy", "rollout-controller_policy");
    const { Statement } = JSON.parse(policy as string) as { Statement: { Action: string[]; Resource: string[] }[] };
    const find = (action: string) => Statement.find(({ Action }) => Action.includes(action))?.Resource;
    const prefix = "${local.rollout-controller_function-arns}";
    expect(find("lambda:UpdateAlias")).toEqual([`${prefix}dev-api`, `${prefix}dev-ungated`]);
    expect(find("lambda:InvokeFunction")).toBe(`${prefix}dev-warmer`);
    expect(find("dynamodb:UpdateItem")).toBe("${aws_dynamodb_table.rollout-controller_rollouts.arn}");
  });

  test("has alarms, with a runbook", () => {
    for (const key of ["errors", "missed", "rolled-back"]) {
      const alarm = findResource(stack, "aws_cloudwatch_metric_alarm", `rollout-controller-${key}`);
      expect(alarm["alarm_name"]).toBe(`dev-rollout-controller-${key}`);
      expect(alarm["alarm_description"]).toContain("docs/runbooks/rollouts.md");
    }
  });

  test("keeps rollouts encrypted", () => {
    expect(findResource(stack, "aws_dynamodb_table", "rollout-controller_rollouts")).toMatchObject({
      name: "dev-rollout-controller-rollouts",
      server_side_encryption: { enabled: true },
    });
  });

  test("is not there if all functions get new versions at once", async () => {
    const { stacks, summary: text } = await synthesizeProject(makeProject({ "environments/dev.tfvars": makeTfvars() }));
    expect(JSON.stringify(stacks["dev"])).not.toContain("rollout");
    expect(text).not.toContain("in steps");
  });
});

test("the summary says how new versions get traffic, and what that costs", () => {
  expect(summary).toMatch(/New versions get requests in steps \(watching over that costs \$0\.0\d a month/);
  expect(summary).toContain(
    "dev: api 10 % for 5 min, then all, judged for 3 min more, about $0.004 each time; ungated",
  );
});

test("the dashboard shows the new version's share, and the steps of the chosen function's rollouts", () => {
  const { dashboard_body: body } = findResource(stack, "aws_cloudwatch_dashboard", "dashboard");
  const { widgets } = JSON.parse(body as string) as {
    widgets: { properties: { title?: string; query?: string; metrics?: unknown[][] } }[];
  };
  const find = (title: string) => widgets.find(({ properties }) => properties.title === title)?.properties;
  expect(find("Requests that the new version gets, while it is judged")?.metrics?.map(([, name]) => name)).toEqual([
    "RolloutShare",
    "RollBacks",
  ]);
  expect(find("Rollouts of CHOSEN-FUNCTION")?.query).toMatch(
    /^SOURCE '\/aws\/lambda\/dev-rollout-controller'\n\| filter message = "rollout" and functionName = "CHOSEN-FUNCTION"\n/,
  );
  expect(findResource(stack, "aws_cloudwatch_query_definition", "rollouts")).toMatchObject({
    name: "dev/rollouts",
    log_group_names: ["/aws/lambda/dev-rollout-controller"],
  });
});
