import * as z from "zod";
import { type AwsAccess } from "../../aws/access";
import { readAlarms } from "../../aws/alarms";
import { findFunction } from "../../aws/functions";
import { type Identity } from "../../aws/identity";
import { findLogGroup, listMetricFilters } from "../../aws/logs";
import { LOOKUPS } from "../../aws/lookups";
import { findSubscriptions } from "../../aws/topics";
import { type StackResource, type StackResources } from "../../synthesis/stack-resources";

/** Input for finding an id. */
export interface ImportContext {
  readonly aws: AwsAccess;
  readonly stack: StackResources;
  readonly identity: Identity;
}

/**
 * The id of a resource for `terraform import`, or undefined if it does not exist in AWS.
 *
 * @throws AwsFailure
 */
type FindId = (resource: StackResource, context: ImportContext) => Promise<string | undefined>;

const POLICY = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Condition: z.object({ ArnLike: z.record(z.string(), z.string()).optional() }).optional(),
    }),
  ),
});

/** An attribute that every resource of the type has. */
function readAttribute({ stack }: ImportContext, resource: StackResource, attribute: string): string {
  const text = stack.text(resource, attribute);
  if (text === undefined) throw new Error(`${resource.address} has no known ${attribute}`);
  return text;
}

/** The id of the resource that an attribute refers to. */
async function findTargetId(
  resource: StackResource,
  attribute: string,
  context: ImportContext,
): Promise<string | undefined> {
  const target = context.stack.target(resource, attribute);
  return target && IMPORT_IDS[target.type]?.(target, context);
}

/**
 * An id that is made of attributes.
 *
 * @param find gets them; undefined if AWS has no such resource
 */
function findByAttributes(
  attributes: readonly string[],
  separator: string,
  find: (aws: AwsAccess, ...values: string[]) => Promise<unknown>,
): FindId {
  return async (resource, context) => {
    const values = attributes.map((attribute) => readAttribute(context, resource, attribute));
    return (await find(context.aws, ...values)) === undefined ? undefined : values.join(separator);
  };
}

const findAlarmId = findByAttributes(["alarm_name"], "", async (aws, name) =>
  (await readAlarms(aws, [name])).get(name),
);

function buildTopicArn(resource: StackResource, context: ImportContext): string {
  const { partition, account } = context.identity;
  return `arn:${partition}:sns:${context.aws.region}:${account}:${readAttribute(context, resource, "name")}`;
}

/** AWS generated the key's id; the topics that the key encrypts contain it. */
const findKeyId: FindId = async (resource, context) => {
  const topics = context.stack.all.filter(
    (one) => one.type === "aws_sns_topic" && context.stack.target(one, "kms_master_key_id") === resource,
  );
  for (const one of topics) {
    const key = (await LOOKUPS.topic(context.aws, buildTopicArn(one, context)))?.["KmsMasterKeyId"];
    if (key !== undefined) return key.replace(/^.*\//, "");
  }
  return undefined;
};

const findApiId: FindId = (resource, context) => LOOKUPS.apiId(context.aws, readAttribute(context, resource, "name"));

const readQualifiedName = (resource: StackResource, context: ImportContext) => ({
  name: readAttribute(context, resource, "function_name"),
  qualifier: context.stack.text(resource, "qualifier"),
});

/** What is found by something else that it belongs to. */
function findBelow(attribute: string, find: (owner: string, ...of: Parameters<FindId>) => ReturnType<FindId>): FindId {
  return async (resource, context) => {
    const owner = await findTargetId(resource, attribute, context);
    return owner === undefined ? undefined : find(owner, resource, context);
  };
}

/** An apply sets these again, whether they exist or not. */
const OVERWRITTEN = {
  aws_appautoscaling_scheduled_action: undefined,
  aws_appautoscaling_target: undefined,
  aws_cloudwatch_log_subscription_filter: undefined,
  aws_iam_role_policy_attachment: undefined,
  aws_lambda_provisioned_concurrency_config: undefined,
  aws_lambda_runtime_management_config: undefined,
  aws_route53_record: undefined,
  aws_s3_bucket_notification: undefined,
  // Of another bucket for code, with a new name.
  aws_s3_bucket: undefined,
  aws_s3_bucket_ownership_controls: undefined,
  aws_s3_bucket_policy: undefined,
  aws_s3_bucket_public_access_block: undefined,
  aws_s3_bucket_server_side_encryption_configuration: undefined,
  aws_s3_object: undefined,
} satisfies Readonly<Record<string, undefined>>;

/**
 * By type of resource. The form of each id is on the type's page at
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs, under "Import". Undefined for types that cannot be
 * imported and do not have to be: an apply creates them again without harm.
 */
export const IMPORT_IDS: Readonly<Record<string, FindId | undefined>> = {
  aws_apigatewayv2_api: findApiId,
  aws_apigatewayv2_api_mapping: async (resource, context) => {
    const domain = context.stack.target(resource, "domain_name");
    const name = domain && readAttribute(context, domain, "domain_name");
    const id = name && (await LOOKUPS.mappingId(context.aws, name));
    return id && `${id}/${name}`;
  },
  aws_apigatewayv2_authorizer: findBelow("api_id", async (api, resource, context) => {
    const id = await LOOKUPS.authorizerId(context.aws, api, readAttribute(context, resource, "name"));
    return id && `${api}/${id}`;
  }),
  aws_apigatewayv2_domain_name: async (resource, context) => {
    const name = readAttribute(context, resource, "domain_name");
    return (await LOOKUPS.domain(context.aws, name)) && name;
  },
  aws_apigatewayv2_integration: findBelow("api_id", async (api, _, { aws }) => {
    const id = await LOOKUPS.integrationId(aws, api);
    return id && `${api}/${id}`;
  }),
  aws_apigatewayv2_route: findBelow("api_id", async (api, resource, context) => {
    const id = await LOOKUPS.routeId(context.aws, api, readAttribute(context, resource, "route_key"));
    return id && `${api}/${id}`;
  }),
  aws_apigatewayv2_stage: findBelow("api_id", async (api, resource, context) => {
    const stage = readAttribute(context, resource, "name");
    return (await LOOKUPS.stage(context.aws, api, stage)) && `${api}/${stage}`;
  }),
  ...OVERWRITTEN,
  aws_cloudwatch_composite_alarm: findAlarmId,
  aws_cloudwatch_dashboard: findByAttributes(["dashboard_name"], "", LOOKUPS.dashboard),
  aws_cloudwatch_event_rule: findByAttributes(["name"], "", LOOKUPS.rule),
  aws_cloudwatch_event_target: async (resource, context) => {
    const rule = readAttribute(context, resource, "rule");
    const id = await LOOKUPS.ruleTargetId(context.aws, rule, context.stack.text(resource, "input"));
    return id && `${rule}/${id}`;
  },
  aws_cloudwatch_log_group: findByAttributes(["name"], "", findLogGroup),
  aws_cloudwatch_log_metric_filter: findByAttributes(["log_group_name", "name"], ":", async (aws, logGroup, name) =>
    (await listMetricFilters(aws, logGroup))?.find((filter) => filter === name),
  ),
  aws_cloudwatch_metric_alarm: findAlarmId,
  aws_cloudwatch_query_definition: async (resource, context) => {
    const { partition, account } = context.identity;
    const id = await LOOKUPS.savedQueryId(context.aws, readAttribute(context, resource, "name"));
    return id && `arn:${partition}:logs:${context.aws.region}:${account}:query-definition:${id}`;
  },
  aws_dynamodb_table: findByAttributes(["name"], "", LOOKUPS.table),
  aws_iam_role: findByAttributes(["name"], "", LOOKUPS.role),
  aws_iam_role_policy: findByAttributes(["role", "name"], ":", LOOKUPS.rolePolicy),
  aws_kms_key: findKeyId,
  aws_kms_key_policy: (resource, context) => findTargetId(resource, "key_id", context),
  aws_lambda_alias: findByAttributes(["function_name", "name"], "/", (aws, name, qualifier) =>
    findFunction(aws, { name, qualifier }),
  ),
  aws_lambda_event_source_mapping: async (resource, context) => {
    const { partition, account } = context.identity;
    const alias = context.stack.target(resource, "function_name");
    const queue = context.stack.target(resource, "event_source_arn");
    if (!alias) return undefined;
    const formatArn = (service: string, name: string) =>
      `arn:${partition}:${service}:${context.aws.region}:${account}:${name}`;
    const name = `${readAttribute(context, alias, "function_name")}:${readAttribute(context, alias, "name")}`;
    const source = queue
      ? formatArn("sqs", readAttribute(context, queue, "name"))
      : readAttribute(context, resource, "event_source_arn");
    return LOOKUPS.eventSourceMappingId(context.aws, formatArn("lambda", `function:${name}`), source);
  },
  aws_lambda_function: findByAttributes(["function_name"], "", (aws, name) => findFunction(aws, { name })),
  aws_lambda_function_event_invoke_config: async (resource, context) => {
    const asked = readQualifiedName(resource, context);
    return (await LOOKUPS.eventSettings(context.aws, asked)) && asked.name;
  },
  aws_lambda_function_url: async (resource, context) => {
    const asked = readQualifiedName(resource, context);
    return (await LOOKUPS.functionUrl(context.aws, asked)) && [asked.name, asked.qualifier ?? []].flat().join("/");
  },
  aws_lambda_invocation: undefined,
  aws_lambda_permission: async (resource, context) => {
    const asked = readQualifiedName(resource, context);
    const policy = await LOOKUPS.invocationPolicy(context.aws, asked);
    const statements = policy === undefined ? [] : POLICY.parse(JSON.parse(policy)).Statement;
    const formatId = (sid: string | undefined) =>
      sid && `${[asked.name, asked.qualifier ?? []].flat().join(":")}/${sid}`;
    const own = context.stack.text(resource, "statement_id");
    if (own !== undefined) return formatId(statements.find(({ Sid }) => Sid === own)?.Sid);
    // A rule's ARN ends with its name; an API's has its id, after which come stage and route.
    const source = context.stack.target(resource, "source_arn");
    const owner = source
      ? await IMPORT_IDS[source.type]?.(source, context)
      : await findApiInText(String(resource.attributes["source_arn"]), context);
    if (owner === undefined) return undefined;
    const statement = statements.find(({ Condition }) =>
      Object.values(Condition?.ArnLike ?? {}).some((arn) => arn.split(/[:/]/).includes(owner)),
    );
    return formatId(statement?.Sid);
  },
  aws_scheduler_schedule: findByAttributes(["group_name", "name"], "/", LOOKUPS.schedule),
  aws_scheduler_schedule_group: findByAttributes(["name"], "", LOOKUPS.scheduleGroup),
  aws_ssm_parameter: findByAttributes(["name"], "", LOOKUPS.parameter),
  aws_sns_topic: async (resource, context) => {
    const arn = buildTopicArn(resource, context);
    return (await LOOKUPS.topic(context.aws, arn)) && arn;
  },
  aws_sns_topic_policy: (resource, context) => findTargetId(resource, "arn", context),
  aws_sns_topic_subscription: findBelow("topic_arn", async (topic, resource, context) => {
    const protocol = readAttribute(context, resource, "protocol");
    const endpoint = readAttribute(context, resource, "endpoint");
    // Only Terraform knows a webhook's address, which is secret: there is only one of this kind.
    const isThis = (of: string) => protocol !== "email" || of === endpoint;
    const found = await findSubscriptions(context.aws, topic);
    // An unconfirmed one has no ARN; subscribing again does no harm.
    return found?.find((one) => one.protocol === protocol && isThis(one.endpoint))?.arn;
  }),
  aws_sqs_queue: (resource, context) => LOOKUPS.queueUrl(context.aws, readAttribute(context, resource, "name")),
  aws_sqs_queue_policy: findBelow("queue_url", async (url, _, { aws }) => (await LOOKUPS.queuePolicy(aws, url)) && url),
  terraform_data: undefined,
};

/** The id of the API whose ARN begins a text. */
async function findApiInText(text: string, context: ImportContext): Promise<string | undefined> {
  const own = context.stack.all.find(
    ({ type, address }) => type === "aws_apigatewayv2_api" && text.startsWith(`\${${address}.`),
  );
  return own && findApiId(own, context);
}
