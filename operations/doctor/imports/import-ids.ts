import {
  GetApisCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import { DescribeAlarmsCommand, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeLogGroupsCommand,
  DescribeMetricFiltersCommand,
  DescribeQueryDefinitionsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRuleCommand, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { GetRoleCommand, GetRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
} from "@aws-sdk/client-lambda";
import { GetTopicAttributesCommand, ListSubscriptionsByTopicCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand } from "@aws-sdk/client-sqs";
import * as z from "zod";
import { type DoctorReader } from "../aws";
import { type Identity } from "../identity";
import { type StackResource, type StackResources } from "./stack-resources";

/** What finding an id needs. */
export interface ImportContext {
  readonly aws: DoctorReader;
  readonly stack: StackResources;
  readonly identity: Identity;
}

/**
 * The id by which `terraform import` knows a resource of the type, or undefined where AWS has no such thing.
 *
 * @throws AwsFailure
 */
type FindId = (resource: StackResource, context: ImportContext) => Promise<string | undefined>;

const POLICY = z.object({
  Statement: z.array(
    z.object({
      Sid: z.string(),
      Condition: z.object({ ArnLike: z.record(z.string(), z.string()) }).optional(),
    }),
  ),
});

/** An attribute that every resource of the type has. */
function readAttribute({ stack }: ImportContext, resource: StackResource, attribute: string): string {
  const text = stack.text(resource, attribute);
  if (text === undefined) throw new Error(`${resource.address} has no ${attribute} that is known`);
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
  const { aws } = context;
  const name = readAttribute(context, resource, "alarm_name");
  const found = await aws.find("cloudwatch:DescribeAlarms", (options) =>
    aws.cloudWatch.send(
      new DescribeAlarmsCommand({ AlarmNames: [name], AlarmTypes: ["CompositeAlarm", "MetricAlarm"] }),
      options,
    ),
  );
  const { MetricAlarms = [], CompositeAlarms = [] } = found ?? {};
  return MetricAlarms.length + CompositeAlarms.length > 0 ? name : undefined;
};

const findTopicId: FindId = async (resource, context) => {
  const arn = buildTopicArn(resource, context);
  return (await readTopicAttributes(arn, context)) && arn;
};

function buildTopicArn(resource: StackResource, context: ImportContext): string {
  const { partition, account } = context.identity;
  return `arn:${partition}:sns:${context.aws.region}:${account}:${readAttribute(context, resource, "name")}`;
}

async function readTopicAttributes(
  TopicArn: string,
  { aws }: ImportContext,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await aws.find("sns:GetTopicAttributes", (options) =>
    aws.sns.send(new GetTopicAttributesCommand({ TopicArn }), options),
  );
  return found?.Attributes;
}

/** AWS has made up the key's id: it is told by the topics that the key encrypts. */
const findKeyId: FindId = async (resource, context) => {
  const topics = context.stack.all.filter(
    (one) => one.type === "aws_sns_topic" && context.stack.target(one, "kms_master_key_id") === resource,
  );
  for (const one of topics) {
    const { KmsMasterKeyId } = (await readTopicAttributes(buildTopicArn(one, context), context)) ?? {};
    if (KmsMasterKeyId !== undefined) return KmsMasterKeyId.replace(/^.*\//, "");
  }
  return undefined;
};

const findQueueId: FindId = async (resource, context) => {
  const { aws } = context;
  const QueueName = readAttribute(context, resource, "name");
  const found = await aws.find("sqs:GetQueueUrl", (options) =>
    aws.sqs.send(new GetQueueUrlCommand({ QueueName }), options),
  );
  return found?.QueueUrl;
};

const findRoleId: FindId = async (resource, context) => {
  const { aws } = context;
  const RoleName = readAttribute(context, resource, "name");
  const found = await aws.find("iam:GetRole", (options) => aws.iam.send(new GetRoleCommand({ RoleName }), options));
  return found && RoleName;
};

const findApiId: FindId = async (resource, context) => {
  const { aws } = context;
  const name = readAttribute(context, resource, "name");
  let NextToken: string | undefined;
  do {
    const found = await aws.find("apigateway:GET", (options) =>
      aws.apis.send(new GetApisCommand(NextToken === undefined ? {} : { NextToken }), options),
    );
    const mine = found?.Items?.find(({ Name }) => Name === name);
    if (mine) return mine.ApiId;
    NextToken = found?.NextToken;
  } while (NextToken !== undefined);
  return undefined;
};

const buildFunctionQualifier = (resource: StackResource, context: ImportContext) => {
  const FunctionName = readAttribute(context, resource, "function_name");
  const qualifier = context.stack.text(resource, "qualifier");
  return { FunctionName, ...(qualifier === undefined ? {} : { Qualifier: qualifier }) };
};

/**
 * By type of resource. The form of each id is on the type's page at
 * https://registry.terraform.io/providers/hashicorp/aws/latest/docs, under "Import". Undefined are types that cannot be
 * imported, and need not be: an apply makes them again and harms nothing.
 */
export const IMPORT_IDS: Readonly<Record<string, FindId | undefined>> = {
  aws_apigatewayv2_api: findApiId,
  aws_apigatewayv2_integration: async (resource, context) => {
    const ApiId = await findTargetId(resource, "api_id", context);
    if (ApiId === undefined) return undefined;
    const found = await context.aws.find("apigateway:GET", (options) =>
      context.aws.apis.send(new GetIntegrationsCommand({ ApiId }), options),
    );
    const id = found?.Items?.[0]?.IntegrationId;
    return id && `${ApiId}/${id}`;
  },
  aws_apigatewayv2_route: async (resource, context) => {
    const ApiId = await findTargetId(resource, "api_id", context);
    if (ApiId === undefined) return undefined;
    const found = await context.aws.find("apigateway:GET", (options) =>
      context.aws.apis.send(new GetRoutesCommand({ ApiId }), options),
    );
    const key = readAttribute(context, resource, "route_key");
    const id = found?.Items?.find(({ RouteKey }) => RouteKey === key)?.RouteId;
    return id && `${ApiId}/${id}`;
  },
  aws_apigatewayv2_stage: async (resource, context) => {
    const ApiId = await findTargetId(resource, "api_id", context);
    if (ApiId === undefined) return undefined;
    const StageName = readAttribute(context, resource, "name");
    const found = await context.aws.find("apigateway:GET", (options) =>
      context.aws.apis.send(new GetStageCommand({ ApiId, StageName }), options),
    );
    return found && `${ApiId}/${StageName}`;
  },
  aws_cloudwatch_composite_alarm: findAlarmId,
  aws_cloudwatch_dashboard: async (resource, context) => {
    const DashboardName = readAttribute(context, resource, "dashboard_name");
    const found = await context.aws.find("cloudwatch:GetDashboard", (options) =>
      context.aws.cloudWatch.send(new GetDashboardCommand({ DashboardName }), options),
    );
    return found && DashboardName;
  },
  aws_cloudwatch_event_rule: async (resource, context) => {
    const Name = readAttribute(context, resource, "name");
    const found = await context.aws.find("events:DescribeRule", (options) =>
      context.aws.events.send(new DescribeRuleCommand({ Name }), options),
    );
    return found && Name;
  },
  aws_cloudwatch_event_target: async (resource, context) => {
    const Rule = readAttribute(context, resource, "rule");
    const found = await context.aws.find("events:ListTargetsByRule", (options) =>
      context.aws.events.send(new ListTargetsByRuleCommand({ Rule }), options),
    );
    const input = context.stack.text(resource, "input");
    const id = found?.Targets?.find(({ Input }) => Input === input)?.Id;
    return id && `${Rule}/${id}`;
  },
  aws_cloudwatch_log_group: async (resource, context) => {
    const name = readAttribute(context, resource, "name");
    const found = await context.aws.find("logs:DescribeLogGroups", (options) =>
      context.aws.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }), options),
    );
    return found?.logGroups?.find(({ logGroupName }) => logGroupName === name) && name;
  },
  aws_cloudwatch_log_metric_filter: async (resource, context) => {
    const logGroupName = readAttribute(context, resource, "log_group_name");
    const name = readAttribute(context, resource, "name");
    const found = await context.aws.find("logs:DescribeMetricFilters", (options) =>
      context.aws.logs.send(new DescribeMetricFiltersCommand({ logGroupName, filterNamePrefix: name }), options),
    );
    return found?.metricFilters?.find(({ filterName }) => filterName === name) && `${logGroupName}:${name}`;
  },
  aws_cloudwatch_metric_alarm: findAlarmId,
  aws_cloudwatch_query_definition: async (resource, context) => {
    const { partition, account } = context.identity;
    const name = readAttribute(context, resource, "name");
    const found = await context.aws.find("logs:DescribeQueryDefinitions", (options) =>
      context.aws.logs.send(new DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix: name }), options),
    );
    const id = found?.queryDefinitions?.find((query) => query.name === name)?.queryDefinitionId;
    return id && `arn:${partition}:logs:${context.aws.region}:${account}:query-definition:${id}`;
  },
  aws_iam_role: findRoleId,
  aws_iam_role_policy: async (resource, context) => {
    const RoleName = readAttribute(context, resource, "role");
    const PolicyName = readAttribute(context, resource, "name");
    const found = await context.aws.find("iam:GetRolePolicy", (options) =>
      context.aws.iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }), options),
    );
    return found && `${RoleName}:${PolicyName}`;
  },
  aws_kms_key: findKeyId,
  aws_kms_key_policy: (resource, context) => findTargetId(resource, "key_id", context),
  aws_lambda_alias: async (resource, context) => {
    const FunctionName = readAttribute(context, resource, "function_name");
    const Qualifier = readAttribute(context, resource, "name");
    const found = await context.aws.find("lambda:GetFunctionConfiguration", (options) =>
      context.aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }), options),
    );
    return found && `${FunctionName}/${Qualifier}`;
  },
  aws_lambda_function: async (resource, context) => {
    const FunctionName = readAttribute(context, resource, "function_name");
    const found = await context.aws.find("lambda:GetFunctionConfiguration", (options) =>
      context.aws.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }), options),
    );
    return found && FunctionName;
  },
  aws_lambda_function_event_invoke_config: async (resource, context) => {
    const asked = buildFunctionQualifier(resource, context);
    const found = await context.aws.find("lambda:GetFunctionEventInvokeConfig", (options) =>
      context.aws.lambda.send(new GetFunctionEventInvokeConfigCommand(asked), options),
    );
    return found && asked.FunctionName;
  },
  aws_lambda_function_url: async (resource, context) => {
    const asked = buildFunctionQualifier(resource, context);
    const found = await context.aws.find("lambda:GetFunctionUrlConfig", (options) =>
      context.aws.lambda.send(new GetFunctionUrlConfigCommand(asked), options),
    );
    return found && [asked.FunctionName, asked.Qualifier ?? []].flat().join("/");
  },
  aws_lambda_invocation: undefined,
  aws_lambda_permission: async (resource, context) => {
    const asked = buildFunctionQualifier(resource, context);
    // A rule's ARN ends with its name; an API's has its id, after which come stage and route.
    const source = context.stack.target(resource, "source_arn");
    const owner = source
      ? await IMPORT_IDS[source.type]?.(source, context)
      : await findApiInText(String(resource.attributes["source_arn"]), context);
    if (owner === undefined) return undefined;
    const found = await context.aws.find("lambda:GetPolicy", (options) =>
      context.aws.lambda.send(new GetPolicyCommand(asked), options),
    );
    const statements = found?.Policy === undefined ? [] : POLICY.parse(JSON.parse(found.Policy)).Statement;
    const id = statements.find(({ Condition }) =>
      Object.values(Condition?.ArnLike ?? {}).some((arn) => arn.split(/[:/]/).includes(owner)),
    )?.Sid;
    return id && `${[asked.FunctionName, asked.Qualifier ?? []].flat().join(":")}/${id}`;
  },
  aws_sns_topic: findTopicId,
  aws_sns_topic_policy: (resource, context) => findTargetId(resource, "arn", context),
  aws_sns_topic_subscription: async (resource, context) => {
    const TopicArn = await findTargetId(resource, "topic_arn", context);
    if (TopicArn === undefined) return undefined;
    const protocol = readAttribute(context, resource, "protocol");
    const endpoint = readAttribute(context, resource, "endpoint");
    // A webhook's address is a secret that only Terraform knows: there is one of the kind.
    const isThis = protocol === "email" ? (of: string | undefined) => of === endpoint : () => true;
    const found = await context.aws.find("sns:ListSubscriptionsByTopic", (options) =>
      context.aws.sns.send(new ListSubscriptionsByTopicCommand({ TopicArn }), options),
    );
    const arn = found?.Subscriptions?.find((one) => one.Protocol === protocol && isThis(one.Endpoint))?.SubscriptionArn;
    // One that nobody has confirmed yet has no ARN: subscribing again does no harm.
    return arn?.startsWith("arn:") === true ? arn : undefined;
  },
  aws_sqs_queue: findQueueId,
  aws_sqs_queue_policy: async (resource, context) => {
    const QueueUrl = await findTargetId(resource, "queue_url", context);
    if (QueueUrl === undefined) return undefined;
    const found = await context.aws.find("sqs:GetQueueAttributes", (options) =>
      context.aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }), options),
    );
    return found?.Attributes?.["Policy"] === undefined ? undefined : QueueUrl;
  },
  terraform_data: undefined,
};

/** The id of the API whose ARN begins a text. */
async function findApiInText(text: string, context: ImportContext): Promise<string | undefined> {
  const own = context.stack.all.find(
    ({ type, address }) => type === "aws_apigatewayv2_api" && text.startsWith(`\${${address}.`),
  );
  return own && findApiId(own, context);
}
