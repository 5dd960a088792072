import { HANDLER_SOURCE, makeProject, makeTfvars } from "./project";

const cloud = (workspace: string) =>
  `{ backend = "cloud", organization = "your-organization", workspace = "${workspace}" }`;

/**
 * Environments as the project comes with them, in its own words: what stands in environments/ is for its users to
 * change.
 */
export const SHIPPED = {
  dev: `region = "eu-west-1"
log_retention_days = 7
state = { backend = "local" }
functions = { api = { memory_mb = 256, endpoint = "iam" } }
objectives = false
`,
  prod: `region = "eu-west-1"
protected = true
log_retention_days = 365
state = ${cloud("warmwatch-prod")}
functions = { api = { memory_mb = 1024, endpoint = "iam" } }
warming = { conditional = { enabled = true }, peak = { enabled = false } }
rollout = { strategy = "canary" }
`,
  staging: `region = "eu-west-1"
log_retention_days = 30
state = ${cloud("warmwatch-staging")}
functions = { api = { memory_mb = 512, endpoint = "iam" } }
warming = { conditional = { enabled = true }, peak = { enabled = false } }
rollout = { strategy = "canary" }
`,
} as const;

/** {@link SHIPPED}, and one environment that uses everything that they do not. */
export const ENVIRONMENTS = ["dev", "staging", "prod", "everything"];

/** The values that the tests give to the Terraform variables of `everything`. */
export const VARIABLES = {
  TF_VAR_hook: "secret-hook",
  TF_VAR_pager: "https://pager.example.com/secret",
  TF_VAR_slack: `xoxb-${"1".repeat(12)}`,
  TF_VAR_teams: "https://teams.example.com/secret",
  TF_VAR_key: "0123456789abcdef".repeat(2),
};

/** A version of a layer, which is there before `everything` is applied. */
export const LAYER = "arn:aws:lambda:eu-west-1:123456789012:layer:tools:1";

/** The stream of a table, which is there before `everything` is applied. */
export const TABLE_STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-01T00:00:00.000";

const EVERYTHING = `
  api = {
    endpoint             = "public"
    reserved_concurrency = 5
    rollout              = { strategy = "linear", percent = 50, every_seconds = 60, bake_seconds = 0, judged_by = ["errors", "duration"] }
    environment          = { TEMPLATE = "$\${not_an_expression}" }
    secrets = {
      LOGIN = { secret_arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:login-AbCdEf" }
      TOKEN = { ssm_parameter = "/shop/token" }
      HOOK  = { terraform_variable = "hook" }
    }
  }
  web = {
    endpoint = "iam", architecture = "x86_64", tracing = false, asynchronous = true
    provisioned_concurrency = { instances = 1 }
    tags                    = { CostCenter = "Web" }
    alarms                  = { response_time = { statistic = "p99" }, errors = { threshold_percent = 1 } }
    allowed_triggers = {
      uploads = { principal = "s3.amazonaws.com", source_arn = "arn:aws:s3:::uploads", source_account = "123456789012" }
      skill   = { principal = "alexa-appkit.amazon.com", event_source_token = "amzn1.ask.skill.1" }
    }
  }
  shop = {
    endpoint = "public"
    http = {
      routes     = ["GET /orders/{id}", "ANY /{proxy+}"]
      throttling = { rate = 10, burst = 20 }
      cors       = { allow_origins = ["https://shop.example.com"], allow_headers = ["authorization"] }
      authorizer = { jwt = { issuer = "https://login.example.com", audience = ["shop"], scopes = ["orders:read"] } }
      domain = {
        name            = "api.example.com"
        certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
        hosted_zone_id  = "Z0123456789ABCDEFGHIJ"
      }
    }
  }
  worker = {
    description          = "Works on orders"
    files                = ["handler.ts"]
    ephemeral_storage_mb = 1024
    environment          = { MODE = "fast" }
    kms_key              = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    layers               = ["${LAYER}"]
    log_retention_days   = 14
    runtime_settings     = { update_on = "function_update" }
    vpc                  = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
    file_system = {
      access_point_arn = "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-0123456789abcdef0"
      mount_path       = "/mnt/data"
    }
    policy_statements = {
      orders = { actions = ["dynamodb:GetItem"], resources = ["arn:aws:dynamodb:eu-west-1:123456789012:table/orders"] }
      mail   = { actions = ["ses:SendEmail"], resources = ["*"], reason = "any sender" }
    }
    managed_policies = ["arn:aws:iam::123456789012:policy/shared"]
    provisioned_concurrency = {
      instances = 0
      hours = {
        office = { from_hour = 8, to_hour = 18, days = "MON-FRI", timezone = "Europe/Berlin", instances = 4 }
        late   = { from_hour = 18, to_hour = 24, days = "FRI,SAT", timezone = "Europe/Berlin", instances = 2 }
      }
    }
  }
  jobs = {
    events = {
      orders  = { sqs = { create = true, batch_size = 20, batching_window_seconds = 5, maximum_concurrency = 4 } }
      sorted  = { sqs = { create = true, fifo = true, maximum_receives = 3 } }
      theirs  = { sqs = { queue_arn = "arn:aws:sqs:eu-west-1:123456789012:theirs", filters = [{ body = { kind = ["a"] } }] } }
      nightly = { schedule = { schedule_expression = "cron(0 3 * * ? *)", timezone = "Europe/Berlin", input = { kind = "nightly" } } }
      hourly  = { schedule = { schedule_expression = "rate(1 hour)", flexible_window_minutes = 10 } }
      stopped = { event_pattern = { pattern = { source = ["aws.ec2"], detail = { state = ["stopped"] } } } }
      news    = { sns = { create = true, filter_policy = { kind = ["order"] } } }
      others  = { sns = { topic_arn = "arn:aws:sns:eu-west-1:123456789012:others" } }
      uploads = { s3 = { bucket = "everything-uploads", prefix = "in/", suffix = ".csv" } }
      audit   = { log_filter = { log_group = "/custom/old", pattern = "ERROR" } }
    }
  }
  streams = {
    events = {
      clicks  = { kinesis = { stream_arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks", starting_position = "TRIM_HORIZON" } }
      changes = { dynamodb_stream = { stream_arn = "${TABLE_STREAM}", maximum_record_age_seconds = 3600 } }
    }
  }
  new = { existing = true, function_name = "New_Service", log_format = "json" }
  old = { existing = true, log_group = "/custom/old", alarms = { errors = { threshold = 0 } } }`;

/** Log groups of functions that are deployed elsewhere, which are there before `everything` is applied. */
export const EXISTING_LOG_GROUPS = ["/aws/lambda/New_Service", "/custom/old"];

const EVERYTHING_ELSE = `
  tags                   = { Team = "shop" }
  warming                = { peak = { timezone = "Europe/Berlin" } }
  warmer_reserved_concurrency = 2
  alarm_emails           = ["team@example.com"]
  urgent_emails          = ["night.shift@example.com"]
  alarm_webhook_variable = "pager"
  notify                 = { slack_variable = "slack", slack_channel = "C0123456789", teams_variable = "teams", pagerduty_variable = "key" }
  runbooks_url           = "https://wiki.example.com/runbooks"
  alarms                 = { response_time = { threshold_milliseconds = 1000 } }`;

const INFRASTRUCTURE = `
import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";

export default (scope, { deployed }) => {
  const table = new DynamodbTable(scope, "carts", {
    name: deployed.name + "-carts",
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attribute: [{ name: "id", type: "S" }],
  });
  deployed.grant(["dynamodb:GetItem"], [table.arn]);
  deployed.setVariable("CARTS", table.name);
};
`;

/** The files of {@link SHIPPED}, by their paths. */
export function listShippedFiles(): Record<string, string> {
  return Object.fromEntries(Object.entries(SHIPPED).map(([name, text]) => [`environments/${name}.tfvars`, text]));
}

/** A function of `everything` whose zip may be taken for a large one. */
export const LARGE = ["worker"];

/** A project with all of {@link ENVIRONMENTS}. */
export function makeProjectWithEnvironments(): string {
  return makeProject({
    ...listShippedFiles(),
    "environments/everything.tfvars": makeTfvars({ functions: EVERYTHING, more: EVERYTHING_ELSE }),
    "functions/web/handler.ts": HANDLER_SOURCE,
    "functions/web/infrastructure.ts": INFRASTRUCTURE,
    "functions/shop/handler.ts": HANDLER_SOURCE,
    "functions/worker/handler.ts": HANDLER_SOURCE,
    "functions/jobs/handler.ts": HANDLER_SOURCE,
    "functions/streams/handler.ts": HANDLER_SOURCE,
  });
}
