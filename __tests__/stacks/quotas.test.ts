import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { QUOTAS, findQuotaMistakes, findQuotaNotes, SHARED_QUOTAS } from "../../stacks/quotas";
import { SynthesizedEnvironment } from "../../stacks/synthesized";
import { makeProject, synthesizeProject, makeTfvars } from "../support/project";

/** Resources of one type, by name. */
function many(length: number, attributes: object): Record<string, Record<string, unknown>> {
  return Object.fromEntries(Array.from({ length }, (_, index) => [`r${index}`, { ...attributes }]));
}

/** What is said of a project with this environment. */
async function mistakesIn(functions: string): Promise<string[]> {
  try {
    await synthesizeProject(makeProject({ "environments/dev.tfvars": makeTfvars({ functions }) }));
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.split("\n");
    throw error;
  }
}

describe("what is more than AWS takes", () => {
  let dev: Environment;

  beforeAll(async () => {
    const [only] = await loadEnvironments(makeProject({ "environments/dev.tfvars": makeTfvars() }));
    if (!only) throw new Error("no environment");
    dev = only;
  });

  test("is told by function: variables that refer to secrets count among its variables", async () => {
    const arn = (index: number) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:database-${index}-AbCdEf`;
    const secrets = Array.from({ length: 60 }, (_, index) => `S_${index} = { secret_arn = "${arn(index)}" }`);
    expect(await mistakesIn(`api = { secrets = { ${secrets.join(", ")} } }`)).toEqual([
      expect.stringMatching(
        /^environments\/dev\.tfvars: functions\.api: expected at most 4096 bytes of .*variables of aws_lambda_function\.api_function, got \d{4}: https:\/\/docs\.aws\.amazon\.com\//,
      ),
    ]);
  });

  test("is told by function: an alarm on a function's events watches 10 metrics, and a function may have more events", async () => {
    const queues = Array.from({ length: 10 }, (_, index) => `queue-${index} = { sqs = { create = true } }`);
    const others = Array.from({ length: 4 }, (_, index) => `topic-${index} = { sns = { create = true } }`);
    expect(await mistakesIn(`api = { events = { ${[...queues, ...others].join(", ")} } }`)).toEqual([
      "environments/dev.tfvars: functions.api: expected at most 10 metrics watched by aws_cloudwatch_metric_alarm.api_dead-letters, got 11: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html",
    ]);
  });

  test.each<[what: string, type: string, one: object, count: number, limit: number, fits?: number]>([
    ["targets of rule", "aws_cloudwatch_event_target", { rule: "r" }, 6, 5],
    ["metric filters of log group", "aws_cloudwatch_log_metric_filter", { log_group_name: "/g" }, 101, 100],
    [
      "characters of inline policies of role",
      "aws_iam_role_policy",
      { role: "r", policy: "x".repeat(5121) },
      2,
      10_240,
    ],
    [
      "bytes of the policy of function",
      "aws_lambda_permission",
      { function_name: "f", action: "lambda:InvokeFunction" },
      120,
      20_480,
      60,
    ],
    ["characters of name of", "aws_sqs_queue", { name: "q".repeat(81) }, 1, 80],
    ["bytes of the input of", "aws_scheduler_schedule", { target: { input: "é".repeat(131_073) } }, 1, 262_144],
    ["characters of input of", "aws_cloudwatch_event_target", { rule: "r", input: "x".repeat(8193) }, 1, 8192],
    [
      "log groups of",
      "aws_cloudwatch_query_definition",
      { log_group_names: Array.from({ length: 51 }, () => "g") },
      1,
      50,
    ],
    ["alarms named by", "aws_cloudwatch_composite_alarm", { alarm_rule: 'ALARM("a") OR '.repeat(101) }, 1, 100],
  ])("%s", (what, type, one, count, limit, fits = count - 1) => {
    const some = (length: number) => new SynthesizedEnvironment(dev, { resource: { [type]: many(length, one) } });
    const told = (length: number) => findQuotaMistakes([some(length)]).filter(({ message }) => message.includes(what));
    expect(told(count).map(({ message }) => message)).toEqual([
      expect.stringContaining(`expected at most ${limit} ${what}`),
    ]);
    expect(told(fits)).toEqual([]);
  });

  test("is a note where AWS raises it: policies attached to a role", () => {
    const attached = (length: number) =>
      new SynthesizedEnvironment(dev, { resource: { aws_iam_role_policy_attachment: many(length, { role: "r" }) } });
    expect(findQuotaMistakes([attached(11)])).toEqual([]);
    expect(findQuotaNotes([attached(11)])).toEqual([
      "dev: expected at most 10 policies attached to role r unless AWS has raised it, got 11: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ]);
    expect(findQuotaNotes([attached(10)])).toEqual([]);
  });

  describe("of all environments together", () => {
    type Place = readonly [region: string, accountId?: string];
    const ONE = "1".repeat(12);
    const OTHER = "2".repeat(12);

    /** Environments a, b, ... with so many resources of a type each. */
    function withEach(type: string, length: number, places: readonly Place[], one: object = {}) {
      return places.map(([region, accountId], index) => {
        const environment = { ...dev, name: "abc"[index] ?? "", region, accountId };
        return new SynthesizedEnvironment(environment, { resource: { [type]: many(length, one) } });
      });
    }

    test.each<[what: string, type: string, length: number, places: readonly Place[], note: string, one?: object]>([
      ["rules of a region", "aws_cloudwatch_event_rule", 151, [["eu-west-1"], ["eu-west-1"]], "300 rules in eu-west-1"],
      [
        "rules of a region that has fewer",
        "aws_cloudwatch_event_rule",
        101,
        [["af-south-1"]],
        "100 rules in af-south-1",
      ],
      [
        "roles of an account, in whatever regions",
        "aws_iam_role",
        501,
        [
          ["eu-west-1", ONE],
          ["us-east-1", ONE],
        ],
        `1000 roles in account ${ONE}`,
      ],
      [
        "instances that functions reserve",
        "aws_lambda_function",
        2,
        [["eu-west-1"], ["eu-west-1"]],
        "900 reserved or provisioned instances in eu-west-1",
        { reserved_concurrent_executions: 226 },
      ],
      [
        "groups of schedules of a region",
        "aws_scheduler_schedule_group",
        251,
        [["eu-west-1"], ["eu-west-1"]],
        "500 groups of schedules in eu-west-1",
      ],
    ])("are notes where AWS raises them: %s", (_, type, length, places, expected, one = {}) => {
      const environments = withEach(type, length, places, one);
      expect(findQuotaMistakes(environments)).toEqual([]);
      expect(findQuotaNotes(environments)).toEqual([expect.stringContaining(`expected at most ${expected}`)]);
      expect(findQuotaNotes(environments)[0]).toContain("unless AWS has raised it, got");
      expect(findQuotaNotes(withEach(type, Math.floor(length / 2), places, one))).toEqual([]);
    });

    test("are notes for provisioned instances, which count once where a function reserves its own", async () => {
      const notesOf = async (settings: string) => {
        const file = makeTfvars({ functions: `api = { ${settings} }` });
        return (await synthesizeProject(makeProject({ "environments/dev.tfvars": file }))).summary;
      };
      const hours = "hours = { day = { from_hour = 8, to_hour = 18, instances = 901 } }";
      const told = /expected at most 900 reserved or provisioned instances in eu-west-1 of one account .*, got 901: /;
      expect(await notesOf(`provisioned_concurrency = { instances = 1, ${hours} }`)).toMatch(told);
      expect(await notesOf(`provisioned_concurrency = { instances = 900 }`)).not.toMatch(told);
      expect(await notesOf("reserved_concurrency = 900, provisioned_concurrency = { instances = 900 }")).not.toMatch(
        /reserved or provisioned/,
      );
    });

    test("are mistakes where AWS never raises them, in one account", () => {
      const type = "aws_apigatewayv2_api";
      const inOne = withEach(type, 301, [
        ["eu-west-1", ONE],
        ["eu-west-1", ONE],
        ["us-east-1", ONE],
      ]);
      expect(findQuotaMistakes(inOne)).toEqual([
        {
          file: "environments/a.tfvars, environments/b.tfvars",
          message: expect.stringContaining(
            `expected at most 600 HTTP APIs in eu-west-1 of account ${ONE}, got 602: https://`,
          ) as unknown,
        },
      ]);
      expect(findQuotaNotes(inOne)).toEqual([]);
      expect(findQuotaMistakes(withEach(type, 601, [["eu-west-1"]]))).toHaveLength(1);
    });

    test("are notes where it may be several accounts, and nothing where it is", () => {
      const type = "aws_cloudwatch_query_definition";
      const unknown = withEach(type, 501, [["eu-west-1"], ["eu-west-1"]]);
      expect(findQuotaMistakes(unknown)).toEqual([]);
      expect(findQuotaNotes(unknown)).toEqual([
        expect.stringMatching(/^a, b: expected at most 1000 saved queries in eu-west-1 of one account, got 1002: /),
      ]);
      const several = withEach(type, 501, [
        ["eu-west-1", ONE],
        ["eu-west-1", OTHER],
      ]);
      expect([...findQuotaMistakes(several), ...findQuotaNotes(several)]).toEqual([]);
    });
  });

  test("is told with a page of AWS", () => {
    for (const { source } of [...QUOTAS, ...SHARED_QUOTAS])
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });
});
