import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchLogSubscriptionFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-subscription-filter";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { type Construct } from "constructs";
import { listEvents } from "../../environments/events";
import { type FunctionSettings } from "../../environments/schema";
import { configuresInvocations, nameEvent } from "../../model/event-sources";
import { findScope, type MadeForEvents } from "./event-queues";

/** Input of the events that other services push. */
export interface PushedEventsProps {
  /** The function's name in AWS. */
  readonly name: string;
  readonly settings: FunctionSettings;
  readonly live: LambdaAlias;
  readonly made: MadeForEvents;
  /** As in `arn:aws:logs:eu-west-1:123456789012:log-group:`. */
  readonly logGroupPrefix: () => string;
}

/** Rules, topics and log filters, each with its permission on alias `live`, and where events go that fail. */
export function addPushedEvents(scope: Construct, props: PushedEventsProps): void {
  const { settings, live, made } = props;
  const { eventInvokeConfig } = settings;
  if (configuresInvocations(settings)) {
    const { maximumRetryAttempts, maximumEventAgeSeconds, onFailureArn, onSuccessArn } = eventInvokeConfig ?? {};
    const onFailure = onFailureArn ?? made.failedEvents?.arn;
    new LambdaFunctionEventInvokeConfig(scope, "asynchronous", {
      functionName: live.functionName,
      qualifier: live.name,
      maximumRetryAttempts,
      maximumEventAgeInSeconds: maximumEventAgeSeconds,
      destinationConfig: {
        onFailure: onFailure === undefined ? undefined : { destination: onFailure },
        onSuccess: onSuccessArn === undefined ? undefined : { destination: onSuccessArn },
      },
    });
  }
  const senders = [...addRules(scope, props), ...addSubscriptions(scope, props)];
  addLogFilters(scope, props);
  if (made.failedEvents && senders.length > 0) {
    const { arn, url } = made.failedEvents;
    new SqsQueuePolicy(scope, "failed-events-policy", {
      queueUrl: url,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: senders.map(({ service, sourceArn }) => ({
          Effect: "Allow",
          Principal: { Service: service },
          Action: "sqs:SendMessage",
          Resource: arn,
          Condition: { ArnEquals: { "aws:SourceArn": sourceArn } },
        })),
      }),
    });
  }
}

/** A service that may put events into the queue of failed events. */
interface Sender {
  readonly service: string;
  readonly sourceArn: string;
}

/** Lets a service invoke alias `live` for one source. */
export function allowInvocation(
  scope: Construct,
  live: LambdaAlias,
  service: string,
  sourceArn: string,
): LambdaPermission {
  return new LambdaPermission(scope, "permission", {
    functionName: live.functionName,
    qualifier: live.name,
    action: "lambda:InvokeFunction",
    principal: service,
    sourceArn,
  });
}

function addRules(scope: Construct, { name, settings, live, made }: PushedEventsProps): Sender[] {
  return listEvents(settings.events, "event_pattern").map(([event, source]) => {
    const own = findScope(scope, event);
    const rule = new CloudwatchEventRule(own, "rule", {
      name: nameEvent(name, event),
      eventBusName: source.bus === "default" ? undefined : source.bus,
      eventPattern: JSON.stringify(source.pattern),
      state: source.enabled ? "ENABLED" : "DISABLED",
    });
    const permission = allowInvocation(own, live, "events.amazonaws.com", rule.arn);
    new CloudwatchEventTarget(own, "target", {
      rule: rule.name,
      eventBusName: source.bus === "default" ? undefined : source.bus,
      arn: live.arn,
      retryPolicy: {
        maximumRetryAttempts: source.maximumRetryAttempts,
        maximumEventAgeInSeconds: source.maximumEventAgeSeconds,
      },
      deadLetterConfig: made.failedEvents && { arn: made.failedEvents.arn },
      dependsOn: [permission],
    });
    return { service: "events.amazonaws.com", sourceArn: rule.arn };
  });
}

function addSubscriptions(scope: Construct, { settings, live, made }: PushedEventsProps): Sender[] {
  return listEvents(settings.events, "sns").map(([event, source]) => {
    const own = findScope(scope, event);
    const topicArn = source.topicArn ?? made.topics.get(event)?.arn ?? "";
    const permission = allowInvocation(own, live, "sns.amazonaws.com", topicArn);
    new SnsTopicSubscription(own, "subscription", {
      topicArn,
      protocol: "lambda",
      endpoint: live.arn,
      filterPolicy: source.filterPolicy && JSON.stringify(source.filterPolicy),
      filterPolicyScope: source.filterPolicyScope,
      redrivePolicy: made.failedEvents && JSON.stringify({ deadLetterTargetArn: made.failedEvents.arn }),
      dependsOn: [permission],
    });
    return { service: "sns.amazonaws.com", sourceArn: topicArn };
  });
}

function addLogFilters(scope: Construct, { name, settings, live, logGroupPrefix }: PushedEventsProps): void {
  for (const [event, source] of listEvents(settings.events, "log_filter")) {
    const own = findScope(scope, event);
    const permission = allowInvocation(own, live, "logs.amazonaws.com", `${logGroupPrefix()}${source.logGroup}:*`);
    new CloudwatchLogSubscriptionFilter(own, "filter", {
      name: nameEvent(name, event),
      logGroupName: source.logGroup,
      filterPattern: source.pattern,
      destinationArn: live.arn,
      dependsOn: [permission],
    });
  }
}
