import { beforeAll, describe, expect, test } from "@jest/globals";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadEnvironments } from "../../environments/load";
import { groupByAccount } from "../../stacks/bootstrap/accounts";
import { GRANTS } from "../../stacks/bootstrap/grants";
import { buildDeployPolicy, buildPlanPolicy } from "../../stacks/bootstrap/policies";
import { synthesizeBootstrap } from "../../stacks/bootstrap/synthesize";
import {
  HANDLER_SOURCE,
  makeProject,
  synthesizeProject,
  type StackUnderTest,
  makeTemporaryFolder,
} from "../support/project";
import { skip, TerraformFolder, isTerraformUsable, WITHOUT_TLS } from "../support/terraform";
import { POLICY_CHARACTERS } from "../../stacks/quotas";

const TESTED = "the bootstrap stack, and that its roles allow what Terraform does";
/** Ends what never ends: no step may depend on how busy the computer is. */
const LIMIT_MS = 900_000;
const ACCOUNT = "123456789012";

const usable = process.env["AWS_ENDPOINT_URL"]
  ? isTerraformUsable(TESTED)
  : skip(TESTED, "AWS_ENDPOINT_URL names no AWS emulator");

beforeAll(() => {
  // Nothing but an emulator can be meant by these; the S3 backend takes them from here, too.
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "made-up", AWS_SECRET_ACCESS_KEY: "made-up" });
});

const LOCAL = { terraform: { backend: { local: {} } } };

(usable ? describe : describe.skip)("the bootstrap stack on an AWS emulator", () => {
  const lifecycle = { prevent_destroy: false };
  const UNPROTECTED = {
    resource: {
      aws_s3_bucket: { "bucket_bootstrap-states": { lifecycle, force_destroy: true } },
      aws_s3_bucket_versioning: { "bucket_bootstrap-states_versions": { lifecycle } },
      aws_iam_openid_connect_provider: { github: { lifecycle }, hcp: { lifecycle } },
      terraform_data: { protected: { lifecycle } },
    },
  };
  /** The emulator is spoken to without TLS, which the bucket's own policy refuses. */
  const STATES_WITHOUT_TLS = {
    resource: { aws_s3_bucket_policy: { "bucket_bootstrap-states_tls": { policy: policyFor("s3:ListBucket") } } },
  };
  /** A lock that is given back leaves a mark in the bucket, which the emulator cannot delete. */
  const WITHOUT_LOCK = "-lock=false";
  let stack: TerraformFolder;

  /** The stack's folder as it is synthesized with its state in a file, or in the bucket. */
  const synthesized = async (stateInBucket: boolean) => {
    const state = (backend: string) => `region = "eu-west-1"\nstate = { ${backend} }\nfunctions = { api = {} }\n`;
    const root = makeProject({
      "environments/prod.tfvars": state(
        'backend = "s3", bucket = "bootstrap-states", key = "prod.tfstate", region = "eu-west-1"',
      ),
      "environments/qa.tfvars": state('backend = "cloud", organization = "acme", workspace = "qa"'),
    });
    const accounts = groupByAccount(await loadEnvironments(root));
    const folder = makeTemporaryFolder();
    synthesizeBootstrap(accounts, { repository: "acme/shop", stateInBucket, folder, outdir: "cdktf.out/bootstrap" });
    return join(folder, "stacks", "bootstrap_account");
  };
  const expectNoChanges = (...options: string[]) => {
    expect(stack.run(["plan", "-detailed-exitcode", "-input=false", ...options], [0, 2]).output).toContain(
      "No changes.",
    );
  };

  beforeAll(async () => {
    stack = new TerraformFolder(await synthesized(false));
    stack.override(LOCAL);
    stack.run(["init", "-input=false"]);
  }, LIMIT_MS);

  test(
    "is valid, applies with policies that a role can hold, and then has nothing left to change",
    () => {
      stack.run(["validate"]);
      stack.run(["apply", "-auto-approve", "-input=false"]);

      const { values } = JSON.parse(stack.run(["show", "-json"]).output) as {
        values: { root_module: { resources: { type: string; values: { policy: string } }[] } };
      };
      const policies = values.root_module.resources.filter(({ type }) => type === "aws_iam_role_policy");
      expect(policies).toHaveLength(6);
      for (const { values: one } of policies) {
        expect(one.policy).toContain(ACCOUNT);
        expect(one.policy.length).toBeLessThanOrEqual(POLICY_CHARACTERS.inline);
      }
      expect(JSON.parse(stack.run(["output", "-json", "roles"]).output)).toEqual({
        prod: rolesOf("prod"),
        qa: rolesOf("qa"),
      });
      expectNoChanges();
    },
    LIMIT_MS,
  );

  test(
    "moves its state into the bucket that it has made",
    async () => {
      stack.override({ ...LOCAL, ...STATES_WITHOUT_TLS });
      stack.run(["apply", "-auto-approve", "-input=false"]);
      cpSync(await synthesized(true), stack.folder, { recursive: true });
      stack.override(STATES_WITHOUT_TLS);
      stack.run(["init", "-migrate-state", "-force-copy", "-input=false", WITHOUT_LOCK]);
      rmSync(join(stack.folder, "terraform.tfstate"));
      expectNoChanges(WITHOUT_LOCK);
    },
    LIMIT_MS,
  );

  test(
    "is destroyed, after its protection has been lifted",
    () => {
      expect(stack.run(["destroy", "-auto-approve", WITHOUT_LOCK], [1]).output).toContain(
        "Instance cannot be destroyed",
      );
      stack.override({ ...LOCAL, resource: { ...STATES_WITHOUT_TLS.resource, ...UNPROTECTED.resource } });
      stack.run(["init", "-migrate-state", "-force-copy", "-input=false", WITHOUT_LOCK]);
      stack.run(["apply", "-auto-approve", "-input=false"]);
      stack.run(["destroy", "-auto-approve"]);
      expect(stack.run(["state", "list"]).output).toBe("");
    },
    LIMIT_MS,
  );
});

function policyFor(action: string): string {
  const principal = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
  const statement = {
    Effect: "Allow",
    Principal: principal,
    Action: action,
    Resource: "arn:aws:s3:::bootstrap-states",
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}

function rolesOf(environment: string) {
  const arn = (purpose: string) => `arn:aws:iam::${ACCOUNT}:role/warmwatch_${environment}_${purpose}`;
  const boundary = `arn:aws:iam::${ACCOUNT}:policy/warmwatch_${environment}_boundary`;
  return { plan: arn("plan"), deploy: arn("deploy"), smoke: arn("smoke"), boundary };
}

(usable ? describe : describe.skip)("what Terraform asks of AWS", () => {
  const ENVIRONMENT = "permitted";
  const TFVARS = `
region = "eu-west-1"
state  = { backend = "local" }
functions = {
  api = { endpoint = "public", reserved_concurrency = 5, files = ["handler.ts"] }
  web = {
    endpoint = "iam"
    asynchronous = true
    events = {
      orders  = { sqs = { create = true } }
      nightly = { schedule = { schedule_expression = "cron(0 3 * * ? *)" } }
      stopped = { event_pattern = { pattern = { source = ["aws.ec2"] } } }
      news    = { sns = { create = true } }
    }
    policy_statements = { mail = { actions = ["ses:SendEmail"], resources = ["*"], reason = "any sender" } }
    tags              = { CostCenter = "Web" }
  }
}
alarm_emails = ["team@example.com"]`;
  const INFRASTRUCTURE = `
import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
export default (scope, { deployed }) => {
  const table = new DynamodbTable(scope, "carts", { name: deployed.name + "-carts", billingMode: "PAY_PER_REQUEST", hashKey: "id", attribute: [{ name: "id", type: "S" }] });
  deployed.grant(["dynamodb:GetItem"], [table.arn]);
};`;
  /** https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html */
  const S3_ACTIONS = {
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
  };
  /** What other actions an operation of an API needs than the one of its name; none for what everybody may. */
  const RENAMED: Readonly<Record<string, string | undefined>> = {
    "lambda:Invoke": "lambda:InvokeFunction",
    ...S3_ACTIONS,
    "sts:GetCallerIdentity": undefined,
  };
  const SERVICES: Readonly<Record<string, string>> = {
    ApiGatewayV2: "apigateway",
    CloudWatch: "cloudwatch",
    DynamoDB: "dynamodb",
    "CloudWatch Logs": "logs",
    EventBridge: "events",
    IAM: "iam",
    KMS: "kms",
    Lambda: "lambda",
    S3: "s3",
    Scheduler: "scheduler",
    SNS: "sns",
    SQS: "sqs",
    STS: "sts",
  };
  const VERBS: Readonly<Record<string, string>> = { Create: "POST", Get: "GET", Update: "PATCH", Delete: "DELETE" };

  /** The IAM actions of every request that the provider has written into its log. */
  function actionsIn(log: string): string[] {
    const actions = new Set<string>();
    for (const line of log.split("\n")) {
      const [, quoted, bare] = /rpc\.service=(?:"([^"]+)"|(\S+))/.exec(line) ?? [];
      const [, operation] = /rpc\.method=(\w+)/.exec(line) ?? [];
      const named = quoted ?? bare;
      // A request's body may break its line; of each request there is one line that is whole.
      if (operation === undefined || named === undefined) continue;
      const service = SERVICES[named] ?? `unknown service ${named}`;
      // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-create-and-manage-api.html
      const verb = VERBS[/^[A-Z][a-z]+/.exec(operation)?.[0] ?? ""] ?? operation;
      const name = `${service}:${service === "apigateway" ? verb : operation}`;
      const action = name in RENAMED ? RENAMED[name] : name;
      if (action !== undefined) actions.add(action);
    }
    return [...actions].sort();
  }

  test(
    "is what the roles allow: planning reads, deploying makes, changes and destroys",
    async () => {
      const root = makeProject({
        [`environments/${ENVIRONMENT}.tfvars`]: TFVARS,
        "functions/web/handler.ts": HANDLER_SOURCE,
        "functions/web/infrastructure.ts": INFRASTRUCTURE,
      });
      const [environment] = await loadEnvironments(root);
      if (!environment) throw new Error("no environment");
      const { outdir, stacks } = await synthesizeProject(root, ["api"]);
      const types = Object.keys((stacks[ENVIRONMENT] as StackUnderTest).resource);
      expect(types).toEqual(expect.arrayContaining(["aws_dynamodb_table", "aws_lambda_event_source_mapping"]));
      expect(types.filter((type) => !(type in GRANTS))).toEqual([]);
      const stack = new TerraformFolder(join(outdir, "stacks", ENVIRONMENT));
      stack.override({ ...LOCAL, provider: { aws: { s3_use_path_style: true } }, resource: WITHOUT_TLS });
      stack.run(["init", "-input=false"]);
      const log = join(stack.folder, "provider.log");
      const asks = (...args: string[]) => {
        writeFileSync(log, "");
        Object.assign(process.env, { TF_LOG_PROVIDER: "debug", TF_LOG_PATH: log });
        stack.run([...args, "-input=false"]);
        return actionsIn(readFileSync(log, "utf8"));
      };

      const creating = asks("apply", "-auto-approve");
      const planning = asks("plan");
      writeFileSync(join(root, "functions/api/handler.ts"), HANDLER_SOURCE.replace("200", "201"));
      writeFileSync(
        join(root, `environments/${ENVIRONMENT}.tfvars`),
        TFVARS.replace("reserved_concurrency = 5", "memory_mb = 1024").concat(
          "\nlog_retention_days = 60\nalarms = { errors = { threshold = 7 } }",
        ),
      );
      cpSync(join((await synthesizeProject(root, ["api"])).outdir, "stacks", ENVIRONMENT), stack.folder, {
        recursive: true,
      });
      const changing = asks("apply", "-auto-approve");
      const destroying = asks("destroy", "-auto-approve");

      const place = { partition: "aws", account: ACCOUNT, region: environment.region, name: ENVIRONMENT };
      const allowed = (policy: typeof buildPlanPolicy) => policy(environment, place).flatMap(({ Action }) => Action);
      expect(planning).toContain("lambda:GetFunction");
      expect(planning.filter((action) => !allowed(buildPlanPolicy).includes(action))).toEqual([]);
      const deploying = [...creating, ...changing, ...destroying];
      expect(deploying).toEqual(
        expect.arrayContaining(["lambda:CreateFunction", "lambda:UpdateFunctionCode", "lambda:DeleteFunction"]),
      );
      expect(deploying.filter((action) => !allowed(buildDeployPolicy).includes(action))).toEqual([]);
    },
    LIMIT_MS,
  );
});
