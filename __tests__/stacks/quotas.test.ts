import { beforeAll, describe, expect, test } from "@jest/globals";
import { loadEnvironments } from "../../environments/load";
import { InvalidInput } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { bundleFunctions } from "../../stacks/bundle";
import { QUOTAS, quotaMistakes, quotaNotes, REGIONAL_QUOTAS } from "../../stacks/quotas";
import { synthesize as synthesizeStacks } from "../../stacks/synthesize";
import { SynthesizedEnvironment } from "../../stacks/synthesized";
import { HANDLER, makeProject, synthesize, temporaryFolder, tfvars } from "../support/project";

type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

async function load(files: Readonly<Record<string, string>>): Promise<readonly Environment[]> {
  return loadEnvironments(makeProject(files));
}

/** What is said of a project with this environment. */
async function mistakesIn(functions: string): Promise<string[]> {
  try {
    await synthesize(makeProject({ "environments/dev.tfvars": tfvars({ functions }) }));
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.split("\n");
    throw error;
  }
}

describe("an environment of 500 functions with the longest names", () => {
  const COUNT = 500;
  const names = Array.from({ length: COUNT }, (_, index) => `f${String(index).padStart(3, "0")}${"x".repeat(56)}`);
  let resource: Readonly<Record<string, Resources>>;
  let synthesized: SynthesizedEnvironment;
  const all = (type: string) => Object.entries(resource[type] ?? {});

  beforeAll(async () => {
    const root = makeProject({
      "environments/dev.tfvars": tfvars({
        functions: names.map((name) => `${name} = { endpoint = "iam" }`).join("\n"),
      }),
      ...Object.fromEntries(names.map((name) => [`functions/${name}/handler.ts`, HANDLER])),
    });
    const folder = temporaryFolder();
    const environments = await loadEnvironments(root);
    const bundles = await bundleFunctions(root, ["api", "warmer"], folder);
    const [bundle] = bundles.values();
    if (!bundle || !environments[0]) throw new Error("nothing has been made");
    const all = new Map([...bundles, ...names.map((name) => [name, bundle] as const)]);
    synthesizeStacks(environments, { bundles: all, folder });
    synthesized = SynthesizedEnvironment.read(environments[0], folder);
    resource = Object.fromEntries(
      [
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
        "aws_iam_role_policy",
        "aws_iam_policy",
        "aws_iam_role_policy_attachment",
      ].map((type) => [type, Object.fromEntries(synthesized.resources(type).map((one) => [one.name, one.attributes]))]),
    );
  });

  test("is within every quota", () => {
    expect(quotaMistakes([synthesized])).toEqual([]);
    expect(quotaNotes([synthesized])).toEqual([]);
  });

  test("has no rule with more than 5 targets, and every function once at each time", () => {
    const targets = all("aws_cloudwatch_event_target").map(([, target]) => target as { rule: string; input: string });
    const perRule = new Map<string, number>();
    for (const { rule } of targets) perRule.set(rule, (perRule.get(rule) ?? 0) + 1);
    expect(perRule.size).toBe(all("aws_cloudwatch_event_rule").length);
    expect(Math.max(...perRule.values())).toBeLessThanOrEqual(5);
    const scheduled = targets
      .map(({ input }) => JSON.parse(input) as { strategy: string; targets: { functionName: string }[] })
      .filter(({ strategy }) => strategy === "scheduled")
      .flatMap((request) => request.targets.map(({ functionName }) => functionName));
    expect(scheduled.sort()).toEqual(names.map((name) => `dev-${name}`));
  });

  test("has a warmer that may invoke each of them, by policies of at most 6,144 characters, 10 of them at most", () => {
    const managed = all("aws_iam_policy").map(([, { policy }]) => String(policy));
    const real = managed.map((policy) =>
      policy.replaceAll("${local.warmer_functions}", "arn:aws:lambda:eu-west-1:123456789012:function:"),
    );
    for (const policy of real) expect(policy.length).toBeLessThanOrEqual(6144);
    expect(managed.length).toBeLessThanOrEqual(10);
    expect(all("aws_iam_role_policy_attachment")).toHaveLength(managed.length);
    const statements = real.flatMap(
      (policy) => (JSON.parse(policy) as { Statement: { Action: string[]; Resource: string[] }[] }).Statement,
    );
    expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(new Set(["lambda:InvokeFunction"]));
    const invoked = statements.flatMap(({ Resource }) => Resource.map((arn) => arn.split(":")[6]));
    expect(invoked.sort()).toEqual(names.map((name) => `dev-${name}`));
  });
});

describe("what is more than AWS takes", () => {
  test("is told by function: variables that refer to secrets count among its variables", async () => {
    const arn = (index: number) => `arn:aws:secretsmanager:eu-west-1:123456789012:secret:database-${index}-AbCdEf`;
    const secrets = Array.from({ length: 60 }, (_, index) => `S_${index} = { secret_arn = "${arn(index)}" }`);
    expect(await mistakesIn(`api = { secrets = { ${secrets.join(", ")} } }`)).toEqual([
      expect.stringMatching(
        /^environments\/dev\.tfvars: functions\.api: expected at most 4096 bytes of .*variables of aws_lambda_function\.api_function, got \d{4}: https:\/\/docs\.aws\.amazon\.com\//,
      ),
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
    ["policies attached to role", "aws_iam_role_policy_attachment", { role: "r" }, 11, 10],
    [
      "bytes of the policy of function",
      "aws_lambda_permission",
      { function_name: "f", action: "lambda:InvokeFunction" },
      120,
      20_480,
      60,
    ],
    ["characters of name of", "aws_sqs_queue", { name: "q".repeat(81) }, 1, 80],
    ["characters of input of", "aws_cloudwatch_event_target", { rule: "r", input: "x".repeat(8193) }, 1, 8192],
    [
      "log groups of",
      "aws_cloudwatch_query_definition",
      { log_group_names: Array.from({ length: 51 }, () => "g") },
      1,
      50,
    ],
    ["alarms named by", "aws_cloudwatch_composite_alarm", { alarm_rule: 'ALARM("a") OR '.repeat(101) }, 1, 100],
  ])("%s", async (what, type, one, count, limit, fits = count - 1) => {
    const [dev] = await load({ "environments/dev.tfvars": tfvars() });
    if (!dev) throw new Error("no environment");
    const some = (length: number) => ({
      resource: { [type]: Object.fromEntries(Array.from({ length }, (_, index) => [`r${index}`, { ...one }])) },
    });
    const told = (length: number) =>
      quotaMistakes([new SynthesizedEnvironment(dev, some(length))]).filter(({ message }) => message.includes(what));
    expect(told(count).map(({ message }) => message)).toEqual([
      expect.stringContaining(`expected at most ${limit} ${what}`),
    ]);
    expect(told(fits)).toEqual([]);
  });

  test("of all environments of a region together is a note, because AWS raises it", async () => {
    const environments = await load({ "environments/a.tfvars": tfvars(), "environments/b.tfvars": tfvars() });
    const rules = Object.fromEntries(Array.from({ length: 151 }, (_, index) => [`r${index}`, {}]));
    const both = environments.map(
      (one) => new SynthesizedEnvironment(one, { resource: { aws_cloudwatch_event_rule: rules } }),
    );
    expect(quotaNotes(both)).toEqual([
      "a, b: 302 rules in eu-west-1, more than the 300 that an account may have unless AWS has raised it: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    ]);
    expect(quotaNotes(both.slice(1))).toEqual([]);
  });

  test("is told with a page of AWS", () => {
    for (const { source } of [...QUOTAS, ...REGIONAL_QUOTAS])
      expect(source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
  });
});
