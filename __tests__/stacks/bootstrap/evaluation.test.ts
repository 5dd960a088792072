import { describe, expect, test } from "@jest/globals";
import { runSimulation, type Simulation } from "@cloud-copilot/iam-simulate";
import { loadEnvironments } from "../../../environments/load";
import {
  buildBoundaryPolicy,
  buildDeployPolicy,
  buildPlanPolicy,
  buildSmokePolicy,
  type PolicyStatement,
} from "../../../stacks/bootstrap/policies";
import { makeProject } from "../../support/project";

/**
 * What the roles may do, by somebody else's evaluation of policies, which also knows which resources and condition keys
 * each action has.
 */

const ACCOUNT = "123456789012";
const REGION = "eu-west-1";
const BOUNDARY = `arn:aws:iam::${ACCOUNT}:policy/warmwatch_prod_boundary`;

type Context = Readonly<Record<string, string | string[]>>;
type Call = readonly [action: string, resource: string, context?: Context];

const arn = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const role = (pathAndName: string) => `arn:aws:iam::${ACCOUNT}:role/${pathAndName}`;
const lambda = (name: string) => arn("lambda", `function:${name}`);
const KEY = arn("kms", "key/1234abcd-12ab-34cd-56ef-1234567890ab");
const ZONE = "arn:aws:route53:::hostedzone/Z123";
const apis = (path: string) => `arn:aws:apigateway:${REGION}::${path}`;
const record = (name: string) => ({ "route53:ChangeResourceRecordSetsNormalizedRecordNames": [name] });
const STATES = "arn:aws:s3:::acme-states";
const CODE = "arn:aws:s3:::prod-zip-20261129000000000000000001";

const OWN_ROLE = role("warmwatch/prod/prod.api");
const bounded = { "iam:PermissionsBoundary": BOUNDARY };
const toLambda = { "iam:PassedToService": "lambda.amazonaws.com" };
const inRegion = { "aws:RequestedRegion": REGION };
const tag = (environment: string) => ({ "aws:ResourceTag/Environment": environment });
const newTag = (environment: string) => ({ "aws:RequestTag/Environment": environment });

async function policiesOfProd() {
  const [prod] = await loadEnvironments(
    makeProject({
      "environments/prod.tfvars": `region = "${REGION}"
state = { backend = "s3", bucket = "acme-states", key = "shop/prod.tfstate", region = "${REGION}" }
notify = { teams_variable = "teams" }
rollout = { strategy = "canary" }
functions = {
  api = {
    endpoint = "public"
    http = {
      domain = {
        name            = "api.example.com"
        certificate_arn = "arn:aws:acm:${REGION}:${ACCOUNT}:certificate/1234abcd"
        hosted_zone_id  = "Z123"
      }
    }
  }
  web = { endpoint = "iam", files = ["fonts/*"], allowed_triggers = { partner = { principal = "333333333333" } } }
}`,
      "functions/web/handler.ts": "export const handler = () => undefined;",
    }),
  );
  if (!prod) throw new Error("no environment");
  const place = { partition: "aws", account: ACCOUNT, region: REGION, name: "prod" };
  return {
    deploy: buildDeployPolicy(prod, place),
    plan: buildPlanPolicy(prod, place),
    smoke: buildSmokePolicy(place),
    boundary: buildBoundaryPolicy(prod, place),
  };
}

/**
 * A key's policy leaves it to IAM, as the one that AWS gives every key:
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
const KEY_POLICY = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" }],
};

async function evaluate(
  statements: readonly PolicyStatement[],
  [action, resource, context = {}]: Call,
  boundary?: readonly PolicyStatement[],
): Promise<string> {
  const document = (some: readonly PolicyStatement[]) => ({ Version: "2012-10-17", Statement: some });
  const simulation: Simulation = {
    request: {
      principal: role("warmwatch_prod_deploy"),
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: { ...context },
    },
    identityPolicies: [{ name: "policy", policy: document(statements) }],
    ...(boundary && { permissionBoundaryPolicies: [{ name: "boundary", policy: document(boundary) }] }),
    ...(resource.includes(":kms:") && { resourcePolicy: KEY_POLICY }),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  const result = await runSimulation(simulation, {});
  if (result.resultType === "error") throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  return result.overallResult;
}

const nameOf = ([action, resource, context]: Call) => `${action} ${resource} ${JSON.stringify(context ?? {})}`;
const named = (calls: readonly Call[]) => calls.map((call) => [nameOf(call), call] as const);

const onRole = (action: string, resource: string, context?: Context): Call => [`iam:${action}`, resource, context];

describe("the deploy role may", () => {
  const CALLS: readonly Call[] = [
    onRole("CreateRole", OWN_ROLE, bounded),
    onRole("PutRolePolicy", OWN_ROLE, bounded),
    onRole("PutRolePermissionsBoundary", OWN_ROLE, bounded),
    onRole("UpdateAssumeRolePolicy", OWN_ROLE, bounded),
    onRole("GetRole", OWN_ROLE),
    onRole("TagRole", OWN_ROLE),
    onRole("DeleteRolePolicy", OWN_ROLE),
    onRole("DeleteRole", OWN_ROLE),
    onRole("PassRole", OWN_ROLE, toLambda),
    onRole("PassRole", OWN_ROLE, { "iam:PassedToService": "scheduler.amazonaws.com" }),
    ["scheduler:CreateScheduleGroup", arn("scheduler", "schedule-group/prod-warmer")],
    ["scheduler:CreateSchedule", arn("scheduler", "schedule/prod-warmer/peak-816ea4")],
    ["lambda:CreateFunction", lambda("prod-api")],
    ["lambda:UpdateFunctionConfiguration", lambda("prod-api")],
    ["lambda:UpdateAlias", lambda("prod-api")],
    ["lambda:InvokeFunction", lambda("prod-warmer")],
    ["lambda:InvokeFunction", lambda("prod-rollout-controller")],
    ["scheduler:CreateSchedule", arn("scheduler", "schedule/prod-rollout-controller/tick")],
    ["dynamodb:CreateTable", arn("dynamodb", "table/prod-rollout-controller-rollouts")],
    ["lambda:AddPermission", lambda("prod-api"), { "lambda:Principal": "apigateway.amazonaws.com" }],
    ["lambda:AddPermission", lambda("prod-warmer"), { "lambda:Principal": "events.amazonaws.com" }],
    ["lambda:AddPermission", lambda("prod-web"), { "lambda:Principal": "333333333333" }],
    ["lambda:CreateFunctionUrlConfig", lambda("prod-web"), { "lambda:FunctionUrlAuthType": "AWS_IAM" }],
    ["apigateway:POST", apis("/domainnames")],
    ["apigateway:PATCH", apis("/domainnames/api.example.com")],
    ["apigateway:PATCH", apis("/domainnames/api.example.com/apimappings/abc123")],
    ["route53:ChangeResourceRecordSets", ZONE, record("api.example.com")],
    ["route53:GetChange", "arn:aws:route53:::change/C123"],
    ["logs:CreateLogGroup", arn("logs", "log-group:/aws/lambda/prod-api")],
    ["logs:PutMetricFilter", arn("logs", "log-group:/aws/lambda/prod-api")],
    ["cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:prod-api-errors")],
    ["cloudwatch:PutDashboard", `arn:aws:cloudwatch::${ACCOUNT}:dashboard/prod`],
    ["cloudwatch:PutDashboard", `arn:aws:cloudwatch::${ACCOUNT}:dashboard/prod-existing`],
    ["events:PutTargets", arn("events", "rule/prod-scheduled")],
    ["sns:CreateTopic", arn("sns", "prod-alarms-urgent")],
    ["sqs:CreateQueue", arn("sqs", "prod-undelivered")],
    ["dynamodb:CreateTable", arn("dynamodb", "table/prod-alarm-notifier-incidents")],
    ["ssm:PutParameter", arn("ssm", "parameter/warmwatch/prod/notify/teams")],
    ["ssm:GetParameter", arn("ssm", "parameter/warmwatch/prod/notify/teams")],
    ["lambda:AddPermission", lambda("prod-alarm-notifier"), { "lambda:Principal": "sns.amazonaws.com" }],
    ["kms:CreateKey", "*", { ...newTag("prod"), ...inRegion }],
    ["kms:TagResource", KEY, newTag("prod")],
    ["kms:PutKeyPolicy", KEY, tag("prod")],
    ["kms:ScheduleKeyDeletion", KEY, tag("prod")],
    ["s3:PutObject", `${STATES}/shop/prod.tfstate`],
    ["s3:DeleteObject", `${STATES}/shop/prod.tfstate.tflock`],
    ["s3:CreateBucket", CODE],
    ["s3:PutBucketPolicy", CODE],
    ["s3:TagResource", CODE],
    ["s3:DeleteBucket", CODE],
    ["s3:PutObject", `${CODE}/web/0123.zip`],
    ["s3:GetObject", `${CODE}/web/0123.zip`],
  ];

  test.each(named(CALLS))("%s", async (_, call) => {
    expect(await evaluate((await policiesOfProd()).deploy, call)).toBe("Allowed");
  });
});

describe("the deploy role may not", () => {
  const foreign = role("prod-admin");
  const CALLS: Readonly<Record<string, readonly Call[]>> = {
    "touch a role that is only called like its own": [
      onRole("UpdateAssumeRolePolicy", foreign),
      onRole("UpdateAssumeRolePolicy", foreign, bounded),
      onRole("PutRolePolicy", foreign, bounded),
      onRole("PutRolePermissionsBoundary", foreign, bounded),
      onRole("DeleteRole", foreign),
      onRole("PassRole", foreign, toLambda),
      onRole("PassRole", role("warmwatch/prod-eu/prod-eu.api"), toLambda),
      onRole("PassRole", role("warmwatch/staging/staging.api"), toLambda),
      onRole("UpdateAssumeRolePolicy", role("team/warmwatch/prod/admin"), bounded),
    ],
    "take a role out of its boundary": [
      onRole("CreateRole", OWN_ROLE),
      onRole("CreateRole", OWN_ROLE, { "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess" }),
      onRole("PutRolePolicy", OWN_ROLE),
      onRole("UpdateAssumeRolePolicy", OWN_ROLE),
      onRole("PutRolePermissionsBoundary", OWN_ROLE, {
        "iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
      onRole("DeleteRolePermissionsBoundary", OWN_ROLE, bounded),
      onRole("AttachRolePolicy", OWN_ROLE, {
        ...bounded,
        "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
    ],
    "change what limits it": [
      ["iam:CreatePolicyVersion", BOUNDARY],
      ["iam:SetDefaultPolicyVersion", BOUNDARY],
      ["iam:DeletePolicy", BOUNDARY],
      ...["warmwatch_prod_deploy", "warmwatch_prod_plan", "warmwatch_staging_deploy"].flatMap((name) => [
        onRole("PutRolePolicy", role(name), bounded),
        onRole("UpdateAssumeRolePolicy", role(name), bounded),
        onRole("DeleteRole", role(name)),
      ]),
      [
        "iam:UpdateOpenIDConnectProviderThumbprint",
        `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`,
      ],
    ],
    "take or hand on another role": [
      ["sts:AssumeRole", role("admin")],
      onRole("PassRole", OWN_ROLE, { "iam:PassedToService": "ec2.amazonaws.com" }),
      onRole("PassRole", OWN_ROLE),
    ],
    "open a function to everyone, or to another account": [
      ["lambda:AddPermission", lambda("prod-api"), { "lambda:Principal": "*" }],
      ["lambda:AddPermission", lambda("prod-api"), { "lambda:Principal": "210987654321" }],
      ["lambda:CreateFunctionUrlConfig", lambda("prod-web"), { "lambda:FunctionUrlAuthType": "NONE" }],
      ["lambda:UpdateFunctionUrlConfig", lambda("prod-web"), { "lambda:FunctionUrlAuthType": "NONE" }],
    ],
    "touch what belongs to others": [
      ["apigateway:DELETE", apis("/domainnames/www.example.com")],
      ["apigateway:PATCH", apis("/domainnames/api.example.com.evil.example/apimappings/abc123")],
      ["route53:ChangeResourceRecordSets", ZONE, record("www.example.com")],
      ["route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z456", record("api.example.com")],
      ["route53:DeleteHostedZone", ZONE],
      ["lambda:UpdateFunctionCode", lambda("staging-api")],
      ["lambda:UpdateFunctionCode", lambda("production-api")],
      ["lambda:InvokeFunction", lambda("staging-warmer")],
      ["lambda:InvokeFunction", lambda("prod-api")],
      ["lambda:InvokeFunction", lambda("prod-warmer-of-coffee")],
      ["logs:DeleteLogGroup", arn("logs", "log-group:/aws/lambda/staging-api")],
      ["cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:staging-api-errors")],
      ["cloudwatch:PutDashboard", `arn:aws:cloudwatch::${ACCOUNT}:dashboard/prod-eu`],
      ["kms:PutKeyPolicy", KEY, tag("staging")],
      ["kms:PutKeyPolicy", KEY],
      ["kms:ScheduleKeyDeletion", KEY],
      ["kms:TagResource", KEY, { ...tag("staging"), ...newTag("prod") }],
      ["kms:TagResource", KEY, { ...newTag("prod"), "kms:ResourceAliases": ["alias/shop-database"] }],
      ["kms:Decrypt", KEY, tag("prod")],
      ["secretsmanager:GetSecretValue", arn("secretsmanager", "secret:prod/token-AbCdEf")],
      ["ssm:GetParameter", arn("ssm", "parameter/shop/prod/token")],
      ["ssm:GetParameter", arn("ssm", "parameter/warmwatch/prod-eu/notify/teams")],
      ["lambda:InvokeFunction", lambda("prod-web:live")],
    ],
    "touch another state, or the bucket": [
      ["s3:GetObject", `${STATES}/shop/staging.tfstate`],
      ["s3:PutObject", `${STATES}/shop/prod.tfstate.old`],
      ["s3:PutObject", `${STATES}/bootstrap_account.tfstate`],
      ["s3:DeleteObject", `${STATES}/shop/prod.tfstate`],
      ["s3:DeleteObjectVersion", `${STATES}/shop/prod.tfstate`],
      ["s3:PutBucketPolicy", STATES],
      ["s3:PutBucketVersioning", STATES],
      ["s3:PutObject", CODE.replace("prod", "staging") + "/web/0123.zip"],
    ],
  };

  describe.each(Object.entries(CALLS))("%s", (_, calls) => {
    test.each(named(calls))("%s", async (_name, call) => {
      expect(await evaluate((await policiesOfProd()).deploy, call)).toBe("ImplicitlyDenied");
    });
  });
});

describe("the plan role", () => {
  test.each(
    named([
      onRole("GetRole", OWN_ROLE),
      ["lambda:GetFunction", lambda("prod-api")],
      ["s3:GetObject", `${STATES}/shop/prod.tfstate`],
      ["s3:GetBucketPolicy", CODE],
      ["s3:GetObject", `${CODE}/web/0123.zip`],
    ]),
  )("may %s", async (_, call) => {
    expect(await evaluate((await policiesOfProd()).plan, call)).toBe("Allowed");
  });

  test.each(
    named([
      onRole("CreateRole", OWN_ROLE, bounded),
      onRole("PassRole", OWN_ROLE, toLambda),
      ["lambda:UpdateFunctionCode", lambda("prod-api")],
      ["lambda:InvokeFunction", lambda("prod-warmer")],
      ["s3:PutObject", `${STATES}/shop/prod.tfstate`],
      ["s3:PutObject", `${STATES}/shop/prod.tfstate.tflock`],
      ["s3:GetObject", `${STATES}/shop/staging.tfstate`],
      ["s3:PutObject", `${CODE}/web/0123.zip`],
    ]),
  )("may not %s", async (_, call) => {
    expect(await evaluate((await policiesOfProd()).plan, call)).toBe("ImplicitlyDenied");
  });
});

describe("the role of the smoke check", () => {
  test.each(
    named([
      ["lambda:InvokeFunction", lambda("prod-web:live")],
      ["lambda:InvokeFunctionUrl", lambda("prod-web:live")],
      ["cloudwatch:GetMetricData", "*", inRegion],
      ["cloudwatch:DescribeAlarms", "*", inRegion],
    ]),
  )("may %s", async (_, call) => {
    expect(await evaluate((await policiesOfProd()).smoke, call)).toBe("Allowed");
  });

  test.each(
    named([
      ["lambda:InvokeFunction", lambda("prod-warmer")],
      ["lambda:InvokeFunction", lambda("staging-web:live")],
      ["lambda:UpdateFunctionCode", lambda("prod-api")],
      ["s3:GetObject", `${STATES}/shop/prod.tfstate`],
      onRole("PassRole", OWN_ROLE, toLambda),
    ]),
  )("may not %s", async (_, call) => {
    expect(await evaluate((await policiesOfProd()).smoke, call)).toBe("ImplicitlyDenied");
  });
});

describe("a function's role, whatever it is given, ", () => {
  const EVERYTHING: PolicyStatement[] = [{ Effect: "Allow", Action: ["*"], Resource: ["*"] }];

  test.each(
    named([
      ["logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/prod-api:log-stream:one")],
      ["lambda:InvokeFunction", lambda("prod-web")],
      ["lambda:UpdateAlias", lambda("prod-web")],
      ["dynamodb:Scan", arn("dynamodb", "table/prod-rollout-controller-rollouts")],
      ["logs:StartQuery", arn("logs", "log-group:/aws/lambda/prod-web:*")],
      ["lambda:GetFunctionConfiguration", lambda("prod-web:warm")],
    ]),
  )("may %s", async (_, call) => {
    expect(await evaluate(EVERYTHING, call, (await policiesOfProd()).boundary)).toBe("Allowed");
  });

  test.each(
    named([
      onRole("CreateRole", OWN_ROLE, bounded),
      onRole("PutRolePolicy", OWN_ROLE, bounded),
      ["sts:AssumeRole", role("admin")],
      ["s3:GetObject", `${STATES}/shop/prod.tfstate`],
      ["lambda:UpdateFunctionCode", lambda("prod-api")],
      ["logs:PutLogEvents", arn("logs", "log-group:/aws/lambda/staging-api:log-stream:one")],
    ]),
  )("may not %s", async (_, call) => {
    expect(await evaluate(EVERYTHING, call, (await policiesOfProd()).boundary)).toBe("ImplicitlyDenied");
  });
});
