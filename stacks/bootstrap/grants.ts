import { type EventKind, listEvents } from "../../environments/events";
import {
  formatCodeBucketPrefix,
  formatDeployedName,
  formatRolePath,
  ROLLOUT_CONTROLLER,
  WARMER,
} from "../../environments/names";
import { hasRollouts } from "../../environments/rollout";
import { type Environment } from "../../environments/schema";
import { type Condition } from "../../model/permissions";

/**
 * Permissions that Terraform needs for each type of resource in an environment's stack. Resources and conditions that
 * each action supports:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */

/** An environment's location, for ARNs. */
export interface Place {
  /** As in `aws`. */
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** The environment's name, with which the names of all its resources begin. */
  readonly name: string;
}

/** Actions on the same resources with the same condition. */
export interface Grant {
  /** Actions that a plan needs. */
  readonly read?: readonly string[];
  /** Further actions that an apply needs. */
  readonly write?: readonly string[];
  readonly on: (place: Place, environment: Environment) => readonly string[];
  readonly if?: (place: Place, environment: Environment) => Condition;
  /** Whether an environment needs it; by default, every environment does. */
  readonly neededBy?: (environment: Environment) => boolean;
}

/** This many always fit into a role's inline policy, even with the longest names. */
const WARMED_FUNCTIONS_INLINE = 20;
const NOTIFIED_FUNCTIONS_INLINE = 8;
const SECRETS_INLINE = 10;

const formatArns =
  (service: string, prefix = "") =>
  ({ partition, account, region, name }: Place) => [
    `arn:${partition}:${service}:${region}:${account}:${prefix}${name}-*`,
  ];

const functions = formatArns("lambda", "function:");
const alarms = formatArns("cloudwatch", "alarm:");
/** Rules of other buses than the default one have the bus before their name. */
const rules = (place: Place) => ["rule/", "rule/*/"].flatMap((prefix) => formatArns("events", prefix)(place));
const scheduleGroups = formatArns("scheduler", "schedule-group/");
const schedules = (place: Place) => formatArns("scheduler", "schedule/")(place).map((arn) => `${arn}/*`);
const queues = formatArns("sqs");
const topics = formatArns("sns");
const tables = formatArns("dynamodb", "table/");
const codeBuckets = ({ partition, name }: Place) => [`arn:${partition}:s3:::${formatCodeBucketPrefix(name)}*`];

/** By their path, which no other role has: a name with the same beginning may belong to anyone. */
const formatRoleArns = ({ partition, account, name }: Place) => [
  `arn:${partition}:iam::${account}:role${formatRolePath(name)}*`,
];

const formatPolicyArns = ({ partition, account, name }: Place) => [
  `arn:${partition}:iam::${account}:policy${formatRolePath(name)}*`,
];

/** The permissions boundary of every role that the environment makes. */
export function formatBoundaryName({ name }: Pick<Place, "name">): string {
  return `warmwatch_${name}_boundary`;
}

const requireBoundary = (place: Place): Condition => ({
  StringEquals: {
    "iam:PermissionsBoundary": `arn:${place.partition}:iam::${place.account}:policy/${formatBoundaryName(place)}`,
  },
});

/** Dashboards belong to an account, in all its regions. */
const formatDashboardArns = ({ partition, account, name }: Place) =>
  ["", "-packaged", "-existing"].map((end) => `arn:${partition}:cloudwatch::${account}:dashboard/${name}${end}`);

const formatLogGroupPrefix = ({ partition, account, region }: Place) =>
  `arn:${partition}:logs:${region}:${account}:log-group:`;

const formatLogGroupArns = (place: Place) =>
  ["/aws/lambda/", "/aws/vendedlogs/http-api/"].map(
    (prefix) => `${formatLogGroupPrefix(place)}${prefix}${place.name}-*`,
  );

const formatAllLogGroups = (place: Place) => [`${formatLogGroupPrefix(place)}*`];

const formatKeyArns = ({ partition, account, region }: Place) => [`arn:${partition}:kms:${region}:${account}:key/*`];

/** AWS generates an API's id. */
const formatApiArns = ({ partition, region }: Place) =>
  ["apis", "apis/*", "tags/*"].map((path) => `arn:${partition}:apigateway:${region}::/${path}`);

/** For actions without resource-level permissions. */
const allowAnything = () => ["*"];
const requireRegion = ({ region }: Place): Condition => ({ StringEquals: { "aws:RequestedRegion": region } });

/** AWS generates a key's id, so its tag shows which environment it belongs to. */
const requireOwnTag = ({ name }: Place): Condition => ({ StringEquals: { "aws:ResourceTag/Environment": name } });

const notifies = ({ notify }: Environment) => notify !== undefined;

const hasPublicEndpoint = ({ functions }: Environment) =>
  Object.values(functions).some(({ endpoint }) => endpoint === "public");

const hasExistingFunctions = ({ existingFunctions }: Environment) => Object.keys(existingFunctions).length > 0;

/** The services that call functions in every stack, and whoever the environment's file names. */
const listInvokers = (environment: Environment) => {
  const named = listFunctions(environment).flatMap(({ allowedTriggers }) =>
    Object.values(allowedTriggers).map(({ principal }) => principal),
  );
  const services = [
    ...(has("sns")(environment) || notifies(environment) ? ["sns.amazonaws.com"] : []),
    ...(has("s3")(environment) ? ["s3.amazonaws.com"] : []),
    ...(has("log_filter")(environment) ? ["logs.amazonaws.com"] : []),
  ];
  return [...new Set(["apigateway.amazonaws.com", "events.amazonaws.com", ...services, ...named])].sort();
};

/** Whether a role may need more than fits into its inline policy: one that reads many secrets, or the project's own. */
const needsOwnPolicies = ({ functions, existingFunctions, notify }: Environment) =>
  Object.keys(functions).length + Object.keys(existingFunctions).length >
    (notify ? NOTIFIED_FUNCTIONS_INLINE : WARMED_FUNCTIONS_INLINE) ||
  Object.values(functions).some(
    ({ secrets, policyStatements }) =>
      Object.keys(secrets).length > SECRETS_INLINE || Object.keys(policyStatements).length > 0,
  );

/** The repositories of images, by their ARNs. */
const listRepositories = (partition: string, environment: Environment) => {
  const arns = listFunctions(environment).flatMap(({ image }) => {
    const [, account, region, name] = /^(\d+)\.dkr\.ecr\.([^.]+)\.[^/]+\/([^@]+)@/.exec(image ?? "") ?? [];
    return name === undefined ? [] : `arn:${partition}:ecr:${region ?? ""}:${account ?? ""}:repository/${name}`;
  });
  return [...new Set(arns)].sort();
};

/** Code alone is never too large for Lambda's API; what is packaged with it may be. */
const mayNeedCodeBucket = (environment: Environment) =>
  listFunctions(environment).some(
    ({ files, packages, package: finished, bundle }) =>
      files.length + packages.length + Object.keys(bundle?.loader ?? {}).length > 0 || finished !== undefined,
  );

const needsAttachments = (environment: Environment) =>
  needsOwnPolicies(environment) || listManagedPolicies(environment).length > 0;

const listFunctions = ({ functions }: Environment) => Object.values(functions);

const listManagedPolicies = (environment: Environment) =>
  [...new Set(listFunctions(environment).flatMap(({ managedPolicies }) => managedPolicies))].sort();

const listLayers = (environment: Environment) =>
  [...new Set(listFunctions(environment).flatMap(({ layers }) => layers))].sort();

const listKeys = (environment: Environment) =>
  [...new Set(listFunctions(environment).flatMap(({ kmsKey }) => kmsKey ?? []))].sort();

/** What the functions' events of one kind say. */
const listSources = <Kind extends EventKind>(environment: Environment, kind: Kind) =>
  listFunctions(environment).flatMap(({ events }) => listEvents(events, kind).map(([, source]) => source));

const has = (...kinds: readonly EventKind[]) => {
  return (environment: Environment) => kinds.some((kind) => listSources(environment, kind).length > 0);
};

const isPolled = has("sqs", "kinesis", "dynamodb_stream");

const listTopics = (environment: Environment) =>
  [...new Set(listSources(environment, "sns").flatMap(({ topicArn }) => topicArn ?? []))].sort();

const isProvisioned = (environment: Environment) =>
  listFunctions(environment).some(({ provisionedConcurrency }) => provisionedConcurrency !== undefined);

const hasNetwork = (environment: Environment) => listFunctions(environment).some(({ vpc }) => vpc !== undefined);

const listDomains = (environment: Environment) =>
  listFunctions(environment).flatMap(({ http: { domain } }) => domain ?? []);

const listZones = (environment: Environment) =>
  [...new Set(listDomains(environment).flatMap(({ hostedZoneId }) => hostedZoneId ?? []))].sort();

const formatZoneArns = ({ partition }: Place, environment: Environment) =>
  listZones(environment).map((zone) => `arn:${partition}:route53:::hostedzone/${zone}`);

const METRIC_FILTERS = {
  read: ["logs:DescribeMetricFilters"],
  write: ["logs:PutMetricFilter", "logs:DeleteMetricFilter"],
};

const HTTP_API = {
  read: ["apigateway:GET"],
  write: ["apigateway:POST", "apigateway:PUT", "apigateway:PATCH", "apigateway:DELETE"],
  on: formatApiArns,
  neededBy: hasPublicEndpoint,
} satisfies Grant;

const DOMAIN: Grant = {
  read: HTTP_API.read,
  write: HTTP_API.write,
  on: ({ partition, region }, environment) =>
    ["", ...listDomains(environment).flatMap(({ name }) => [`/${name}`, `/${name}/*`])].map(
      (path) => `arn:${partition}:apigateway:${region}::/domainnames${path}`,
    ),
  neededBy: (environment) => listDomains(environment).length > 0,
};

/** By resource type. A test fails if a stack has a type that is missing in this table. */
export const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  aws_apigatewayv2_api: [
    HTTP_API,
    {
      // The first API of an account creates the role that API Gateway itself uses.
      write: ["iam:CreateServiceLinkedRole"],
      on: ({ partition, account }) => [
        `arn:${partition}:iam::${account}:role/aws-service-role/ops.apigateway.amazonaws.com/*`,
      ],
      neededBy: hasPublicEndpoint,
    },
  ],
  aws_apigatewayv2_api_mapping: [DOMAIN],
  aws_apigatewayv2_authorizer: [HTTP_API],
  aws_apigatewayv2_domain_name: [DOMAIN],
  aws_apigatewayv2_integration: [HTTP_API],
  aws_apigatewayv2_route: [HTTP_API],
  aws_apigatewayv2_stage: [
    HTTP_API,
    {
      // To enable access logs: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
      write: [
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeResourcePolicies",
        "logs:GetLogDelivery",
        "logs:ListLogDeliveries",
        "logs:PutResourcePolicy",
        "logs:UpdateLogDelivery",
      ],
      on: allowAnything,
      if: requireRegion,
      neededBy: hasPublicEndpoint,
    },
  ],
  aws_cloudwatch_composite_alarm: [
    // Both reject a narrower scope:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
    {
      read: ["cloudwatch:DescribeAlarms"],
      write: ["cloudwatch:PutCompositeAlarm"],
      on: allowAnything,
      if: requireRegion,
    },
    {
      read: ["cloudwatch:ListTagsForResource"],
      write: ["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
      on: alarms,
    },
  ],
  aws_cloudwatch_dashboard: [
    {
      read: ["cloudwatch:GetDashboard"],
      write: ["cloudwatch:PutDashboard", "cloudwatch:DeleteDashboards"],
      on: formatDashboardArns,
    },
  ],
  aws_cloudwatch_event_rule: [
    {
      read: ["events:DescribeRule", "events:ListTagsForResource"],
      write: ["events:PutRule", "events:DeleteRule", "events:TagResource", "events:UntagResource"],
      on: rules,
    },
  ],
  aws_cloudwatch_event_target: [
    { read: ["events:ListTargetsByRule"], write: ["events:PutTargets", "events:RemoveTargets"], on: rules },
  ],
  aws_cloudwatch_log_group: [
    { read: ["logs:DescribeLogGroups"], on: allowAnything, if: requireRegion },
    {
      read: ["logs:ListTagsForResource"],
      write: [
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:PutRetentionPolicy",
        "logs:DeleteRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
      ],
      on: formatLogGroupArns,
    },
  ],
  aws_cloudwatch_log_metric_filter: [
    { ...METRIC_FILTERS, on: formatLogGroupArns },
    // The logs of functions that are deployed elsewhere can have any name, and the size of a role's policies is
    // limited.
    { ...METRIC_FILTERS, on: formatAllLogGroups, neededBy: hasExistingFunctions },
  ],
  aws_cloudwatch_metric_alarm: [
    { read: ["cloudwatch:DescribeAlarms"], on: allowAnything, if: requireRegion },
    {
      read: ["cloudwatch:ListTagsForResource"],
      write: [
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:DeleteAlarms",
        "cloudwatch:TagResource",
        "cloudwatch:UntagResource",
      ],
      on: alarms,
    },
  ],
  aws_cloudwatch_query_definition: [
    {
      read: ["logs:DescribeQueryDefinitions"],
      write: ["logs:PutQueryDefinition", "logs:DeleteQueryDefinition"],
      on: allowAnything,
      if: requireRegion,
    },
  ],
  aws_iam_role: [
    {
      read: ["iam:GetRole", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies"],
      write: ["iam:DeleteRole", "iam:ListInstanceProfilesForRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole"],
      on: formatRoleArns,
    },
    {
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
      write: ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:UpdateAssumeRolePolicy"],
      on: formatRoleArns,
      if: requireBoundary,
    },
  ],
  aws_iam_role_policy: [
    { read: ["iam:GetRolePolicy"], write: ["iam:DeleteRolePolicy"], on: formatRoleArns },
    { write: ["iam:PutRolePolicy"], on: formatRoleArns, if: requireBoundary },
  ],
  // Policies for what does not fit into a role's inline policy. Of others, only those that the file names are attached.
  aws_iam_policy: [
    {
      read: ["iam:GetPolicy", "iam:GetPolicyVersion"],
      write: [
        "iam:CreatePolicy",
        "iam:CreatePolicyVersion",
        "iam:DeletePolicy",
        "iam:DeletePolicyVersion",
        "iam:ListPolicyVersions",
        "iam:TagPolicy",
        "iam:UntagPolicy",
      ],
      on: formatPolicyArns,
      neededBy: needsOwnPolicies,
    },
  ],
  aws_iam_role_policy_attachment: [
    {
      write: ["iam:AttachRolePolicy"],
      on: formatRoleArns,
      if: (place, environment) => ({
        ...requireBoundary(place),
        ArnLike: { "iam:PolicyARN": [...formatPolicyArns(place), ...listManagedPolicies(environment)] },
      }),
      neededBy: needsAttachments,
    },
    { write: ["iam:DetachRolePolicy"], on: formatRoleArns, neededBy: needsAttachments },
  ],
  aws_kms_key: [
    {
      read: ["kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags"],
      write: [
        "kms:DisableKeyRotation",
        "kms:EnableKeyRotation",
        "kms:ScheduleKeyDeletion",
        "kms:UntagResource",
        "kms:UpdateKeyDescription",
      ],
      on: formatKeyArns,
      if: requireOwnTag,
    },
    {
      write: ["kms:CreateKey"],
      on: allowAnything,
      if: ({ name, region }) => ({
        StringEquals: { "aws:RequestedRegion": region, "aws:RequestTag/Environment": name },
      }),
    },
    {
      // A new key has neither tag nor alias yet. The role cannot change the tag of another environment's key, and
      // cannot tag a key with an alias (which keys made in the console have) at all:
      // https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
      write: ["kms:TagResource"],
      on: formatKeyArns,
      if: ({ name }) => ({
        StringEquals: { "aws:RequestTag/Environment": name },
        StringEqualsIfExists: { "aws:ResourceTag/Environment": name },
        "ForAllValues:StringLike": { "kms:ResourceAliases": `alias/${name}-*` },
      }),
    },
  ],
  aws_kms_key_policy: [
    {
      read: ["kms:DescribeKey", "kms:GetKeyPolicy"],
      write: ["kms:PutKeyPolicy"],
      on: formatKeyArns,
      if: requireOwnTag,
    },
  ],
  // For infrastructure of functions' own. Other types must be allowed by an administrator, which synth says.
  aws_dynamodb_table: [
    {
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
      read: [
        "dynamodb:DescribeContinuousBackups",
        "dynamodb:DescribeTable",
        "dynamodb:DescribeTimeToLive",
        "dynamodb:ListTagsOfResource",
      ],
      write: [
        "dynamodb:CreateTable",
        "dynamodb:DeleteTable",
        "dynamodb:TagResource",
        "dynamodb:UntagResource",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTable",
        "dynamodb:UpdateTimeToLive",
      ],
      on: tables,
    },
  ],
  aws_lambda_alias: [
    {
      read: ["lambda:GetAlias"],
      write: ["lambda:CreateAlias", "lambda:UpdateAlias", "lambda:DeleteAlias"],
      on: functions,
    },
  ],
  aws_lambda_function: [
    {
      read: [
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:ListTags",
        "lambda:ListVersionsByFunction",
      ],
      write: [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:DeleteFunctionConcurrency",
        "lambda:GetFunctionConfiguration",
        "lambda:PublishVersion",
        "lambda:PutFunctionConcurrency",
        "lambda:TagResource",
        "lambda:UntagResource",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
      ],
      on: functions,
    },
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#gettingstarted-images-permissions
      write: ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy"],
      on: ({ partition }, environment) => listRepositories(partition, environment),
      neededBy: (environment) => listFunctions(environment).some(({ image }) => image !== undefined),
    },
    {
      write: ["lambda:GetLayerVersion"],
      on: (_, environment) => listLayers(environment),
      neededBy: (environment) => listLayers(environment).length > 0,
    },
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
      write: ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"],
      on: allowAnything,
      if: requireRegion,
      neededBy: hasNetwork,
    },
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
      write: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt"],
      on: (_, environment) => listKeys(environment),
      neededBy: (environment) => listKeys(environment).length > 0,
    },
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-filesystem.html
      write: ["elasticfilesystem:DescribeMountTargets"],
      on: ({ partition, account, region }) => [`arn:${partition}:elasticfilesystem:${region}:${account}:file-system/*`],
      neededBy: (environment) => listFunctions(environment).some(({ fileSystem }) => fileSystem !== undefined),
    },
    {
      write: ["iam:PassRole"],
      on: formatRoleArns,
      if: () => ({
        StringEquals: { "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com"] },
      }),
    },
  ],
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
  aws_lambda_event_source_mapping: [
    {
      read: ["lambda:GetEventSourceMapping"],
      write: ["lambda:CreateEventSourceMapping", "lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"],
      on: allowAnything,
      if: (place) => ({ ArnLike: { "lambda:FunctionArn": functions(place) } }),
      neededBy: isPolled,
    },
    {
      read: ["lambda:ListTags"],
      write: ["lambda:TagResource", "lambda:UntagResource"],
      on: ({ partition, account, region }) => [`arn:${partition}:lambda:${region}:${account}:event-source-mapping:*`],
      neededBy: isPolled,
    },
  ],
  aws_lambda_function_event_invoke_config: [
    {
      read: ["lambda:GetFunctionEventInvokeConfig"],
      write: [
        "lambda:DeleteFunctionEventInvokeConfig",
        "lambda:PutFunctionEventInvokeConfig",
        "lambda:UpdateFunctionEventInvokeConfig",
      ],
      on: functions,
    },
  ],
  aws_lambda_function_url: [
    {
      read: ["lambda:GetFunctionUrlConfig"],
      write: ["lambda:DeleteFunctionUrlConfig"],
      on: functions,
    },
    {
      // Never a URL for everyone.
      write: ["lambda:CreateFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig"],
      on: functions,
      if: () => ({ StringEquals: { "lambda:FunctionUrlAuthType": "AWS_IAM" } }),
    },
  ],
  aws_lambda_invocation: [
    {
      write: ["lambda:InvokeFunction"],
      on: ({ partition, account, region, name }, environment) =>
        [WARMER, ...(hasRollouts(environment) ? [ROLLOUT_CONTROLLER] : [])].flatMap((own) => {
          const arn = `arn:${partition}:lambda:${region}:${account}:function:${formatDeployedName(name, own)}`;
          return [arn, `${arn}:*`];
        }),
    },
  ],
  aws_lambda_permission: [
    { read: ["lambda:GetPolicy"], write: ["lambda:RemovePermission"], on: functions },
    {
      // Only who calls functions in our stacks: nobody else, and never everyone.
      write: ["lambda:AddPermission"],
      on: functions,
      if: (_, environment) => ({ StringEquals: { "lambda:Principal": listInvokers(environment) } }),
    },
  ],
  aws_lambda_provisioned_concurrency_config: [
    {
      read: ["lambda:GetProvisionedConcurrencyConfig"],
      write: ["lambda:DeleteProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig"],
      on: functions,
      neededBy: isProvisioned,
    },
  ],
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
  aws_appautoscaling_target: [
    {
      read: ["application-autoscaling:DescribeScalableTargets", "application-autoscaling:ListTagsForResource"],
      write: [
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:TagResource",
        "application-autoscaling:UntagResource",
      ],
      on: allowAnything,
      if: requireRegion,
      neededBy: isProvisioned,
    },
    {
      write: ["iam:CreateServiceLinkedRole"],
      on: ({ partition, account }) => [
        `arn:${partition}:iam::${account}:role/aws-service-role/lambda.application-autoscaling.amazonaws.com/*`,
      ],
      neededBy: isProvisioned,
    },
  ],
  aws_appautoscaling_scheduled_action: [
    {
      read: ["application-autoscaling:DescribeScheduledActions"],
      write: ["application-autoscaling:DeleteScheduledAction", "application-autoscaling:PutScheduledAction"],
      on: allowAnything,
      if: requireRegion,
      neededBy: isProvisioned,
    },
  ],
  aws_lambda_runtime_management_config: [
    {
      read: ["lambda:GetRuntimeManagementConfig"],
      write: ["lambda:PutRuntimeManagementConfig"],
      on: functions,
      neededBy: (environment) =>
        listFunctions(environment).some(({ runtimeSettings }) => runtimeSettings !== undefined),
    },
  ],
  aws_cloudwatch_log_subscription_filter: [
    {
      read: ["logs:DescribeSubscriptionFilters"],
      write: ["logs:PutSubscriptionFilter", "logs:DeleteSubscriptionFilter"],
      on: (place, environment) =>
        [...new Set(listSources(environment, "log_filter").map((source) => source.logGroup))].map(
          (group) => `${formatLogGroupPrefix(place)}${group}:*`,
        ),
      neededBy: has("log_filter"),
    },
  ],
  aws_s3_bucket_notification: [
    {
      read: ["s3:GetBucketNotification"],
      write: ["s3:PutBucketNotification"],
      on: ({ partition }, environment) => [
        ...new Set(listSources(environment, "s3").map(({ bucket }) => `arn:${partition}:s3:::${bucket}`)),
      ],
      neededBy: has("s3"),
    },
  ],
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
  aws_s3_bucket: [
    {
      read: [
        "s3:GetAccelerateConfiguration",
        "s3:GetBucketAcl",
        "s3:GetBucketCORS",
        "s3:GetBucketLogging",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketPolicy",
        "s3:GetBucketRequestPayment",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
      ],
      write: [
        "s3:CreateBucket",
        "s3:DeleteBucket",
        "s3:ListBucketVersions",
        "s3:PutBucketTagging",
        "s3:TagResource",
        "s3:UntagResource",
      ],
      on: codeBuckets,
      neededBy: mayNeedCodeBucket,
    },
  ],
  aws_s3_bucket_ownership_controls: [
    {
      read: ["s3:GetBucketOwnershipControls"],
      write: ["s3:PutBucketOwnershipControls"],
      on: codeBuckets,
      neededBy: mayNeedCodeBucket,
    },
  ],
  aws_s3_bucket_policy: [
    {
      read: ["s3:GetBucketPolicy"],
      write: ["s3:DeleteBucketPolicy", "s3:PutBucketPolicy"],
      on: codeBuckets,
      neededBy: mayNeedCodeBucket,
    },
  ],
  aws_s3_bucket_public_access_block: [
    {
      read: ["s3:GetBucketPublicAccessBlock"],
      write: ["s3:PutBucketPublicAccessBlock"],
      on: codeBuckets,
      neededBy: mayNeedCodeBucket,
    },
  ],
  aws_s3_bucket_server_side_encryption_configuration: [
    {
      read: ["s3:GetEncryptionConfiguration"],
      write: ["s3:PutEncryptionConfiguration"],
      on: codeBuckets,
      neededBy: mayNeedCodeBucket,
    },
  ],
  aws_s3_object: [
    {
      // Lambda reads a function's code as whoever deploys it.
      read: ["s3:GetObject", "s3:GetObjectTagging"],
      write: ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"],
      on: (place) => codeBuckets(place).map((bucket) => `${bucket}/*`),
      neededBy: mayNeedCodeBucket,
    },
  ],
  aws_scheduler_schedule_group: [
    {
      read: ["scheduler:GetScheduleGroup", "scheduler:ListTagsForResource"],
      write: [
        "scheduler:CreateScheduleGroup",
        "scheduler:DeleteScheduleGroup",
        "scheduler:TagResource",
        "scheduler:UntagResource",
      ],
      on: scheduleGroups,
    },
  ],
  aws_scheduler_schedule: [
    {
      read: ["scheduler:GetSchedule"],
      write: ["scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:UpdateSchedule"],
      on: schedules,
    },
  ],
  aws_route53_record: [
    {
      read: ["route53:GetHostedZone", "route53:ListResourceRecordSets"],
      on: formatZoneArns,
      neededBy: (environment) => listZones(environment).length > 0,
    },
    {
      // Only the records of its domains:
      // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/specifying-rrset-conditions.html
      write: ["route53:ChangeResourceRecordSets"],
      on: formatZoneArns,
      if: (_, environment) => ({
        "ForAllValues:StringEquals": {
          "route53:ChangeResourceRecordSetsNormalizedRecordNames": listDomains(environment).map(({ name }) => name),
        },
      }),
      neededBy: (environment) => listZones(environment).length > 0,
    },
    {
      write: ["route53:GetChange"],
      on: ({ partition }) => [`arn:${partition}:route53:::change/*`],
      neededBy: (environment) => listZones(environment).length > 0,
    },
  ],
  aws_sns_topic: [
    {
      read: ["sns:GetTopicAttributes", "sns:ListTagsForResource"],
      write: ["sns:CreateTopic", "sns:DeleteTopic", "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource"],
      on: topics,
    },
  ],
  aws_sns_topic_policy: [{ read: ["sns:GetTopicAttributes"], write: ["sns:SetTopicAttributes"], on: topics }],
  aws_sns_topic_subscription: [
    {
      read: ["sns:GetSubscriptionAttributes", "sns:ListSubscriptionsByTopic"],
      write: ["sns:SetSubscriptionAttributes", "sns:Subscribe", "sns:Unsubscribe"],
      on: (place, environment) => [
        ...topics(place),
        ...listTopics(environment).flatMap((topic) => [topic, `${topic}:*`]),
      ],
    },
  ],
  aws_sqs_queue: [
    {
      read: ["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
      write: ["sqs:CreateQueue", "sqs:DeleteQueue", "sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue"],
      on: queues,
    },
  ],
  aws_sqs_queue_policy: [{ read: ["sqs:GetQueueAttributes"], write: ["sqs:SetQueueAttributes"], on: queues }],
  aws_ssm_parameter: [
    { read: ["ssm:DescribeParameters"], on: allowAnything, if: requireRegion, neededBy: notifies },
    {
      // The parameters' values are in the state, too.
      read: ["ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"],
      write: ["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:PutParameter", "ssm:RemoveTagsFromResource"],
      on: ({ partition, account, region, name }) => [
        `arn:${partition}:ssm:${region}:${account}:parameter/warmwatch/${name}/*`,
      ],
      neededBy: notifies,
    },
  ],
  // Exists only in the state.
  terraform_data: [],
};
