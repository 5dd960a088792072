import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";
import { Construct } from "constructs";
import { ALARM_KEYS } from "../../environments/alarms";
import { formatDefaultLogGroup, formatDeployedName, NOTIFIER, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { hyphenate } from "../../model/alarms";
import { OBJECTIVE_ALARM_KEYS } from "../../model/objectives";
import { nameUndeliveredQueue } from "../../model/notifier-alarms";
import { formatParameterName, listAvailabilityObjectives, listRecipients } from "../../model/notifier";
import { allow } from "../../model/permissions";
import { listWatchedFunctions } from "../../model/watched-function";
import { addArnPrefix } from "../arn";
import { type Bundle } from "../bundle";
import { addOwnFunction, MAX_NAMED_FUNCTIONS } from "../own-function";
import { type SensitiveVariables } from "../sensitive-variables";
import { addUndeliveredQueue, allowSending } from "../undelivered";
import { type Notifications } from "./notifications";

/**
 * Mostly it waits: for logs, and for services to answer. A card comes within two minutes: it waits for others, looks at
 * AWS, and sends, each with a limit of its own.
 */
const SIZE = { memoryMb: 512, timeoutSeconds: 100, architecture: "arm64" } as const;

/** Later, a card about an alarm helps nobody, and the message goes into the queue. */
const LONGEST_WAIT_SECONDS = 3600;

/**
 * The function that tells Slack, Teams or PagerDuty about alarms. The construct's id is its name in addresses. What it
 * could not deliver is in {@link undelivered}.
 */
export class Notifier extends Construct {
  readonly undelivered: SqsQueue;

  constructor(
    scope: Construct,
    id: string,
    environment: Environment,
    bundle: Bundle,
    { urgent, notice }: Notifications,
    sensitiveVariables: SensitiveVariables,
  ) {
    super(scope, id);
    const { name: environmentName } = environment;
    const name = formatDeployedName(environmentName, NOTIFIER);
    const queue = (this.undelivered = addUndeliveredQueue(this, "undelivered", nameUndeliveredQueue(environmentName)));
    allowSending(this, "undelivered-policy", queue, [
      { principal: "sns.amazonaws.com", sourceArn: [urgent.arn, notice.arn] },
    ]);
    const incidents = new DynamodbTable(this, "incidents", {
      name: `${name}-incidents`,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attribute: [{ name: "id", type: "S" }],
      ttl: { attributeName: "expiresAt", enabled: true },
      serverSideEncryption: { enabled: true },
    });
    const recipients = listRecipients(environment);
    const parameters = recipients.map(
      ({ service, variable, form, settings }) =>
        [
          service,
          new SsmParameter(this, service, {
            name: formatParameterName(environmentName, service),
            description: `How alarms of ${environmentName} reach ${service}`,
            type: "SecureString",
            value: sensitiveVariables.valueNamed(variable),
            // Not a validation of the variable, whose message would show a value that is almost right.
            lifecycle: {
              precondition: [
                {
                  condition: `\${nonsensitive(can(regex("${form.pattern}", var.${variable})))}`,
                  errorMessage: `${variable}: expected ${form.expected}.`,
                },
              ],
            },
          }),
          settings,
        ] as const,
    );
    const lambda = addOwnFunction(this, {
      environment,
      folder: NOTIFIER,
      bundle,
      size: SIZE,
      variables: {
        ENVIRONMENT: environmentName,
        INCIDENTS_TABLE: incidents.name,
        ALARM_ENDS: [...ALARM_KEYS, ...OBJECTIVE_ALARM_KEYS, "degraded"].map((key) => `-${hyphenate(key)}`).join(","),
        OBJECTIVES: JSON.stringify(listAvailabilityObjectives(environment)),
        RECIPIENTS: JSON.stringify(
          Object.fromEntries(
            parameters.map(([service, { name: parameter }, settings]) => [service, { parameter, ...settings }]),
          ),
        ),
      },
      permissions: ({ arn }) => {
        const addPrefix = (service: string, kind: string) => {
          const prefix = addArnPrefix(this, `${kind}-arns`, arn, `${service}:${environment.region}`, `${kind}:`);
          return (ends: readonly string[]) => ends.map((end) => `${prefix}${end}`);
        };
        const formatFunctionArns = addPrefix("lambda", "function");
        const formatLogGroupArns = addPrefix("logs", "log-group");
        const { configurations, versions, logGroups } = listReadable(environment);
        return [
          allow(
            ["ssm:GetParameter"],
            parameters.map(([, parameter]) => parameter.arn),
          ),
          allow(["dynamodb:PutItem", "dynamodb:UpdateItem"], [incidents.arn]),
          allow(["sqs:SendMessage"], [queue.arn]),
          allow(["lambda:GetFunctionConfiguration"], formatFunctionArns(configurations)),
          ...(versions.length > 0 ? [allow(["lambda:ListVersionsByFunction"], formatFunctionArns(versions))] : []),
          allow(["logs:StartQuery"], formatLogGroupArns(logGroups)),
          // CloudWatch Logs has no resource-level permission for it:
          // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
          allow(["logs:GetQueryResults"], "*"),
          // As above: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
          allow(["cloudwatch:GetMetricData"], "*"),
          // Composite alarms are left out unless it is for all alarms:
          // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
          allow(["cloudwatch:DescribeAlarms"], "*"),
        ];
      },
    });
    new LambdaFunctionEventInvokeConfig(this, "asynchronous", {
      functionName: lambda.functionName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: LONGEST_WAIT_SECONDS,
      destinationConfig: { onFailure: { destination: queue.arn } },
    });
    for (const [topicId, topic] of Object.entries({ urgent, notice })) {
      const permission = new LambdaPermission(this, `${topicId}-permission`, {
        statementId: topicId,
        functionName: lambda.functionName,
        action: "lambda:InvokeFunction",
        principal: "sns.amazonaws.com",
        sourceArn: topic.arn,
      });
      new SnsTopicSubscription(this, topicId, {
        topicArn: topic.arn,
        protocol: "lambda",
        endpoint: lambda.arn,
        redrivePolicy: JSON.stringify({ deadLetterTargetArn: queue.arn }),
        dependsOn: [permission],
      });
    }
  }
}

/** What it reads about the environment's functions: the ends of the resources' ARNs. */
function listReadable(environment: Environment) {
  const functions = listWatchedFunctions(environment);
  const existing = functions.filter(({ deployedHere }) => !deployedHere);
  const deployed = functions.filter(({ deployedHere }) => deployedHere).map(({ name }) => name);
  // With more, the role's policies would be too large.
  const names = deployed.length <= MAX_NAMED_FUNCTIONS ? deployed : [`${environment.name}-*`];
  const warmer = formatDeployedName(environment.name, WARMER);
  return {
    configurations: [...names.map((name) => `${name}:live`), ...existing.map(({ name }) => name), warmer],
    versions: names,
    logGroups: [...[...names, warmer].map(formatDefaultLogGroup), ...existing.map(({ logGroup }) => logGroup)].map(
      (group) => `${group}:*`,
    ),
  };
}
