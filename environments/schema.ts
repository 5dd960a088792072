import * as z from "zod";
import { alarmOverrides } from "./alarms";
import { allowedTriggers } from "./allowed-triggers";
import { codeKeys } from "./code";
import { durable } from "./durable";
import { findCrossFieldMistakes } from "./cross-field-checks";
import {
  type DeepReadonly,
  defineFlag,
  defineKeys,
  defineOneOf,
  defineSection,
  defineText,
  defineWholeNumber,
} from "./fields";
import { httpSettings } from "./http";
import { warmingOverrides } from "./warming";
import { isFinishedFunction } from "./names";
import { isRegionName, suggestRegion } from "./regions";
import { looksSecret } from "../performance/secrets";
import { holdsSecret } from "./secrets";
import { eventKeys } from "./events";
import { provisionedConcurrency } from "./provisioned-concurrency";
import { permissionKeys } from "./permissions";
import { NODE_RUNTIMES, type NodeRuntime } from "./runtimes";
import { logRetentionDays, MEMORY_MB, platformKeys } from "./platform";
import { tags } from "./tags";
import { objectiveOverrides } from "./objectives";
import { rolloutOverrides } from "./rollout";
import { targetOverrides } from "./targets";

/**
 * The schema of an `environments/<name>.tfvars` file: each key once, with its default, limits and meaning.
 * docs/configuration.md is generated from here (`npm run docs`).
 */

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED_VARIABLES = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);

/** Bytes of all names and values together: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const ENVIRONMENT_BYTES = 4096;

/** https://developer.hashicorp.com/terraform/language/block/variable */
const RESERVED_TERRAFORM_VARIABLES = new Set([
  "source",
  "version",
  "providers",
  "count",
  "for_each",
  "lifecycle",
  "depends_on",
  "locals",
]);

const variableName = defineText(
  "a name of 2 or more letters, digits and _ that starts with a letter",
  /^[a-zA-Z][a-zA-Z0-9_]+$/,
).refine((name) => !RESERVED_VARIABLES.has(name), { error: "a name that Lambda does not reserve" });

const environmentVariables = z
  .record(
    variableName,
    z
      .string({ error: 'text in quotes, as in "10"' })
      .refine((value) => !value.includes("\0"), { error: "text without the character NUL" }),
    { error: "a map, as in environment = { … }" },
  )
  .refine((value) => Buffer.byteLength(Object.entries(value).flat().join("")) <= ENVIRONMENT_BYTES, {
    error: `names and values of at most ${ENVIRONMENT_BYTES} bytes together`,
  })
  .superRefine(
    (variables, context) => {
      for (const [name, value] of Object.entries(variables)) {
        if (typeof value !== "string" || !holdsSecret(name, value)) continue;
        context.addIssue({
          code: "custom",
          path: [name],
          message: "no secret here but a reference to it under `secrets`",
          input: looksSecret(value) ? value : name,
        });
      }
    },
    // Also beside other mistakes, so that all are told at once.
    { when: ({ value }) => typeof value === "object" && value !== null },
  );

const terraformVariable = defineText("a name of a-z, 0-9 and _ that starts with a letter", /^[a-z][a-z0-9_]*$/).refine(
  (name) => !RESERVED_TERRAFORM_VARIABLES.has(name),
  { error: "a name that Terraform does not reserve" },
);

const secret = defineSection(
  {
    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html
    ssm_parameter: defineText("a parameter name, as in /shop/prod/token", /^([\w.-]+|(\/[\w.-]+){1,15})$/)
      .refine((name) => !/^\/?(aws|ssm)/i.test(name), {
        error: "a parameter of yours, whose name cannot begin with aws or ssm",
      })
      .optional()
      .meta({ description: "Name of an SSM parameter; the function may read it and gets this name in the variable" }),
    secret_arn: defineText(
      "the ARN of a Secrets Manager secret",
      /^arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+$/,
    )
      // https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
      .refine((arn) => /-[A-Za-z0-9]{6}$/.test(arn), {
        error: "the whole ARN, with the hyphen and the six characters that AWS added to the secret's name",
      })
      .optional()
      .meta({
        description: "ARN of a Secrets Manager secret; the function may read it and gets this ARN in the variable",
      }),
    terraform_variable: terraformVariable.optional().meta({
      description:
        "Name of a sensitive Terraform variable, set where Terraform runs; the function gets its value in the variable",
    }),
  },
  'a reference, as in { ssm_parameter = "/shop/token" }, { secret_arn = … } or { terraform_variable = … }',
)
  .refine((reference) => Object.keys(reference).length === 1, {
    error: "exactly one of ssm_parameter, secret_arn and terraform_variable",
  })
  .transform(({ ssmParameter, secretArn, terraformVariable }) => {
    if (ssmParameter !== undefined) return { kind: "ssmParameter", name: ssmParameter } as const;
    if (secretArn !== undefined) return { kind: "secretArn", name: secretArn } as const;
    return { kind: "terraformVariable", name: terraformVariable ?? "" } as const;
  });

/** Settings of every function, deployed from here or elsewhere. */
const watching = {
  asynchronous: defineFlag().default(false).meta({
    description:
      "Whether it is invoked asynchronously (by EventBridge, SNS, S3, …); dropped events then ring an alarm, and without an endpoint it is not kept warm",
  }),
  alarms: alarmOverrides
    .default({})
    .meta({ description: "Like `alarms` of the environment, for this function only", summary: {} }),
  warming: warmingOverrides.default({}).meta({
    description:
      "Like `warming` of the environment, for this function only; also true, to warm what would not be warmed otherwise",
    summary: {},
  }),
  targets: targetOverrides
    .default({})
    .meta({ description: "Like `targets` of the environment, for this function only", summary: {} }),
  objectives: objectiveOverrides
    .default({})
    .meta({ description: "Like `objectives` of the environment, for this function only", summary: {} }),
};

const deployedFunction = defineSection({
  existing: z
    .literal(false)
    .optional()
    .meta({ description: "Whether it is deployed elsewhere; it is then monitored but not changed", summary: false }),
  memory_mb: defineWholeNumber(MEMORY_MB.least, MEMORY_MB.most)
    .default(512)
    .meta({ description: "Memory; CPU grows with it, with one vCPU at 1769 MB" }),
  timeout_seconds: defineWholeNumber(1, 900).default(10).meta({ description: "Maximum duration of a request" }),
  architecture: defineOneOf(["arm64", "x86_64"])
    .default("arm64")
    .meta({ description: "Processor; arm64 costs a fifth less per GB-second" }),
  runtime: defineOneOf(NODE_RUNTIMES).optional().meta({
    description:
      "Node.js on Lambda; by default the newest that the environment's locked AWS provider knows: nodejs24.x from 6.21 on, otherwise, and without a lock file, nodejs22.x",
  }),
  ...codeKeys,
  reserved_concurrency: defineWholeNumber(0, 100_000).optional().meta({
    description: "Instances reserved for this function, which is also its maximum; 0 stops it; none by default",
  }),
  environment: environmentVariables.default({}).meta({ description: "Environment variables; no secrets" }),
  secrets: z
    .record(variableName, secret, { error: "a map, as in secrets = { … }" })
    .default({})
    .meta({ description: "Environment variables that refer to a secret; each uses exactly one of the three kinds" }),
  endpoint: defineOneOf(["none", "iam", "public"]).default("none").meta({
    description:
      "iam: a function URL for signed requests; public: an HTTP API, throttled and logged, for everyone unless `http` has an authorizer",
  }),
  http: httpSettings.default({}).meta({ description: "How the endpoint answers" }),
  rollout: rolloutOverrides
    .default({})
    .meta({ description: "Like `rollout` of the environment, for this function only", summary: {} }),
  durable: durable.optional().meta({
    description:
      "Durable executions (AWS provider 6.25 or later); when it is added or removed, Terraform replaces the function, and it is not kept warm",
  }),
  allowed_triggers: allowedTriggers.default({}).meta({
    description:
      "Who else may invoke the function's alias `live`, by name; who is called must be exact, never everyone",
  }),
  tracing: defineFlag().default(true).meta({ description: "X-Ray active tracing" }),
  ...platformKeys,
  ...permissionKeys,
  ...eventKeys,
  provisioned_concurrency: provisionedConcurrency.optional().meta({
    description: "Instances that AWS keeps initialized on alias live; they cost whether they are used or not",
  }),
  tags: tags.default({}).meta({ description: "Like `tags` of the environment, for this function only" }),
  ...watching,
});

/** https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html */
const FUNCTION_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const existingFunction = defineSection({
  existing: z.literal(true),
  function_name: defineText("1 to 64 letters, digits, - and _", FUNCTION_NAME).optional().meta({
    description: "For an existing function: its name in AWS; by default its name here",
  }),
  log_format: defineOneOf(["json", "text"]).default("text").meta({
    description: "For an existing function: its log format, which is needed to read the platform's reports",
  }),
  log_group: defineText("a log group's name", /^[\w/.#-]{1,512}$/)
    .optional()
    .meta({
      description: "For an existing function: its log group, which must exist; `/aws/lambda/<its name>` by default",
    }),
  memory_mb: defineWholeNumber(MEMORY_MB.least, MEMORY_MB.most).optional().meta({
    description:
      "For an existing function: its memory, to compute the cost of warming; the platform's reports contain it for everything else",
  }),
  warming_qualifier: defineText("an alias or a version", /^[a-zA-Z0-9_-]{1,128}$/)
    .optional()
    .meta({
      description: "For an existing function: the alias that gets pings; without it, the function is not kept warm",
    }),
  ...watching,
});

const notify = defineSection({
  slack_variable: terraformVariable.optional().meta({
    description:
      "Name of a sensitive Terraform variable that contains the address of an incoming webhook, or a bot's token (xoxb-…), which also needs slack_channel",
  }),
  slack_channel: defineText("a channel's id, as in C0123456789", /^[CDG][A-Z0-9]{8,20}$/)
    .optional()
    .meta({ description: "Id of the channel in which a bot keeps one message for each incident" }),
  teams_variable: terraformVariable.optional().meta({
    description: "Name of a sensitive Terraform variable that contains the address of a workflow's webhook",
  }),
  pagerduty_variable: terraformVariable.optional().meta({
    description: "Name of a sensitive Terraform variable that contains the integration key of the Events API v2",
  }),
  // https://support.pagerduty.com/main/docs/service-regions
  pagerduty_region: defineOneOf(["us", "eu"])
    .optional()
    .meta({ description: "Service region of the PagerDuty account; by default us" }),
}).refine(
  ({ slackVariable, teamsVariable, pagerdutyVariable }) =>
    [slackVariable, teamsVariable, pagerdutyVariable].some((variable) => variable !== undefined),
  { error: "at least one of slack_variable, teams_variable and pagerduty_variable" },
);

const functionSettings = z.discriminatedUnion("existing", [deployedFunction, existingFunction], {
  error: ({ code }: { code: string }) => (code === "invalid_union" ? "true or false" : "a map, as in api = { … }"),
});

const emails = z
  .array(z.email({ error: "an e-mail address" }), { error: 'a list, as in ["team@example.com"]' })
  .refine((addresses) => new Set(addresses).size === addresses.length, { error: "each address once" })
  .default([]);

const region = z.string({ error: "an AWS region, as in eu-west-1" }).superRefine((name, context) => {
  const meant = suggestRegion(name);
  if (isRegionName(name) && meant === undefined) return;
  context.addIssue({
    code: "custom",
    message: "an AWS region, as in eu-west-1",
    input: name,
    params: { hint: meant === undefined ? "" : `, did you mean ${meant}?` },
  });
});

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = defineText("a bucket's name", /^[a-z0-9](\.(?!\.)|[a-z0-9-]){1,61}[a-z0-9]$/).refine(
  (name) => !/^\d+(\.\d+){3}$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$/.test(name),
  { error: "a bucket's name that AWS does not reserve" },
);

/**
 * The suffix that Terraform adds to a state's path for its lock:
 * https://developer.hashicorp.com/terraform/language/backend/s3#state-locking
 */
const LOCK_SUFFIX = ".tflock";

/**
 * S3's safe characters that also have no special meaning in a policy:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html#object-key-guidelines
 */
const stateKey = defineText("a path that does not begin or end with /", /^[^/\s](\S*[^/\s])?$/)
  .refine((key) => /^(?!(.*\/)?\.{1,2}(\/|$))[\w.=+@-]+(\/[\w.=+@-]+)*$/.test(key), {
    error: "a path of letters, digits and _.=+@- between single slashes, without . and ..",
  })
  .refine((key) => key.length <= 1024 - LOCK_SUFFIX.length, {
    error: `a path of at most ${1024 - LOCK_SUFFIX.length} characters`,
  })
  .refine((key) => !key.endsWith(LOCK_SUFFIX), { error: `a path that does not end with ${LOCK_SUFFIX}, as locks do` });

/** Where Terraform keeps an environment's state. */
export const stateSettings = z.discriminatedUnion(
  "backend",
  [
    defineKeys({
      backend: z.literal("cloud").meta({ description: "HCP Terraform (Terraform Cloud)" }),
      organization: defineText("letters, digits, - and _", /^[\w-]+$/).meta({
        description: "Organization in HCP Terraform",
      }),
      workspace: defineText("at most 90 letters, digits, - and _", /^[\w-]{1,90}$/).meta({
        description: "Workspace; each environment needs its own",
      }),
      project: defineText("3 to 40 letters, digits, spaces, - and _, no space around them", /^(?! )[\w -]{3,40}(?<! )$/)
        .optional()
        .meta({ description: "Project of the workspace; by default the organization's default project" }),
    }),
    defineKeys({
      backend: z.literal("s3").meta({ description: "An S3 bucket with native locking" }),
      bucket: bucketName.meta({ description: "Name of an existing bucket" }),
      key: stateKey.meta({ description: "Path of the state in the bucket" }),
      region: region.meta({ description: "The bucket's region" }),
    }),
    defineKeys({
      backend: z
        .literal("local")
        .meta({ description: "A file terraform.<environment>.tfstate in the project's folder, for trying things out" }),
    }),
  ],
  {
    error: ({ code }: { code: string }) =>
      code === "invalid_union" ? "one of cloud, s3, local" : 'a map, as in state = { backend = "local" }',
  },
);

/**
 * An environment's name, from its file's name. It is part of every name in AWS, of the stack's folder and of the
 * state's file.
 */
export const environmentName = defineText(
  "a file name of at most 32 characters a-z, 0-9 and - that starts with a letter",
  /^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/,
)
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  .refine((name) => !/^(xn--|sthree-|amzn-s3-demo-)/.test(`${name}-`), {
    error: "a file name that does not begin with xn--, sthree- or amzn-s3-demo-, which S3 reserves",
  });

const environmentSection = defineSection({
  region: region.meta({ description: "AWS region of everything in this environment" }),
  account_id: defineText("12 digits in quotes", /^\d{12}$/)
    .optional()
    .meta({ description: "AWS account; if set, Terraform refuses to touch any other" }),
  protected: defineFlag().default(false).meta({
    description:
      "Whether Terraform refuses to destroy, replace or leave out what cannot be recovered: logs and addresses",
  }),
  log_retention_days: logRetentionDays.default(30).meta({ description: "How long CloudWatch keeps the logs" }),
  permissions_boundary: defineText("the ARN of a policy", /^arn:aws[\w-]*:iam::\d{12}:policy\/[\w+=,.@/-]+$/)
    .optional()
    .meta({
      description: "ARN of a policy that limits the permissions of the functions' roles, whatever else they get",
    }),
  tags: tags
    .default({})
    .meta({ description: "Tags on everything, in addition to Environment; can replace Service and CostCenter" }),
  state: stateSettings.meta({ description: "Where Terraform keeps the state" }),
  functions: z
    .record(
      defineText(
        "a name of at most 64 characters a-z, 0-9 and - that starts with a letter",
        /^[a-z]([a-z0-9-]{0,62}[a-z0-9])?$/,
      )
        .refine((name) => !isFinishedFunction(name), { error: "a name that Warmwatch does not use itself" })
        // CDKTF takes it for a resource that it has already.
        .refine((name) => name !== "constructor", { error: 'another name than "constructor"' }),
      functionSettings,
      { error: "a map, as in functions = { api = {} }" },
    )
    .refine((functions) => Object.keys(functions).length > 0, {
      error: "at least one function, as in functions = { api = {} }",
    })
    .meta({
      description: "One entry per function; each is the name of a folder in functions/, except for existing functions",
    }),
  alarm_emails: emails.meta({ description: "Addresses that get every alarm, after confirming a message from AWS" }),
  urgent_emails: emails.meta({
    description:
      "Addresses that get only urgent alarms: fast burns of objectives; without objectives errors, throttles, timeouts",
  }),
  alarm_webhook_variable: terraformVariable.optional().meta({
    description: "Name of a sensitive Terraform variable that contains an HTTPS address; the address gets every alarm",
  }),
  notify: notify.optional().meta({
    description:
      "Where a card about each incident goes: what happened, what was deployed before, what fails, how to go back",
  }),
  runbooks_url: defineText("an address that begins with https://, of at most 100 characters", /^https:\/\/[!-~]{1,92}$/)
    // The characters of RFC 3986, except those with a special meaning in Markdown, a shell or Terraform.
    .refine((url) => /^[\w.~:/?#@!&()+,;=%-]+$/.test(url), {
      error: "an address of letters, digits and .~:/?#@!&()+,;=%-_",
    })
    .optional()
    .meta({ description: "Address of your copy of docs/runbooks/, for links in the alarms' texts" }),
  alarms: alarmOverrides.default({}).meta({
    description:
      "Overrides of each alarm's defaults; an alarm rings when its metric was above the threshold in datapoints_to_alarm of the last evaluation_periods periods",
  }),
  warming: warmingOverrides.default({}).meta({
    description: "Overrides of each warming strategy's defaults; false: no pings between deployments",
  }),
  // `ops warm` keeps one instance for minutes, while schedules go on.
  warmer_reserved_concurrency: defineWholeNumber(2, 1000).optional().meta({
    description: "Instances reserved for the warmer itself, which is also its maximum; none by default",
  }),
  rollout: rolloutOverrides.default({}).meta({
    description: "How a new version gets traffic: all of it at once, or in steps in which it is judged",
  }),
  targets: targetOverrides.default({}).meta({
    description: "Targets that dashboards draw and by which load tests, reports and advice judge; they ring no alarm",
  }),
  objectives: objectiveOverrides.default({}).meta({
    description:
      "Shares of good requests to reach over some days; alarms ring while the error budget is spent too fast. `enabled` is true where it makes sense: latency and cold starts if somebody waits for answers, and cold starts if they are known apart from pings. true or false switches all of them",
  }),
});

/** The keys at the top of a file. */
export const ENVIRONMENT_KEYS: readonly string[] = Object.keys(environmentSection.in.shape);
/** The keys of a function that is deployed from here. */
export const DEPLOYED_KEYS: readonly string[] = Object.keys(deployedFunction.in.shape);
/** The keys of a function that is deployed elsewhere. */
export const EXISTING_KEYS: readonly string[] = Object.keys(existingFunction.in.shape);

/** The schema of one file. Parsing fills in the defaults. */
export const environmentFile = environmentSection
  .superRefine((file, context) => {
    for (const { path, expected, got } of findCrossFieldMistakes(file)) {
      context.addIssue({ code: "custom", path: [...path], message: expected, input: got });
    }
  })
  .transform(({ functions, ...rest }) => {
    const deployed: Record<string, DeployedFunction> = {};
    const existing: Record<string, ExistingFunction> = {};
    for (const [name, settings] of Object.entries(functions)) {
      if (settings.existing === true) existing[name] = settings;
      else deployed[name] = settings;
    }
    return { ...rest, functions: deployed, existingFunctions: existing };
  });

/** Fills in what a file alone does not say. */
export function buildEnvironment(name: string, file: EnvironmentFile, nodeRuntime: NodeRuntime): Environment {
  const functions = Object.entries(file.functions).map(
    ([id, settings]) => [id, { ...settings, runtime: settings.runtime ?? nodeRuntime }] as const,
  );
  return { name, nodeRuntime, ...file, functions: Object.fromEntries(functions) };
}

type EnvironmentFile = z.output<typeof environmentFile>;
type DeployedFunction = z.output<typeof deployedFunction>;
type ExistingFunction = z.output<typeof existingFunction>;

/** Settings of one function that is deployed from here, with defaults. */
export type FunctionSettings = DeepReadonly<DeployedFunction> & { readonly runtime: NodeRuntime };
/** Settings of one function that is deployed elsewhere. */
export type ExistingFunctionSettings = DeepReadonly<ExistingFunction>;
/** Where an environment's Terraform state lives. */
export type StateSettings = DeepReadonly<z.output<typeof stateSettings>>;
/** One environment as its file describes it, with defaults. */
export interface Environment extends Omit<DeepReadonly<EnvironmentFile>, "functions"> {
  /** The file's name. */
  readonly name: string;
  /** The newest Node.js on Lambda that its AWS provider knows. */
  readonly nodeRuntime: NodeRuntime;
  readonly functions: Readonly<Record<string, FunctionSettings>>;
}
/** One environment as its file writes it. */
export type EnvironmentInput = z.input<typeof environmentFile>;
