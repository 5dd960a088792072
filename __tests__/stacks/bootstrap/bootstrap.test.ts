import { beforeAll, describe, expect, test } from "@jest/globals";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RoleStatement } from "../../../model/permissions";
import { loadEnvironments } from "../../../environments/load";
import { InvalidInput } from "../../../environments/mistakes";
import { type Environment } from "../../../environments/schema";
import { groupByAccount } from "../../../stacks/bootstrap/accounts";
import { GRANTS } from "../../../stacks/bootstrap/grants";
import {
  buildBoundaryPolicy,
  buildDeployPolicy,
  buildPlanPolicy,
  type PolicyStatement,
} from "../../../stacks/bootstrap/policies";
import { synthesizeBootstrap } from "../../../stacks/bootstrap/synthesize";
import { ENVIRONMENTS, LARGE, makeProjectWithEnvironments } from "../../support/environments";
import {
  type Attributes,
  makeProject,
  findResource,
  HANDLER_SOURCE,
  type Synthesized,
  synthesizeProject,
  type StackUnderTest,
  makeTemporaryFolder,
} from "../../support/project";
import { POLICY_CHARACTERS } from "../../../stacks/quotas";

const ACCOUNT = "123456789012";
const PROD_STATE = 'backend = "s3", bucket = "acme-states", key = "shop/prod.tfstate", region = "eu-west-1"';

/** A tfvars file of an environment with this state. */
function tfvars(state: string, { functions = "api = {}", more = "" } = {}): string {
  return `region = "eu-west-1"\nstate = { ${state} }\nfunctions = { ${functions} }\n${more}\n`;
}

async function load(files: Readonly<Record<string, string>>): Promise<readonly Environment[]> {
  const named = Object.entries(files).map(([name, text]) => [`environments/${name}.tfvars`, text] as const);
  return loadEnvironments(makeProject(Object.fromEntries(named)));
}

/** The bootstrap stacks of these environments, by name. */
async function stacksOf(files: Readonly<Record<string, string>>, stateInBucket = false) {
  const accounts = groupByAccount(await load(files));
  const folder = makeTemporaryFolder();
  synthesizeBootstrap(accounts, { repository: "acme/shop", stateInBucket, folder, outdir: "cdktf.out/bootstrap" });
  return Object.fromEntries(
    accounts.map(({ stackName }) => [
      stackName,
      JSON.parse(readFileSync(join(folder, "stacks", stackName, "cdk.tf.json"), "utf8")) as StackUnderTest,
    ]),
  );
}

async function stackOf(files: Readonly<Record<string, string>>, stateInBucket = false): Promise<StackUnderTest> {
  const [stack] = Object.values(await stacksOf(files, stateInBucket));
  if (!stack) throw new Error("no stack");
  return stack;
}

async function mistakes(files: Readonly<Record<string, string>>): Promise<string[]> {
  const environments = await load(files);
  try {
    groupByAccount(environments);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.message.split("\n");
    throw error;
  }
}

function placeOf({ name, region }: Environment) {
  return { partition: "aws", account: ACCOUNT, region, name };
}

async function policiesOf(state: string, options: Parameters<typeof tfvars>[1] = {}) {
  const [prod] = await load({ prod: tfvars(state, options) });
  if (!prod) throw new Error("no environment");
  return { plan: buildPlanPolicy(prod, placeOf(prod)), deploy: buildDeployPolicy(prod, placeOf(prod)) };
}

/** Whether a pattern of a policy covers an ARN: `*` stands for any characters, also / and :. */
function covers(pattern: string, arn: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(arn);
}

function allows(statements: readonly PolicyStatement[], action: string, arn: string): boolean {
  return statements.some(
    ({ Action, Resource }) => Action.includes(action) && Resource.some((pattern) => covers(pattern, arn)),
  );
}

describe("the table of what Terraform has to be allowed", () => {
  let synthesized: Synthesized;
  beforeAll(async () => {
    synthesized = await synthesizeProject(makeProjectWithEnvironments(), LARGE);
  });

  test("has an entry for every type of resource that a stack has, and for no other", async () => {
    const secrets = Array.from({ length: 100 }, (_, index) => `S_${index} = { ssm_parameter = "/${index}" }`);
    const functions = `api = { secrets = { ${secrets.join(", ")} } }`;
    const manySecrets = await synthesizeProject(
      makeProject({ "environments/dev.tfvars": tfvars('backend = "local"', { functions }) }),
    );
    const stacks = { ...synthesized.stacks, manySecrets: manySecrets.stacks["dev"] };
    const types = Object.values(stacks).flatMap((stack) => Object.keys(stack?.resource ?? {}));
    expect(Object.keys(GRANTS).sort()).toEqual([...new Set(types)].sort());
  });

  /** What makes a resource, and its ARN. */
  const MADE: Readonly<Record<string, { action: string; arn: (resource: Attributes) => string }>> = {
    aws_cloudwatch_dashboard: {
      action: "cloudwatch:PutDashboard",
      arn: ({ dashboard_name: name }) => `arn:aws:cloudwatch::${ACCOUNT}:dashboard/${String(name)}`,
    },
    aws_cloudwatch_event_rule: {
      action: "events:PutRule",
      arn: ({ name }) => `arn:aws:events:eu-west-1:${ACCOUNT}:rule/${String(name)}`,
    },
    aws_cloudwatch_log_group: {
      action: "logs:CreateLogGroup",
      arn: ({ name }) => `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:${String(name)}`,
    },
    aws_cloudwatch_metric_alarm: {
      action: "cloudwatch:PutMetricAlarm",
      arn: ({ alarm_name: name }) => `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:${String(name)}`,
    },
    aws_cloudwatch_composite_alarm: {
      action: "cloudwatch:DeleteAlarms",
      arn: ({ alarm_name: name }) => `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:${String(name)}`,
    },
    aws_iam_role: {
      action: "iam:CreateRole",
      arn: ({ path, name }) => `arn:aws:iam::${ACCOUNT}:role${String(path)}${String(name)}`,
    },
    aws_lambda_function: {
      action: "lambda:CreateFunction",
      arn: ({ function_name: name }) => `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:${String(name)}`,
    },
    aws_s3_bucket: {
      action: "s3:CreateBucket",
      arn: ({ bucket_prefix: prefix }) => `arn:aws:s3:::${String(prefix)}20261129000000000000000001`,
    },
    aws_sns_topic: {
      action: "sns:CreateTopic",
      arn: ({ name }) => `arn:aws:sns:eu-west-1:${ACCOUNT}:${String(name)}`,
    },
    aws_sqs_queue: { action: "sqs:CreateQueue", arn: ({ name }) => `arn:aws:sqs:eu-west-1:${ACCOUNT}:${String(name)}` },
  };

  test.each(ENVIRONMENTS)(
    "covers the name of everything in %s, and of nothing in another environment",
    async (name) => {
      const environments = await loadEnvironments(makeProjectWithEnvironments());
      const policies = environments.map((one) => [one.name, buildDeployPolicy(one, placeOf(one))] as const);
      for (const [type, { action, arn }] of Object.entries(MADE)) {
        for (const resource of Object.values(synthesized.stacks[name]?.resource[type] ?? {})) {
          const may = policies
            .filter(([, policy]) => allows(policy, action, arn(resource)))
            .map(([allowed]) => allowed);
          expect({ arn: arn(resource), may }).toEqual({ arn: arn(resource), may: [name] });
        }
      }
    },
  );
});

describe("a plan role", () => {
  test("only reads", async () => {
    const { plan } = await policiesOf(PROD_STATE, { functions: 'api = { endpoint = "public" }' });
    const actions = plan.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/^(\w+:(Get|List|Describe)\w+|apigateway:GET)$/.test(action))).toEqual([]);
  });

  test("reads its environment's state alone", async () => {
    const { plan } = await policiesOf(PROD_STATE);
    const onState = plan.filter(({ Action }) => Action.some((action) => action.startsWith("s3:")));
    expect(onState).toEqual([
      { Effect: "Allow", Action: ["s3:ListBucket"], Resource: ["arn:aws:s3:::acme-states"] },
      { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::acme-states/shop/prod.tfstate"] },
    ]);
  });
});

describe("a deploy role", () => {
  test("writes its environment's state and lock, and no other object", async () => {
    const { deploy } = await policiesOf(PROD_STATE);
    const written = deploy.filter(({ Action }) => Action.includes("s3:PutObject")).flatMap(({ Resource }) => Resource);
    expect(written).toEqual([
      "arn:aws:s3:::acme-states/shop/prod.tfstate",
      "arn:aws:s3:::acme-states/shop/prod.tfstate.tflock",
    ]);
  });

  test("has nothing to do with S3 when the state is in HCP Terraform", async () => {
    const { deploy } = await policiesOf('backend = "cloud", organization = "acme", workspace = "shop"');
    expect(JSON.stringify(deploy)).not.toContain("s3:");
  });

  test("can change neither its own role nor a role of another environment", async () => {
    const { deploy } = await policiesOf(PROD_STATE);
    const writes = ["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreateRole", "iam:DeleteRole"];
    const others = [
      "warmwatch_prod_deploy",
      "warmwatch_prod_plan",
      "warmwatch/staging/staging.api",
      "admin",
      "prod-api",
    ];
    for (const role of others)
      for (const action of writes)
        expect([role, action, allows(deploy, action, `arn:aws:iam::${ACCOUNT}:role/${role}`)]).toEqual([
          role,
          action,
          false,
        ]);
  });

  test("makes and changes roles only within the boundary, which its own functions fit into", async () => {
    const [prod] = await load({ prod: tfvars(PROD_STATE) });
    if (!prod) throw new Error("no environment");
    const { deploy } = await policiesOf(PROD_STATE);
    const arn = `arn:aws:iam::${ACCOUNT}:policy/warmwatch_prod_boundary`;
    for (const action of [
      "iam:CreateRole",
      "iam:PutRolePolicy",
      "iam:PutRolePermissionsBoundary",
      "iam:UpdateAssumeRolePolicy",
    ]) {
      const conditions = deploy.filter(({ Action }) => Action.includes(action)).map(({ Condition }) => Condition);
      expect([action, conditions]).toEqual([action, [{ StringEquals: { "iam:PermissionsBoundary": arn } }]]);
    }
    expect(JSON.stringify(deploy)).not.toMatch(/DeleteRolePermissionsBoundary|iam:\w*PolicyVersion/);

    const project = makeProjectWithEnvironments();
    const { stacks } = await synthesizeProject(project);
    const needed = Object.values(stacks)
      .flatMap(({ resource }) => Object.values(resource["aws_iam_role_policy"] ?? {}))
      .flatMap(({ policy }) => (JSON.parse(String(policy)) as { Statement: RoleStatement[] }).Statement)
      .filter(({ Effect }) => Effect === "Allow")
      .flatMap(({ Action }) => Action);
    const within = (await loadEnvironments(project))
      .flatMap((environment) => buildBoundaryPolicy(environment, placeOf(prod)))
      .flatMap(({ Action }) => Action);
    expect(needed.filter((action) => !within.includes(action))).toEqual([]);
  });

  test("makes functions' roles with the boundary that the environment's file names", async () => {
    const arn = `arn:aws:iam::${ACCOUNT}:policy/warmwatch_prod_boundary`;
    const more = `permissions_boundary = "${arn}"`;
    const { stacks } = await synthesizeProject(
      makeProject({ "environments/prod.tfvars": tfvars(PROD_STATE, { more }) }),
    );
    const roles = Object.values(stacks["prod"]?.resource["aws_iam_role"] ?? {});
    expect(roles.map(({ permissions_boundary: boundary }) => boundary)).toEqual([arn, arn, arn]);
  });

  test("hands roles of its environment to Lambda and schedules only, and attaches no policy of AWS or the account", async () => {
    const { deploy } = await policiesOf(PROD_STATE);
    expect(deploy.filter(({ Action }) => Action.includes("iam:PassRole"))).toEqual([
      {
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: [`arn:aws:iam::${ACCOUNT}:role/warmwatch/prod/*`],
        Condition: { StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"] } },
      },
    ]);
    const actions = deploy.flatMap(({ Action }) => Action);
    expect(
      actions.filter((action) => /^iam:(Attach|CreatePolicy|DeleteRoleP\w+Boundary)|sts:|\*/.test(action)),
    ).toEqual([]);
  });

  test("what knows no resources is limited to the environment's region", async () => {
    const { plan, deploy } = await policiesOf(PROD_STATE, { functions: 'api = { endpoint = "public" }' });
    const everywhere = [...plan, ...deploy].filter(({ Resource }) => Resource.includes("*"));
    expect(everywhere.length).toBeGreaterThan(2);
    for (const { Condition } of everywhere)
      expect(Condition).toMatchObject({ StringEquals: { "aws:RequestedRegion": "eu-west-1" } });
  });

  test("touches keys by their tag, and never replaces another environment's", async () => {
    const { deploy } = await policiesOf(PROD_STATE);
    const onKeys = deploy.filter(({ Action }) => Action.some((action) => action.startsWith("kms:")));
    expect(onKeys).toHaveLength(3);
    for (const { Condition } of onKeys) expect(JSON.stringify(Condition)).toMatch(/Tag\/Environment":"prod"/);
  });

  test.each([
    ["API Gateway's", "apigateway:POST", 'endpoint = "public"', 'endpoint = "iam"'],
    ["metric filters of any log group's", "logs:PutMetricFilter", "existing = true", "existing = false"],
  ])("has %s actions where a function needs them only", async (_, action, needing, not) => {
    const arns = { "apigateway:POST": "arn:aws:apigateway:eu-west-1::/apis" } as Record<string, string>;
    const arn = arns[action] ?? `arn:aws:logs:eu-west-1:${ACCOUNT}:log-group:/custom/old`;
    const [needed, other] = await Promise.all(
      [needing, not].map((settings) => policiesOf(PROD_STATE, { functions: `api = { ${settings} }` })),
    );
    expect(needed && allows(needed.deploy, action, arn)).toBe(true);
    expect(other && allows(other.deploy, action, arn)).toBe(false);
  });

  test("fits into a role, also with the longest names and every kind of function", async () => {
    const name = "e".repeat(32);
    const state = `backend = "s3", bucket = "${"b".repeat(63)}", key = "${"k".repeat(250)}", region = "ap-southeast-2"`;
    const functions = `api = { endpoint = "public", files = ["*.txt"], events = {
      queue = { sqs = { create = true } }, stream = { kinesis = { stream_arn = "arn:aws:kinesis:ap-southeast-2:${ACCOUNT}:stream/clicks" } },
      night = { schedule = { schedule_expression = "rate(1 day)" } }, rule = { event_pattern = { pattern = { source = ["a"] } } },
      topic = { sns = { create = true } }, bucket = { s3 = { bucket = "uploads" } }, logs = { log_filter = { log_group = "/app" } } } }
      old = { existing = true }`;
    const stack = await stackOf({ [name]: tfvars(state, { functions }).replace("eu-west-1", "ap-southeast-2") });
    const [inline, managed] = ["aws_iam_role_policy", "aws_iam_policy"].map((type) =>
      Object.entries(stack.resource[type] ?? {})
        .filter(([key]) => key.includes("_deploy_"))
        .map(([, { policy }]) => String(policy).replaceAll(/\$\{[^}]+\}/g, "aws-us-gov-12")),
    );

    expect(inline?.map(({ length }) => length <= POLICY_CHARACTERS.inline)).toEqual([true]);
    expect(managed?.map(({ length }) => length <= POLICY_CHARACTERS.managed)).toEqual([true]);
    expect(findResource(stack, "aws_iam_role_policy_attachment")).toMatchObject({
      role: `\${aws_iam_role.${name}_deploy.name}`,
      policy_arn: `\${aws_iam_policy.${name}_deploy_2.arn}`,
    });
  });
});

describe("roles of an environment whose functions need much", () => {
  const listFunctions = (count: number, write: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => `f${index} = { ${write(index)} }`).join("\n");
  const codeOf = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`functions/f${index}/handler.ts`, HANDLER_SOURCE] as const),
    );
  async function synthesizeOf(functions: string, code: Readonly<Record<string, string>>) {
    const file = tfvars(PROD_STATE, { functions });
    const accounts = groupByAccount(await loadEnvironments(makeProject({ ...code, "environments/prod.tfvars": file })));
    const folder = makeTemporaryFolder();
    const notes = synthesizeBootstrap(accounts, {
      repository: "acme/shop",
      stateInBucket: false,
      folder,
      outdir: "out",
    });
    const text = readFileSync(join(folder, "stacks/bootstrap_account/cdk.tf.json"), "utf8");
    return { notes, resource: (JSON.parse(text) as StackUnderTest).resource };
  }

  const topicOf = (index: number) => `arn:aws:sns:eu-west-1:${ACCOUNT}:${"t".repeat(200)}-${index}`;

  test("are made of policies that AWS accepts, which together allow everything", async () => {
    const functions = listFunctions(40, (index) => `events = { work = { sns = { topic_arn = "${topicOf(index)}" } } }`);
    const { resource } = await synthesizeOf(functions, codeOf(40));
    const policies = Object.entries(resource["aws_iam_policy"] ?? {})
      .filter(([key]) => key.startsWith("prod_deploy"))
      .map(([, { policy }]) => String(policy));
    for (const policy of policies) {
      expect(policy.replaceAll(/\$\{[^}]+\}/g, "1".repeat(12)).length).toBeLessThanOrEqual(POLICY_CHARACTERS.managed);
    }
    const statements = policies.flatMap((policy) => (JSON.parse(policy) as { Statement: PolicyStatement[] }).Statement);
    for (let index = 0; index < 40; index++) expect(allows(statements, "sns:Subscribe", topicOf(index))).toBe(true);
  });

  test("are written with a note where AWS attaches so many policies on request only", async () => {
    const functions = listFunctions(
      110,
      (index) => `events = { work = { sns = { topic_arn = "${topicOf(index)}" } } }`,
    );
    const { notes } = await synthesizeOf(functions, codeOf(110));
    expect(notes).toContainEqual(
      expect.stringMatching(
        /^bootstrap_account: expected at most 10 policies attached to role warmwatch_prod_deploy unless AWS has raised it, got 1\d: /,
      ),
    );
  });

  test("are refused where one policy would be larger than AWS accepts", async () => {
    const actions = (index: number) => `"s3:${"Get".repeat(20)}${index}"`;
    const functions = listFunctions(
      100,
      (index) => `policy_statements = { a = { actions = [${actions(index)}], resources = ["arn:aws:s3:::orders/x"] } }`,
    );
    await expect(synthesizeOf(functions, codeOf(100))).rejects.toThrow(
      /^bootstrap: expected at most 6144 characters of policy of aws_iam_policy\.prod_boundary, got \d+: https:/,
    );
  });
});

describe("who may take the roles", () => {
  const trustOf = (stack: StackUnderTest, name: string) => {
    const { Statement } = JSON.parse(String(findResource(stack, "aws_iam_role", name)["assume_role_policy"])) as {
      Statement: { Action: string; Condition: unknown }[];
    };
    return Statement.map(({ Action, Condition }) => ({ Action, Condition }));
  };
  const action = "sts:AssumeRoleWithWebIdentity";
  const github = (...subjects: string[]) => ({
    Action: action,
    Condition: {
      StringEquals: {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": subjects,
      },
    },
  });

  test("pull requests and main may plan, the environment on GitHub may deploy, main may check", async () => {
    const stack = await stackOf({ prod: tfvars(PROD_STATE) });
    expect(trustOf(stack, "prod_plan")).toEqual([
      github("repo:acme/shop:pull_request", "repo:acme/shop:ref:refs/heads/main"),
    ]);
    expect(trustOf(stack, "prod_deploy")).toEqual([github("repo:acme/shop:environment:prod")]);
    expect(trustOf(stack, "prod_smoke")).toEqual([github("repo:acme/shop:ref:refs/heads/main")]);
    expect(Object.keys(stack.resource["aws_iam_openid_connect_provider"] ?? {})).toEqual(["github"]);
  });

  test.each([
    ["", "Default Project"],
    [', project = "Web shop"', "Web shop"],
  ])("so may a workspace in HCP Terraform, each in its phase of a run%s", async (given, project) => {
    const state = `backend = "cloud", organization = "acme", workspace = "shop-prod"${given}`;
    const stack = await stackOf({ prod: tfvars(state) });
    const hcp = (phase: string) => ({
      Action: action,
      Condition: {
        StringEquals: {
          "app.terraform.io:aud": "aws.workload.identity",
          "app.terraform.io:sub": [`organization:acme:project:${project}:workspace:shop-prod:run_phase:${phase}`],
        },
      },
    });
    expect(trustOf(stack, "prod_plan")[1]).toEqual(hcp("plan"));
    expect(trustOf(stack, "prod_deploy")[1]).toEqual(hcp("apply"));
    expect(trustOf(stack, "prod_smoke")).toHaveLength(1);
  });
});

describe("functions' roles", () => {
  test("are below a path of their environment's, called as nothing else, and replaced without a gap", async () => {
    const { stacks } = await synthesizeProject(makeProjectWithEnvironments());
    for (const [environment, { resource }] of Object.entries(stacks)) {
      const functions = Object.values(resource["aws_lambda_function"] ?? {}).map(({ function_name: name }) =>
        String(name),
      );
      const roles = Object.values(resource["aws_iam_role"] ?? {}).filter(
        ({ name }) => !String(name).endsWith(".schedules"),
      );
      expect(roles.map(({ path, name }) => `${String(path)}${String(name)}`).sort()).toEqual(
        functions
          .map((name) => `/warmwatch/${environment}/${environment}.${name.slice(environment.length + 1)}`)
          .sort(),
      );
      for (const replaced of [...roles, ...Object.values(resource["aws_iam_role_policy"] ?? {})])
        expect(replaced).toMatchObject({ lifecycle: { create_before_destroy: true } });
    }
  });
});

describe("the stacks", () => {
  test("there is one per account, with each bucket once and the roles of its environments", async () => {
    const stacks = await stacksOf({
      prod: tfvars(PROD_STATE, { more: 'account_id = "111111111111"' }),
      staging: tfvars(PROD_STATE.replace("acme-states", "acme-states-2").replace("prod", "staging"), {
        more: 'account_id = "222222222222"',
      }),
      qa: tfvars(PROD_STATE.replace("acme-states", "acme-states-2").replace("prod", "qa"), {
        more: 'account_id = "222222222222"',
      }),
      dev: tfvars('backend = "local"'),
    });
    const shown = Object.entries(stacks).map(([name, { resource, provider }]) => [
      name,
      provider.aws.map(({ allowed_account_ids: ids }) => ids),
      Object.values(resource["aws_s3_bucket"] ?? {}).map(({ bucket }) => bucket),
      Object.values(resource["aws_iam_role"] ?? {})
        .map(({ name }) => name)
        .sort(),
    ]);
    expect(shown).toEqual([
      [
        "bootstrap_111111111111",
        [["111111111111"]],
        ["acme-states"],
        ["warmwatch_prod_deploy", "warmwatch_prod_plan", "warmwatch_prod_smoke"],
      ],
      [
        "bootstrap_222222222222",
        [["222222222222"]],
        ["acme-states-2"],
        ["qa", "staging"].flatMap((name) =>
          ["deploy", "plan", "smoke"].map((purpose) => `warmwatch_${name}_${purpose}`),
        ),
      ],
    ]);
  });

  test("they work with the AWS providers that the environments' stacks work with", async () => {
    const files = { prod: tfvars(PROD_STATE) };
    const { stacks } = await synthesizeProject(makeProject({ "environments/prod.tfvars": files.prod }));
    const { terraform } = await stackOf(files);
    expect(terraform["required_providers"]).toEqual(stacks["prod"]?.terraform["required_providers"]);
  });

  test("a bucket is made in its own region", async () => {
    const stack = await stackOf({
      prod: tfvars(PROD_STATE),
      usa: tfvars('backend = "s3", bucket = "acme-usa", key = "usa.tfstate", region = "us-east-1"'),
    });
    expect(stack.provider.aws.map(({ region, alias }) => [region, alias])).toEqual([
      ["eu-west-1", undefined],
      ["us-east-1", "us-east-1"],
    ]);
    expect(findResource(stack, "aws_s3_bucket", "bucket_acme-usa")["provider"]).toBe("aws.us-east-1");
    expect(findResource(stack, "aws_s3_bucket_policy", "bucket_acme-usa_tls")["provider"]).toBe("aws.us-east-1");
  });

  test("their state is in a file at first, and on demand in the bucket, where no other role reaches it", async () => {
    const files = { prod: tfvars(PROD_STATE) };
    const [before, after] = [await stackOf(files), await stackOf(files, true)];
    expect(before.terraform["backend"]).toEqual({
      local: { path: "../../../../terraform.bootstrap_account.tfstate" },
    });
    expect(after.terraform["backend"]).toEqual({
      s3: {
        bucket: "acme-states",
        key: "bootstrap_account.tfstate",
        region: "eu-west-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });

  test("buckets and identity providers, which others may rely on, are never destroyed by mistake", async () => {
    const stack = await stackOf({ prod: tfvars(PROD_STATE) });
    const kept = ["aws_s3_bucket", "aws_s3_bucket_versioning", "aws_iam_openid_connect_provider"];
    for (const type of kept) expect(findResource(stack, type)).toMatchObject({ lifecycle: { prevent_destroy: true } });
    // Also when no file names the bucket anymore.
    expect(findResource(stack, "terraform_data", "protected")).toMatchObject({
      for_each: '${toset(["bucket acme-states"])}',
      lifecycle: { prevent_destroy: true },
    });
  });
});

describe("mistakes", () => {
  test("no environment that can be delivered", async () => {
    expect(await mistakes({ dev: tfvars('backend = "local"') })).toEqual([
      'environments: expected an environment whose state.backend is "s3" or "cloud", found none',
    ]);
  });

  test("an account in some files only", async () => {
    const files = {
      prod: tfvars(PROD_STATE, { more: `account_id = "${ACCOUNT}"` }),
      qa: tfvars(PROD_STATE.replace("prod", "qa")),
    };
    expect(await mistakes(files)).toEqual([
      "environments/qa.tfvars: account_id: expected 12 digits in quotes, as in the other environments, got nothing",
    ]);
  });

  test("one bucket in two accounts, or in two regions", async () => {
    const files = (more: string, region: string) => ({
      prod: tfvars(PROD_STATE, { more: `account_id = "${ACCOUNT}"` }),
      qa: tfvars(PROD_STATE.replace("prod", "qa").replace("eu-west-1", region), { more }),
    });
    expect(await mistakes(files('account_id = "210987654321"', "eu-west-1"))).toEqual([
      "environments/qa.tfvars: state.bucket: expected a bucket in its own account, got acme-states, as in environments/prod.tfvars",
    ]);
    expect(await mistakes(files(`account_id = "${ACCOUNT}"`, "us-east-1"))).toEqual([
      "environments/qa.tfvars: state.region: expected eu-west-1, as in environments/prod.tfvars for the same bucket, got us-east-1",
    ]);
  });

  const inBucket = (name: string, region = "eu-west-1") =>
    tfvars(PROD_STATE.replace("shop/prod", name)).replace("eu-west-1", region);

  test.each(["zip", "zip-eu", "packaged", "existing"])(
    "an environment whose bucket or dashboard another's deploy role reaches from any region: prod-%s",
    async (end) => {
      const name = `prod-${end}`;
      const files = { prod: inBucket("prod"), [name]: inBucket(name, "us-east-1") };
      expect(await mistakes(files)).toEqual([
        `environments/${name}.tfvars: expected a file name that does not begin with prod-, or another account: ` +
          `who may deploy prod could change everything in ${name}`,
      ]);
    },
  );

  test("an environment within the reach of another's deploy role, whoever deploys it", async () => {
    const told =
      "environments/prod-eu.tfvars: expected a file name that does not begin with prod-, or another region or account: " +
      "who may deploy prod could change everything in prod-eu";
    const prod = inBucket("prod");
    expect(await mistakes({ prod, "prod-eu": inBucket("eu") })).toEqual([told]);
    expect(await mistakes({ prod, "prod-eu": tfvars('backend = "local"') })).toEqual([told]);
    expect(await mistakes({ prod, "prod-eu": inBucket("eu", "eu-central-1") })).toEqual([]);
    expect(await mistakes({ prod, production: inBucket("production") })).toEqual([]);
  });

  test("a state where the bootstrap stack's own is", async () => {
    expect(await mistakes({ prod: tfvars(PROD_STATE.replace("shop/prod", "bootstrap_account")) })).toEqual([
      "environments/prod.tfvars: state.key: expected another path than the bootstrap stack's own, got bootstrap_account.tfstate",
    ]);
  });
});
