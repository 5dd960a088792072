import * as z from "zod";
import { type AwsAccess } from "../../aws/access";
import { readAlarms } from "../../aws/alarms";
import { findApiId, findIntegrationId, findRouteId, hasStage } from "../../aws/apis";
import { hasDashboard } from "../../aws/dashboards";
import { findFunction, hasEventSettings, hasFunctionUrl, readInvocationPolicy } from "../../aws/functions";
import { type Identity } from "../../aws/identity";
import { findLogGroup, findSavedQueryId, listMetricFilters } from "../../aws/logs";
import { findQueueUrl, hasQueuePolicy } from "../../aws/queues";
import { hasRole, hasRolePolicy } from "../../aws/roles";
import { findRuleTargetId, hasRule } from "../../aws/rules";
import { findSubscriptions, findTopic } from "../../aws/topics";
import { type StackResource, type StackResources } from "./stack-resources";

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

const findAlarmId: FindId = async (resource, context) => {
  const name = readAttribute(context, resource, "alarm_name");
  return (await readAlarms(context.aws, [name])).size > 0 ? name : undefined;
};

const findTopicId: FindId = async (resource, context) => {
  const arn = buildTopicArn(resource, context);
  return (await findTopic(context.aws, arn)) && arn;
};

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
    const { key } = (await findTopic(context.aws, buildTopicArn(one, context))) ?? {};
    if (key !== undefined) return key.replace(/^.*\//, "");
  }
  return undefined;
};

const findOwnApiId: FindId = (resource, context) => findApiId(context.aws, readAttribute(context, resource, "name"));

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

/**
 * By type of resource. The form of each id is on the type's page at
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs, under "Import". Undefined for types that cannot be
 * imported and do not have to be: an apply creates them again without harm.
 */
export const IMPORT_IDS: Readonly<Record<string, FindId | undefined>> = {
  aws_apigatewayv2_api: findOwnApiId,
  aws_apigatewayv2_integration: findBelow("api_id", async (api, _, { aws }) => {
    const id = await findIntegrationId(aws, api);
    return id && `${api}/${id}`;
  }),
  aws_apigatewayv2_route: findBelow("api_id", async (api, resource, context) => {
    const id = await findRouteId(context.aws, api, readAttribute(context, resource, "route_key"));
    return id && `${api}/${id}`;
  }),
  aws_apigatewayv2_stage: findBelow("api_id", async (api, resource, context) => {
    const stage = readAttribute(context, resource, "name");
    return (await hasStage(context.aws, api, stage)) ? `${api}/${stage}` : undefined;
  }),
  aws_cloudwatch_composite_alarm: findAlarmId,
  aws_cloudwatch_dashboard: async (resource, context) => {
    const name = readAttribute(context, resource, "dashboard_name");
    return (await hasDashboard(context.aws, name)) ? name : undefined;
  },
  aws_cloudwatch_event_rule: async (resource, context) => {
    const name = readAttribute(context, resource, "name");
    return (await hasRule(context.aws, name)) ? name : undefined;
  },
  aws_cloudwatch_event_target: async (resource, context) => {
    const rule = readAttribute(context, resource, "rule");
    const id = await findRuleTargetId(context.aws, rule, context.stack.text(resource, "input"));
    return id && `${rule}/${id}`;
  },
  aws_cloudwatch_log_group: async (resource, context) => {
    const name = readAttribute(context, resource, "name");
    return (await findLogGroup(context.aws, name)) && name;
  },
  aws_cloudwatch_log_metric_filter: async (resource, context) => {
    const logGroup = readAttribute(context, resource, "log_group_name");
    const name = readAttribute(context, resource, "name");
    const filters = await listMetricFilters(context.aws, logGroup);
    return filters?.includes(name) ? `${logGroup}:${name}` : undefined;
  },
  aws_cloudwatch_metric_alarm: findAlarmId,
  aws_cloudwatch_query_definition: async (resource, context) => {
    const { partition, account } = context.identity;
    const id = await findSavedQueryId(context.aws, readAttribute(context, resource, "name"));
    return id && `arn:${partition}:logs:${context.aws.region}:${account}:query-definition:${id}`;
  },
  aws_iam_role: async (resource, context) => {
    const name = readAttribute(context, resource, "name");
    return (await hasRole(context.aws, name)) ? name : undefined;
  },
  aws_iam_role_policy: async (resource, context) => {
    const role = readAttribute(context, resource, "role");
    const name = readAttribute(context, resource, "name");
    return (await hasRolePolicy(context.aws, role, name)) ? `${role}:${name}` : undefined;
  },
  aws_kms_key: findKeyId,
  aws_kms_key_policy: (resource, context) => findTargetId(resource, "key_id", context),
  aws_lambda_alias: async (resource, context) => {
    const name = readAttribute(context, resource, "function_name");
    const qualifier = readAttribute(context, resource, "name");
    return (await findFunction(context.aws, { name, qualifier })) && `${name}/${qualifier}`;
  },
  aws_lambda_function: async (resource, context) => {
    const name = readAttribute(context, resource, "function_name");
    return (await findFunction(context.aws, { name })) && name;
  },
  aws_lambda_function_event_invoke_config: async (resource, context) => {
    const asked = readQualifiedName(resource, context);
    return (await hasEventSettings(context.aws, asked)) ? asked.name : undefined;
  },
  aws_lambda_function_url: async (resource, context) => {
    const asked = readQualifiedName(resource, context);
    return (await hasFunctionUrl(context.aws, asked))
      ? [asked.name, asked.qualifier ?? []].flat().join("/")
      : undefined;
  },
  aws_lambda_invocation: undefined,
  aws_lambda_permission: async (resource, context) => {
    const asked = readQualifiedName(resource, context);
    const policy = await readInvocationPolicy(context.aws, asked);
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
  aws_sns_topic: findTopicId,
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
  aws_sqs_queue: (resource, context) => findQueueUrl(context.aws, readAttribute(context, resource, "name")),
  aws_sqs_queue_policy: findBelow("queue_url", async (url, _, { aws }) =>
    (await hasQueuePolicy(aws, url)) ? url : undefined,
  ),
  terraform_data: undefined,
};

/** The id of the API whose ARN begins a text. */
async function findApiInText(text: string, context: ImportContext): Promise<string | undefined> {
  const own = context.stack.all.find(
    ({ type, address }) => type === "aws_apigatewayv2_api" && text.startsWith(`\${${address}.`),
  );
  return own && findOwnApiId(own, context);
}
