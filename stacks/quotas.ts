import { type Mistake } from "../environments/mistakes";
import { countMostProvisioned } from "../environments/provisioned-concurrency";
import { type SynthesizedEnvironment, type SynthesizedResource } from "./synthesized";

/** How much of a quota one owner uses. */
interface Use {
  /** The owner of the quota, as in `role dev-api`. */
  readonly of: string;
  readonly amount: number;
  /** The key of the environment's file to which it belongs; empty for the environment itself. */
  readonly key: string;
}

/** One of AWS's quotas on an environment's resources. */
export interface Quota {
  /** What is counted, as in `targets of`. */
  readonly what: string;
  readonly most: number;
  /** AWS's page about it. */
  readonly source: string;
  /** Whether AWS raises it on request, so that more may be valid. */
  readonly isAdjustable?: boolean;
  readonly uses: (environment: SynthesizedEnvironment) => readonly Use[];
}

/** A quota on the resources of all environments of an account together. */
export interface SharedQuota {
  readonly what: string;
  readonly most: number | ((region: string) => number);
  readonly source: string;
  /** Whether it applies per account, or per account and region. */
  readonly scope: "region" | "account";
  /** Whether AWS raises it on request, so that more may be valid. */
  readonly isAdjustable: boolean;
  readonly amount: (environment: SynthesizedEnvironment) => number;
}

const API = "https://docs.aws.amazon.com";
const ALARM = `${API}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html`;
const ALARM_METRICS = `${API}/AmazonCloudWatch/latest/monitoring/alarm-limits.html`;
const COMPOSITE = `${API}/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html`;
const CLOUDWATCH = `${API}/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html`;
const DASHBOARD = `${API}/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html`;
const LOGS = `${API}/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html`;
const LOG_GROUP = `${API}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html`;
const FILTER = `${API}/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html`;
const SAVED_QUERY = `${API}/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html`;
const EVENTS = `${API}/eventbridge/latest/userguide/eb-quota.html`;
const RULE = `${API}/eventbridge/latest/APIReference/API_PutRule.html`;
const TARGET = `${API}/eventbridge/latest/APIReference/API_Target.html`;
const IAM = `${API}/IAM/latest/UserGuide/reference_iam-quotas.html`;
const LAMBDA = `${API}/lambda/latest/dg/gettingstarted-limits.html`;
const FUNCTION = `${API}/lambda/latest/api/API_CreateFunction.html`;
const CONCURRENCY = `${API}/lambda/latest/dg/configuration-concurrency.html`;
const TOPIC = `${API}/sns/latest/api/API_CreateTopic.html`;
const QUEUE = `${API}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html`;
const QUEUE_POLICY = `${API}/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html`;
const KEY_POLICY = `${API}/kms/latest/developerguide/resource-limits.html`;
const SCHEDULER = `${API}/scheduler/latest/UserGuide/scheduler-quotas.html`;
const SCHEDULE = `${API}/scheduler/latest/APIReference/API_CreateSchedule.html`;
const FILTERING = `${API}/lambda/latest/dg/invocation-eventfiltering.html`;
const BUCKET = `${API}/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html`;
const HTTP_API_PARTS = `${API}/apigateway/latest/developerguide/http-api-quotas.html`;
const HTTP_API = `${API}/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html`;

/** Characters of a managed policy, and of all inline policies of a role together, without white space: {@link IAM} */
export const POLICY_CHARACTERS = { managed: 6144, inline: 10_240 };

/** All of AWS's quotas on an environment's resources, except those that no file can reach. */
export const QUOTAS: readonly Quota[] = [
  limitLength("aws_cloudwatch_metric_alarm", "alarm_name", 255, ALARM),
  limitLength("aws_cloudwatch_metric_alarm", "alarm_description", 1024, ALARM),
  limitAmounts(
    "metrics watched by",
    "aws_cloudwatch_metric_alarm",
    10,
    ALARM_METRICS,
    ({ metric_query: queries = [] }) =>
      (queries as readonly { metric?: unknown }[]).filter(({ metric }) => metric).length,
  ),
  limitLength("aws_cloudwatch_composite_alarm", "alarm_name", 255, COMPOSITE),
  limitLength("aws_cloudwatch_composite_alarm", "alarm_description", 1024, COMPOSITE),
  limitLength("aws_cloudwatch_composite_alarm", "alarm_rule", 10_240, COMPOSITE),
  limitAmounts("alarms named by", "aws_cloudwatch_composite_alarm", 100, COMPOSITE, ({ alarm_rule: rule }) =>
    countOccurrences(String(rule), /ALARM\(/g),
  ),
  limitLength("aws_cloudwatch_dashboard", "dashboard_name", 255, DASHBOARD),
  limitAmounts(
    "widgets of",
    "aws_cloudwatch_dashboard",
    500,
    DASHBOARD,
    ({ dashboard_body: body }) => parseWidgets(body).length,
  ),
  limitAmounts("alarms in a widget of", "aws_cloudwatch_dashboard", 100, DASHBOARD, ({ dashboard_body: body }) =>
    Math.max(...parseWidgets(body).map(({ properties: { alarms = [] } }) => alarms.length)),
  ),
  limitAmounts("metrics in a widget of", "aws_cloudwatch_dashboard", 500, CLOUDWATCH, ({ dashboard_body: body }) =>
    Math.max(...parseWidgets(body).map(({ properties: { metrics = [] } }) => metrics.length)),
  ),
  limitAmounts("metrics of", "aws_cloudwatch_dashboard", 2500, CLOUDWATCH, ({ dashboard_body: body }) =>
    sum(parseWidgets(body).map(({ properties: { metrics = [] } }) => metrics.length)),
  ),
  limitLength("aws_cloudwatch_log_group", "name", 512, LOG_GROUP),
  limitLength("aws_cloudwatch_log_metric_filter", "pattern", 1024, FILTER),
  limitTogether(
    "metric filters of log group",
    "aws_cloudwatch_log_metric_filter",
    "log_group_name",
    100,
    LOGS,
    () => 1,
  ),
  limitTogether(
    "subscription filters of log group",
    "aws_cloudwatch_log_subscription_filter",
    "log_group_name",
    2,
    LOGS,
    () => 1,
  ),
  limitLength("aws_cloudwatch_query_definition", "name", 255, SAVED_QUERY),
  limitLength("aws_cloudwatch_query_definition", "query_string", 10_000, SAVED_QUERY),
  limitAmounts("log groups of", "aws_cloudwatch_query_definition", 50, SAVED_QUERY, ({ log_group_names: groups }) =>
    Array.isArray(groups) ? groups.length : 0,
  ),
  limitLength("aws_cloudwatch_event_rule", "name", 64, RULE),
  limitLength("aws_cloudwatch_event_rule", "description", 512, RULE),
  limitLength("aws_cloudwatch_event_rule", "schedule_expression", 256, RULE),
  limitLength("aws_cloudwatch_event_rule", "event_pattern", 4096, RULE),
  limitTogether("targets of rule", "aws_cloudwatch_event_target", "rule", 5, EVENTS, () => 1),
  limitLength("aws_cloudwatch_event_target", "input", 8192, TARGET),
  limitLength("aws_iam_role", "name", 64, IAM),
  limitTogether(
    "characters of inline policies of role",
    "aws_iam_role_policy",
    "role",
    POLICY_CHARACTERS.inline,
    IAM,
    ({ policy }, expand) => expand(policy).length,
  ),
  limitLength("aws_iam_policy", "name", 128, IAM),
  limitLength("aws_iam_policy", "policy", POLICY_CHARACTERS.managed, IAM),
  {
    ...limitTogether("policies attached to role", "aws_iam_role_policy_attachment", "role", 10, IAM, () => 1),
    isAdjustable: true,
  },
  limitLength("aws_lambda_function", "function_name", 64, FUNCTION),
  limitAmounts(
    "bytes of names and values of environment variables of",
    "aws_lambda_function",
    4096,
    LAMBDA,
    ({ environment }, expand) =>
      Buffer.byteLength(Object.entries(readVariables(environment)).flat().map(expandKnown(expand)).join("")),
  ),
  limitAmounts("characters of a filter of", "aws_lambda_event_source_mapping", 4096, FILTERING, (mapping) =>
    Math.max(0, ...listPatterns(mapping).map(({ length }) => length)),
  ),
  limitAmounts(
    "notifications of",
    "aws_s3_bucket_notification",
    100,
    BUCKET,
    ({ lambda_function: functions }) => (functions as readonly unknown[]).length,
  ),
  limitLength("aws_scheduler_schedule", "name", 64, SCHEDULE),
  limitLength("aws_scheduler_schedule", "description", 512, SCHEDULE),
  limitLength("aws_scheduler_schedule", "schedule_expression", 256, SCHEDULE),
  limitAmounts("bytes of the input of", "aws_scheduler_schedule", 256 * 1024, SCHEDULER, ({ target }, expand) =>
    Buffer.byteLength(expand((target as { readonly input?: string }).input ?? "")),
  ),
  limitLength("aws_scheduler_schedule_group", "name", 64, SCHEDULE),
  limitTogether(
    "bytes of the policy of function",
    "aws_lambda_permission",
    "function_name",
    20_480,
    LAMBDA,
    measurePermission,
  ),
  {
    ...limitTogether("routes of API", "aws_apigatewayv2_route", "api_id", 300, HTTP_API_PARTS, () => 1),
    isAdjustable: true,
  },
  limitLength("aws_sns_topic", "name", 256, TOPIC),
  limitLength("aws_sqs_queue", "name", 80, QUEUE),
  limitLength("aws_sqs_queue_policy", "policy", 8192, QUEUE_POLICY),
  limitLength("aws_kms_key_policy", "policy", 32_768, KEY_POLICY),
];

/** Quotas that environments share. */
export const SHARED_QUOTAS: readonly SharedQuota[] = [
  {
    what: "alarms",
    most: 5000,
    source: CLOUDWATCH,
    scope: "region",
    isAdjustable: true,
    amount: count("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm"),
  },
  {
    what: "saved queries",
    most: 1000,
    source: LOGS,
    scope: "region",
    isAdjustable: false,
    amount: count("aws_cloudwatch_query_definition"),
  },
  {
    what: "rules",
    most: (region) => (["af-south-1", "eu-south-1"].includes(region) ? 100 : 300),
    source: EVENTS,
    scope: "region",
    isAdjustable: true,
    amount: count("aws_cloudwatch_event_rule"),
  },
  {
    what: "groups of schedules",
    most: 500,
    source: SCHEDULER,
    scope: "region",
    isAdjustable: true,
    amount: count("aws_scheduler_schedule_group"),
  },
  { what: "roles", most: 1000, source: IAM, scope: "account", isAdjustable: true, amount: count("aws_iam_role") },
  { what: "policies", most: 1500, source: IAM, scope: "account", isAdjustable: true, amount: count("aws_iam_policy") },
  {
    // The quota on regional APIs of any kind.
    what: "HTTP APIs",
    most: 600,
    source: HTTP_API,
    scope: "region",
    isAdjustable: false,
    amount: count("aws_apigatewayv2_api"),
  },
  {
    what: "custom domains",
    most: 120,
    source: HTTP_API_PARTS,
    scope: "region",
    isAdjustable: true,
    amount: count("aws_apigatewayv2_domain_name"),
  },
  {
    // Lambda keeps 100 of 1,000 for functions without any. Provisioned instances of a function are part of its reserved
    // ones.
    what: "reserved or provisioned instances",
    most: 900,
    source: CONCURRENCY,
    scope: "region",
    isAdjustable: true,
    amount: (environment) =>
      sum(
        environment
          .resources("aws_lambda_function")
          .map(({ attributes }) => Number(attributes["reserved_concurrent_executions"] ?? 0)),
      ) +
      sum(
        Object.values(environment.environment.functions).map(({ reservedConcurrency, provisionedConcurrency }) =>
          provisionedConcurrency && reservedConcurrency === undefined
            ? countMostProvisioned(provisionedConcurrency)
            : 0,
        ),
      ),
  },
];

/** The kind of quota: limits that AWS never raises, or limits that it raises on request. */
type Excess = "mistake" | "note";

/** Finds what exceeds AWS's quotas, one line each. */
export function findQuotaMistakes(environments: readonly SynthesizedEnvironment[]): Mistake[] {
  return [
    ...environments.flatMap((synthesized) =>
      findExcesses(synthesized, "mistake").map((message) => ({ file: formatFile(synthesized), message })),
    ),
    ...findSharedExcesses(environments, "mistake").map(({ members, message }) => ({
      file: members.map(formatFile).join(", "),
      message,
    })),
  ];
}

/** Finds what exceeds quotas that AWS raises on request, one line each. */
export function findQuotaNotes(environments: readonly SynthesizedEnvironment[]): string[] {
  return [
    ...environments.flatMap((synthesized) =>
      findExcesses(synthesized, "note").map((message) => `${synthesized.environment.name}: ${message}`),
    ),
    ...findSharedExcesses(environments, "note").map(
      ({ members, message }) => `${members.map(({ environment }) => environment.name).join(", ")}: ${message}`,
    ),
  ];
}

function findExcesses(synthesized: SynthesizedEnvironment, kind: Excess): string[] {
  return QUOTAS.filter(({ isAdjustable = false }) => isAdjustable === (kind === "note")).flatMap(
    ({ what, most, source, isAdjustable, uses }) =>
      uses(synthesized)
        .filter(({ amount }) => amount > most)
        .map(({ of, amount, key }) => {
          const found = `expected at most ${most} ${what} ${of}${isAdjustable ? " unless AWS has raised it" : ""}, got ${amount}`;
          return `${key === "" ? "" : `${key}: `}${found}: ${source}`;
        }),
  );
}

interface SharedExcess {
  readonly members: readonly SynthesizedEnvironment[];
  readonly message: string;
}

function findSharedExcesses(environments: readonly SynthesizedEnvironment[], kind: Excess): SharedExcess[] {
  return SHARED_QUOTAS.flatMap(({ what, most, source, scope, isAdjustable, amount }) => {
    const places = new Map<string, SynthesizedEnvironment[]>();
    for (const synthesized of environments) {
      const { accountId, region } = synthesized.environment;
      const account = accountId === undefined ? "" : `account ${accountId}`;
      const place = [...(scope === "region" ? [region] : []), account || "one account"].join(" of ");
      places.set(place, [...(places.get(place) ?? []), synthesized]);
    }
    return [...places].flatMap(([place, members]) => {
      const [first] = members;
      const limit = typeof most === "number" ? most : most(first?.environment.region ?? "");
      const together = sum(members.map(amount));
      if (together <= limit) return [];
      // Environments without an account may be in several accounts.
      const isCertain = members.length === 1 || first?.environment.accountId !== undefined;
      if ((kind === "note") === (isCertain && !isAdjustable)) return [];
      const condition = isAdjustable ? " unless AWS has raised it" : "";
      const message = `expected at most ${limit} ${what} in ${place}${condition}, got ${together}: ${source}`;
      return [{ members, message }];
    });
  });
}

function formatFile({ environment }: SynthesizedEnvironment): string {
  return `environments/${environment.name}.tfvars`;
}

type Attributes = SynthesizedResource["attributes"];
type Expand = (text: unknown) => string;

/** Quota on the length of a text. */
function limitLength(type: string, attribute: string, most: number, source: string): Quota {
  return limitAmounts(`characters of ${attribute} of`, type, most, source, ({ [attribute]: value }, expand) =>
    value === undefined ? 0 : expand(value).length,
  );
}

/** Quota on something that each resource of a type has. */
function limitAmounts(
  what: string,
  type: string,
  most: number,
  source: string,
  amount: (attributes: Attributes, expand: Expand) => number,
): Quota {
  return {
    what,
    most,
    source,
    uses: (environment) =>
      environment.resources(type).map(({ attributes, key, name }) => ({
        of: `${type}.${name}`,
        amount: amount(attributes, (text) => environment.expand(text)),
        key,
      })),
  };
}

/** Quota on an owner of which each resource of a type is a part; an attribute names the owner. */
function limitTogether(
  what: string,
  type: string,
  owner: string,
  most: number,
  source: string,
  amount: (attributes: Attributes, expand: Expand) => number,
): Quota {
  return {
    what,
    most,
    source,
    uses: (environment) => {
      const expand = (text: unknown) => environment.expand(text);
      const uses = new Map<string, Use>();
      for (const { attributes, key } of environment.resources(type)) {
        const of = expand(attributes[owner]);
        uses.set(of, { of, key, amount: (uses.get(of)?.amount ?? 0) + amount(attributes, expand) });
      }
      return [...uses.values()];
    },
  };
}

interface Widget {
  readonly properties: { readonly alarms?: readonly unknown[]; readonly metrics?: readonly unknown[] };
}

function parseWidgets(body: unknown): readonly Widget[] {
  return (JSON.parse(String(body)) as { readonly widgets: readonly Widget[] }).widgets;
}

function listPatterns({ filter_criteria: criteria }: Attributes): readonly string[] {
  const { filter = [] } = (criteria ?? {}) as { readonly filter?: readonly { readonly pattern: string }[] };
  return filter.map(({ pattern }) => pattern);
}

function readVariables(environment: unknown): Readonly<Record<string, unknown>> {
  const { variables: found = {} } = (environment ?? {}) as { readonly variables?: Readonly<Record<string, unknown>> };
  return found;
}

/** The value of a Terraform variable is unknown here. */
function expandKnown(expand: Expand): (text: unknown) => string {
  return (text) => (String(text).startsWith("${var.") ? "" : expand(text));
}

/** A permission as it appears in the function's policy. */
function measurePermission(
  {
    function_name: name,
    action,
    principal,
    source_arn: source,
    source_account: account,
    event_source_token: token,
    statement_id: id = `terraform-${"0".repeat(26)}`,
  }: Attributes,
  expand: Expand,
): number {
  const statement = {
    Sid: id,
    Effect: "Allow",
    Principal: { Service: principal },
    Action: action,
    Resource: `arn:aws-us-gov:lambda:ap-southeast-1:123456789012:function:${expand(name)}`,
    Condition: {
      ArnLike: { "AWS:SourceArn": source === undefined ? undefined : expand(source) },
      StringEquals: { "AWS:SourceAccount": account, "lambda:EventSourceToken": token },
    },
  };
  return JSON.stringify(statement).length;
}

/** Number of resources of these types in an environment. */
function count(...types: readonly string[]): SharedQuota["amount"] {
  return (environment) => sum(types.map((type) => environment.resources(type).length));
}

function countOccurrences(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
