import {
  ApiGatewayV2Client,
  GetApiMappingsCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDomainNameCommand,
  GetIntegrationsCommand,
  GetRoutesCommand,
  GetStageCommand,
} from "@aws-sdk/client-apigatewayv2";
import { CloudWatchClient, GetDashboardCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeQueryDefinitionsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from "@aws-sdk/client-eventbridge";
import { GetRoleCommand, GetRolePolicyCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  GetFunctionEventInvokeConfigCommand,
  GetFunctionUrlConfigCommand,
  GetPolicyCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
} from "@aws-sdk/client-lambda";
import { GetScheduleCommand, GetScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { GetTopicAttributesCommand, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { DescribeParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type AwsAccess } from "./access";
import { type QualifiedName, toQualifiedInput } from "./functions";

/** IAM has a single action for all reading of API Gateway. */
const READ_API = "apigateway:GET";

/**
 * Looks up one resource each, or its id if that is not its name; undefined if it does not exist. Every lookup throws
 * AwsFailure.
 */
export const LOOKUPS = {
  async apiId(aws: AwsAccess, name: string): Promise<string | undefined> {
    let next: string | undefined;
    do {
      const command = new GetApisCommand(next === undefined ? {} : { NextToken: next });
      const found = await aws.send(READ_API, ApiGatewayV2Client, command);
      const own = found?.Items?.find(({ Name }) => Name === name);
      if (own) return own.ApiId;
      next = found?.NextToken;
    } while (next !== undefined);
    return undefined;
  },
  /** The first one. */
  async integrationId(aws: AwsAccess, apiId: string) {
    const found = await aws.send(READ_API, ApiGatewayV2Client, new GetIntegrationsCommand({ ApiId: apiId }));
    return found?.Items?.[0]?.IntegrationId;
  },
  /** @param key as in `$default` */
  async routeId(aws: AwsAccess, apiId: string, key: string) {
    const found = await aws.send(READ_API, ApiGatewayV2Client, new GetRoutesCommand({ ApiId: apiId }));
    return found?.Items?.find(({ RouteKey }) => RouteKey === key)?.RouteId;
  },
  async authorizerId(aws: AwsAccess, apiId: string, name: string) {
    const found = await aws.send(READ_API, ApiGatewayV2Client, new GetAuthorizersCommand({ ApiId: apiId }));
    return found?.Items?.find(({ Name }) => Name === name)?.AuthorizerId;
  },
  /** @param functionArn of the alias that gets the events */
  async eventSourceMappingId(aws: AwsAccess, functionArn: string, sourceArn: string) {
    const command = new ListEventSourceMappingsCommand({ FunctionName: functionArn, EventSourceArn: sourceArn });
    const found = await aws.send("lambda:ListEventSourceMappings", LambdaClient, command);
    return found?.EventSourceMappings?.[0]?.UUID;
  },
  schedule: (aws: AwsAccess, group: string, name: string) =>
    aws.send("scheduler:GetSchedule", SchedulerClient, new GetScheduleCommand({ GroupName: group, Name: name })),
  scheduleGroup: (aws: AwsAccess, name: string) =>
    aws.send("scheduler:GetScheduleGroup", SchedulerClient, new GetScheduleGroupCommand({ Name: name })),
  table: (aws: AwsAccess, name: string) =>
    aws.send("dynamodb:DescribeTable", DynamoDBClient, new DescribeTableCommand({ TableName: name })),
  /** Without its value. */
  parameter: async (aws: AwsAccess, name: string) => {
    const filters = [{ Key: "Name", Option: "Equals", Values: [name] }];
    const command = new DescribeParametersCommand({ ParameterFilters: filters });
    return (await aws.send("ssm:DescribeParameters", SSMClient, command))?.Parameters?.[0]?.Name;
  },
  domain: (aws: AwsAccess, name: string) =>
    aws.send(READ_API, ApiGatewayV2Client, new GetDomainNameCommand({ DomainName: name })),
  /** The first one of a domain. */
  async mappingId(aws: AwsAccess, domain: string) {
    const found = await aws.send(READ_API, ApiGatewayV2Client, new GetApiMappingsCommand({ DomainName: domain }));
    return found?.Items?.[0]?.ApiMappingId;
  },
  stage: (aws: AwsAccess, apiId: string, stage: string) =>
    aws.send(READ_API, ApiGatewayV2Client, new GetStageCommand({ ApiId: apiId, StageName: stage })),
  dashboard: (aws: AwsAccess, name: string) =>
    aws.send("cloudwatch:GetDashboard", CloudWatchClient, new GetDashboardCommand({ DashboardName: name })),
  /** By its exact name. */
  async savedQueryId(aws: AwsAccess, name: string) {
    const command = new DescribeQueryDefinitionsCommand({ queryDefinitionNamePrefix: name });
    const found = await aws.send("logs:DescribeQueryDefinitions", CloudWatchLogsClient, command);
    return found?.queryDefinitions?.find((query) => query.name === name)?.queryDefinitionId;
  },
  rule: (aws: AwsAccess, name: string) =>
    aws.send("events:DescribeRule", EventBridgeClient, new DescribeRuleCommand({ Name: name })),
  /** The target that gets this input. */
  async ruleTargetId(aws: AwsAccess, rule: string, input: string | undefined) {
    const command = new ListTargetsByRuleCommand({ Rule: rule });
    const found = await aws.send("events:ListTargetsByRule", EventBridgeClient, command);
    return found?.Targets?.find(({ Input }) => Input === input)?.Id;
  },
  role: (aws: AwsAccess, name: string) => aws.send("iam:GetRole", IAMClient, new GetRoleCommand({ RoleName: name })),
  rolePolicy: (aws: AwsAccess, role: string, policy: string) =>
    aws.send("iam:GetRolePolicy", IAMClient, new GetRolePolicyCommand({ RoleName: role, PolicyName: policy })),
  functionUrl: (aws: AwsAccess, of: QualifiedName) =>
    aws.send("lambda:GetFunctionUrlConfig", LambdaClient, new GetFunctionUrlConfigCommand(toQualifiedInput(of))),
  /** Settings of a function's asynchronous invocations. */
  eventSettings(aws: AwsAccess, of: QualifiedName) {
    const command = new GetFunctionEventInvokeConfigCommand(toQualifiedInput(of));
    return aws.send("lambda:GetFunctionEventInvokeConfig", LambdaClient, command);
  },
  /** Who may invoke a function, as a policy's JSON. */
  async invocationPolicy(aws: AwsAccess, of: QualifiedName) {
    return (await aws.send("lambda:GetPolicy", LambdaClient, new GetPolicyCommand(toQualifiedInput(of))))?.Policy;
  },
  /** A topic's attributes, with the key that encrypts it as `KmsMasterKeyId`, by its id or ARN. */
  async topic(aws: AwsAccess, arn: string) {
    const command = new GetTopicAttributesCommand({ TopicArn: arn });
    return (await aws.send("sns:GetTopicAttributes", SNSClient, command))?.Attributes;
  },
  async queueUrl(aws: AwsAccess, name: string) {
    return (await aws.send("sqs:GetQueueUrl", SQSClient, new GetQueueUrlCommand({ QueueName: name })))?.QueueUrl;
  },
  async queuePolicy(aws: AwsAccess, url: string) {
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["Policy"] });
    return (await aws.send("sqs:GetQueueAttributes", SQSClient, command))?.Attributes?.["Policy"];
  },
};
