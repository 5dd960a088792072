import { type Mistake } from "../environments/mistakes";
import { type Environment } from "../environments/schema";
import { formatPlatformNamespace } from "../performance/metrics";
import { type SynthesizedEnvironment, type SynthesizedResource } from "./synthesized";

/** A name that must be unique in AWS. */
interface PhysicalName {
  /** What has the name, in words. */
  readonly what: string;
  /** Where it must be unique: in a region of an account, or in the whole account. */
  readonly scope: "region" | "account";
  /** The attributes that form the name, or a function that computes it. */
  readonly of: string | ((attributes: SynthesizedResource["attributes"]) => unknown);
}

/**
 * For resources without a name, with a name that AWS generates, or with a name that must only be unique within a
 * parent.
 */
const NONE: readonly PhysicalName[] = [];

/**
 * Metric alarms and composite alarms share one namespace:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const ALARM: readonly PhysicalName[] = [{ what: "alarm", scope: "region", of: "alarm_name" }];

/** The names of each type of resource in an environment; the most recognizable come first. */
export const PHYSICAL_NAMES: Readonly<Record<string, readonly PhysicalName[]>> = {
  aws_lambda_function: [{ what: "function", scope: "region", of: "function_name" }],
  aws_cloudwatch_log_metric_filter: [
    // Two that monitor the same function would count everything twice.
    { what: "watched function", scope: "region", of: findWatchedFunction },
    {
      what: "metric filter",
      scope: "region",
      of: ({ log_group_name: group, name }) => `${String(group)}: ${String(name)}`,
    },
  ],
  aws_cloudwatch_metric_alarm: ALARM,
  aws_cloudwatch_composite_alarm: ALARM,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  aws_iam_role: [{ what: "role", scope: "account", of: "name" }],
  aws_iam_policy: [{ what: "policy", scope: "account", of: "name" }],
  aws_cloudwatch_log_group: [{ what: "log group", scope: "region", of: "name" }],
  // An ARN of a dashboard has no region:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
  aws_cloudwatch_dashboard: [{ what: "dashboard", scope: "account", of: "dashboard_name" }],
  aws_cloudwatch_event_rule: [{ what: "rule", scope: "region", of: "name" }],
  aws_dynamodb_table: [{ what: "table", scope: "region", of: "name" }],
  aws_ssm_parameter: [{ what: "parameter", scope: "region", of: "name" }],
  aws_sns_topic: [{ what: "topic", scope: "region", of: "name" }],
  aws_sqs_queue: [{ what: "queue", scope: "region", of: "name" }],
  aws_cloudwatch_query_definition: [{ what: "saved query", scope: "region", of: "name" }],
  aws_scheduler_schedule_group: [{ what: "group of schedules", scope: "region", of: "name" }],
  aws_cloudwatch_log_subscription_filter: [
    {
      what: "log filter",
      scope: "region",
      of: ({ log_group_name: group, name }) => `${String(group)}: ${String(name)}`,
    },
  ],
  // A bucket has one list of notifications: of two, the last one would count.
  aws_s3_bucket_notification: [{ what: "notifications of a bucket", scope: "account", of: "bucket" }],
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-custom-domain-names.html
  aws_apigatewayv2_domain_name: [{ what: "domain", scope: "region", of: "domain_name" }],
  aws_route53_record: [
    {
      what: "DNS record",
      scope: "account",
      of: ({ zone_id: zone, name, type }) => `${String(zone)}: ${String(type)} ${String(name)}`,
    },
  ],
  aws_apigatewayv2_api: NONE,
  aws_apigatewayv2_api_mapping: NONE,
  aws_apigatewayv2_authorizer: NONE,
  aws_apigatewayv2_integration: NONE,
  aws_apigatewayv2_route: NONE,
  aws_apigatewayv2_stage: NONE,
  aws_cloudwatch_event_target: NONE,
  aws_iam_role_policy: NONE,
  aws_iam_role_policy_attachment: NONE,
  aws_kms_key: NONE,
  aws_kms_key_policy: NONE,
  aws_lambda_alias: NONE,
  aws_lambda_event_source_mapping: NONE,
  aws_lambda_function_event_invoke_config: NONE,
  aws_lambda_function_url: NONE,
  aws_lambda_invocation: NONE,
  aws_appautoscaling_scheduled_action: NONE,
  aws_appautoscaling_target: NONE,
  aws_lambda_permission: NONE,
  aws_lambda_provisioned_concurrency_config: NONE,
  aws_lambda_runtime_management_config: NONE,
  aws_s3_bucket: NONE,
  aws_s3_bucket_ownership_controls: NONE,
  aws_s3_bucket_policy: NONE,
  aws_s3_bucket_public_access_block: NONE,
  aws_s3_bucket_server_side_encryption_configuration: NONE,
  aws_s3_object: NONE,
  aws_scheduler_schedule: NONE,
  aws_sns_topic_policy: NONE,
  aws_sns_topic_subscription: NONE,
  aws_sqs_queue_policy: NONE,
  terraform_data: NONE,
};

/** The owner of a name. */
interface Owner {
  readonly environment: Environment;
  readonly key: string;
}

/**
 * Finds names that AWS would not accept twice, or would treat as the same resource. Environments of different accounts
 * cannot conflict; one without an account may be in any.
 *
 * @returns one mistake per pair of owners, with the first of their common names
 */
export function findNameClashes(environments: readonly SynthesizedEnvironment[]): Mistake[] {
  const owners = new Map<string, Owner[]>();
  const collisions = new Map<string, { readonly mistake: Mistake; more: number }>();
  for (const synthesized of environments) {
    const { environment } = synthesized;
    for (const [type, names] of Object.entries(PHYSICAL_NAMES)) {
      for (const { attributes, key } of synthesized.resources(type)) {
        for (const { what, scope, of } of names) {
          const name = synthesized.expand(typeof of === "string" ? attributes[of] : of(attributes));
          const known = owners.get(`${what} ${name}`) ?? [];
          if (known.some((owner) => owner.environment === environment && owner.key === key)) continue;
          const other = known.find((owner) => mayMeet(owner.environment, environment, scope));
          owners.set(`${what} ${name}`, [...known, { environment, key }]);
          if (!other) continue;
          const pair = [environment.name, key, other.environment.name, other.key].join(" ");
          const collision = collisions.get(pair);
          if (collision) collision.more++;
          else collisions.set(pair, { mistake: buildMistake({ environment, key }, other, what, name), more: 0 });
        }
      }
    }
  }
  return [...collisions.values()].map(({ mistake: { file, message }, more }) => ({
    file,
    message: more === 0 ? message : `${message}; ${more} more of their names are the same`,
  }));
}

/** Reported for the owner with a key, which the user can change. */
function buildMistake(own: Owner, other: Owner, what: string, name: string): Mistake {
  if (own.key === "" && other.key !== "") return buildMistake(other, own, what, name);
  const place = own.key === "" ? "" : `${own.key}: `;
  const otherPlace = [formatFile(other.environment), ...(other.key === "" ? [] : [other.key])].join(": ");
  return {
    file: formatFile(own.environment),
    message: `${place}expected a unique name in AWS, got ${name}, as in ${otherPlace} (${what})`,
  };
}

function formatFile({ name }: Environment): string {
  return `environments/${name}.tfvars`;
}

function mayMeet(one: Environment, other: Environment, scope: PhysicalName["scope"]): boolean {
  const isSameAccount =
    one.accountId === undefined || other.accountId === undefined || one.accountId === other.accountId;
  return isSameAccount && (scope === "account" || one.region === other.region);
}

function findWatchedFunction({ metric_transformation: transformation }: SynthesizedResource["attributes"]): string {
  const { namespace } = transformation as { readonly namespace: string };
  return namespace.slice(formatPlatformNamespace("").length);
}
