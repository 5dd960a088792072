import { beforeAll, describe, expect, test } from "@jest/globals";
import { priceProvisionedInstances } from "../../model/provisioned-cost";
import { makeProjectWithEnvironments } from "../support/environments";
import {
  findMistakes,
  findResource,
  makeProject,
  makeTfvars,
  type StackUnderTest,
  synthesizeProject,
} from "../support/project";

describe("provisioned concurrency", () => {
  let stack: StackUnderTest;
  beforeAll(async () => {
    stack = (await synthesizeProject(makeProjectWithEnvironments())).stacks["everything"] as StackUnderTest;
  });

  test("is on alias live, whose weights AWS may change meanwhile", () => {
    expect(findResource(stack, "aws_lambda_provisioned_concurrency_config")).toMatchObject({
      qualifier: "${aws_lambda_alias.web_live.name}",
      provisioned_concurrent_executions: 1,
    });
    expect(findResource(stack, "aws_lambda_alias", "web_live")).toHaveProperty("lifecycle.ignore_changes", [
      "routing_config",
    ]);
    expect(findResource(stack, "aws_lambda_alias", "shop_live")).not.toHaveProperty("lifecycle.ignore_changes");
  });

  test("follows the hours of a time zone, without a gap between hours that follow each other", () => {
    expect(findResource(stack, "aws_appautoscaling_target")).toMatchObject({
      resource_id: expect.stringContaining("function:everything-worker:"),
      min_capacity: 0,
      max_capacity: 4,
    });
    const actions = Object.values(stack.resource["aws_appautoscaling_scheduled_action"] ?? {}).map(
      ({ schedule, timezone, scalable_target_action: action }) => [
        schedule,
        timezone,
        (action as { min_capacity: string }).min_capacity,
      ],
    );
    expect(actions.sort()).toEqual([
      ["cron(0 0 ? * SAT,SUN *)", "Europe/Berlin", "0"],
      ["cron(0 18 ? * FRI,SAT *)", "Europe/Berlin", "2"],
      ["cron(0 18 ? * MON,TUE,WED,THU *)", "Europe/Berlin", "0"],
      ["cron(0 8 ? * MON,TUE,WED,THU,FRI *)", "Europe/Berlin", "4"],
    ]);
  });

  test("costs what AWS lists for its instances and hours", () => {
    const size = { memoryMb: 1024, architecture: "arm64" } as const;
    const always = priceProvisionedInstances({ ...size, provisionedConcurrency: { instances: 2, hours: {} } });
    expect(always).toBeCloseTo(2 * 730 * 3600 * 0.0000033334, 2);
    const office = { fromHour: 8, toHour: 18, days: "MON-FRI", timezone: "UTC", instances: 2 };
    const inHours = priceProvisionedInstances({ ...size, provisionedConcurrency: { instances: 0, hours: { office } } });
    expect(inHours).toBeCloseTo((always * 50) / 168, 6);
  });
});

test.each([
  ["instances = 0", "provisioned_concurrency.instances: expected 1 or more without hours, got 0"],
  ["instances = 6", "provisioned_concurrency: expected at most reserved_concurrency, which is 5, instances, got 6"],
  [
    "instances = 1, hours = { a = { from_hour = 9, to_hour = 9, instances = 2 } }",
    "provisioned_concurrency.hours.a.to_hour: expected a later hour than from_hour; hours past midnight are two entries, got 9",
  ],
  [
    'instances = 1, hours = { a = { from_hour = 8, to_hour = 12, instances = 2 }, b = { from_hour = 11, to_hour = 13, days = "FRI", instances = 3 } }',
    "provisioned_concurrency.hours.b: expected other hours than those of a, got a map",
  ],
])("provisioned concurrency that contradicts itself is a mistake: %s", async (settings, message) => {
  const functions = `api = { reserved_concurrency = 5, provisioned_concurrency = { ${settings} } }`;
  expect(await findMistakes({ "environments/dev.tfvars": makeTfvars({ functions }) })).toEqual([
    `environments/dev.tfvars: functions.api.${message}`,
  ]);
});

describe("tags", () => {
  test("of a function replace the environment's, and reach what belongs to the function alone", async () => {
    const { stacks } = await synthesizeProject(makeProjectWithEnvironments());
    const stack = stacks["everything"] as StackUnderTest;
    for (const [type, name] of [
      ["aws_lambda_function", "web_function"],
      ["aws_iam_role", "web_role"],
      ["aws_cloudwatch_log_group", "web_logs"],
      ["aws_dynamodb_table", "web_infrastructure_carts"],
    ] as const) {
      expect([name, findResource(stack, type, name)["tags"]]).toEqual([name, { CostCenter: "Web" }]);
    }
    expect(findResource(stack, "aws_lambda_function", "api_function")).not.toHaveProperty("tags");
  });

  test.each([
    ['CostCenter = "Shop", Service = "Orders"', { Service: "Orders", CostCenter: "Shop", Environment: "dev" }],
    ['Team = "shop"', { Service: "LambdaMonitoring", CostCenter: "Performance", Team: "shop", Environment: "dev" }],
  ])("of an environment can be a team's own: %s", async (tags, expected) => {
    const { stacks } = await synthesizeProjectWith(`tags = { ${tags} }`);
    expect(stacks["dev"]?.provider.aws[0]).toMatchObject({ default_tags: [{ tags: expected }] });
  });
});

function synthesizeProjectWith(more: string) {
  return synthesizeProject(makeProject({ "environments/dev.tfvars": makeTfvars({ more }) }));
}
