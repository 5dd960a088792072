import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { CloudwatchLogSubscriptionFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-subscription-filter";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaFunctionEventInvokeConfig } from "@cdktf/provider-aws/lib/lambda-function-event-invoke-config";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription";
import { type Construct } from "constructs";
import { listEvents } from "../../environments/events";
import { type FunctionSettings } from "../../environments/schema";
import { configuresInvocations, nameEvent } from "../../model/event-sources";
import { allowInvocation } from "../invocation-permission";
import { lostWith } from "../lost-with";
import { allowSending, type Sender } from "../undelivered";
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
      lifecycle: lostWith(live),
      destinationConfig: {
        onFailure: onFailure === undefined ? undefined : { destination: onFailure },
        onSuccess: onSuccessArn === undefined ? undefined : { destination: onSuccessArn },
      },
    });
  }
  const senders = [...addRules(scope, props), ...addSubscriptions(scope, props)];
  addLogFilters(scope, props);
  if (made.failedEvents && senders.length > 0) {
    allowSending(scope, "failed-events-policy", made.failedEvents, senders);
  }
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
    const sender = { principal: "events.amazonaws.com", sourceArn: rule.arn };
    const permission = allowInvocation(own, "permission", live, sender);
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
    return sender;
  });
}

function addSubscriptions(scope: Construct, { settings, live, made }: PushedEventsProps): Sender[] {
  return listEvents(settings.events, "sns").map(([event, source]) => {
    const own = findScope(scope, event);
    const topicArn = source.topicArn ?? made.topics.get(event)?.arn ?? "";
    const sender = { principal: "sns.amazonaws.com", sourceArn: topicArn };
    const permission = allowInvocation(own, "permission", live, sender);
    new SnsTopicSubscription(own, "subscription", {
      topicArn,
      protocol: "lambda",
      endpoint: live.arn,
      filterPolicy: source.filterPolicy && JSON.stringify(source.filterPolicy),
      filterPolicyScope: source.filterPolicyScope,
      redrivePolicy: made.failedEvents && JSON.stringify({ deadLetterTargetArn: made.failedEvents.arn }),
      dependsOn: [permission],
    });
    return sender;
  });
}

function addLogFilters(scope: Construct, { name, settings, live, logGroupPrefix }: PushedEventsProps): void {
  for (const [event, source] of listEvents(settings.events, "log_filter")) {
    const own = findScope(scope, event);
    const permission = allowInvocation(own, "permission", live, {
      principal: "logs.amazonaws.com",
      sourceArn: `${logGroupPrefix()}${source.logGroup}:*`,
    });
    new CloudwatchLogSubscriptionFilter(own, "filter", {
      name: nameEvent(name, event),
      logGroupName: source.logGroup,
      filterPattern: source.pattern,
      destinationArn: live.arn,
      dependsOn: [permission],
    });
  }
}
