import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { type WarmingRequest } from "../../functions/warmer/contract";
import { scheduleRules, type ScheduleRule, type Schedules } from "./schedules";
import { targetOf, type WarmedFunction, WARMER_PRICE } from "./warmed-functions";
import { type Warmer } from "./warmer";

/** Of a rule's input, which may have 8,192 characters, a target takes 420 at most: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html */
const TARGETS_PER_INPUT = 18;

/** A queue keeps what could not be delivered for as long as a queue can. */
const FOURTEEN_DAYS_SECONDS = 1_209_600;

/** Starts the warmer by the clock. What could not be started goes into {@link missed}, and is not tried again: the next run is better. */
export class ScheduledWarming extends Construct {
  readonly missed: SqsQueue | undefined;

  constructor(scope: Construct, id: string, environment: string, warmer: Warmer, warmed: readonly WarmedFunction[]) {
    super(scope, id);
    const rules = [...functionsByRule(warmed)];
    if (rules.length === 0) return;
    this.missed = new SqsQueue(this, "missed", {
      name: `${environment}-warming-missed`,
      sqsManagedSseEnabled: true,
      messageRetentionSeconds: FOURTEEN_DAYS_SECONDS,
    });
    const { missed } = this;
    const arns = rules.map(([rule, functions]) => addRule(this, { environment, rule, functions, warmer, missed }).arn);
    new SqsQueuePolicy(this, "missed-policy", {
      queueUrl: missed.url,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sqs:SendMessage",
            Resource: missed.arn,
            Condition: { ArnEquals: { "aws:SourceArn": arns } },
          },
        ],
      }),
    });
  }
}

interface RuleProps {
  readonly environment: string;
  readonly rule: ScheduleRule;
  readonly functions: readonly WarmedFunction[];
  readonly warmer: Warmer;
  readonly missed: SqsQueue;
}

/** One rule for all functions that are due at the same minutes. */
function addRule(scope: Construct, { environment, rule, functions, warmer, missed }: RuleProps): CloudwatchEventRule {
  const { strategy, expression } = rule;
  const id = `${strategy}-${createHash("sha256").update(expression).digest("hex").slice(0, 6)}`;
  const created = new CloudwatchEventRule(scope, id, {
    name: `${environment}-warming-${id}`,
    description: `Keeps ${functions.length === 1 ? (functions[0]?.id ?? "") : `${functions.length} functions`} of ${environment} warm`,
    scheduleExpression: expression,
  });
  for (let from = 0; from < functions.length; from += TARGETS_PER_INPUT) {
    const request: WarmingRequest = {
      strategy,
      targets: functions.slice(from, from + TARGETS_PER_INPUT).map((one) => targetOf(one, strategy)),
      price: WARMER_PRICE,
    };
    new CloudwatchEventTarget(scope, `${id}-${from / TARGETS_PER_INPUT + 1}`, {
      rule: created.name,
      arn: warmer.lambda.arn,
      input: JSON.stringify(request),
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      deadLetterConfig: { arn: missed.arn },
    });
  }
  new LambdaPermission(scope, `${id}-permission`, {
    functionName: warmer.lambda.functionName,
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    sourceArn: created.arn,
  });
  return created;
}

function functionsByRule(warmed: readonly WarmedFunction[]): Map<ScheduleRule, WarmedFunction[]> {
  const rules = new Map<string, [ScheduleRule, WarmedFunction[]]>();
  for (const one of warmed) {
    for (const rule of scheduleRules(schedulesOf(one))) {
      const key = `${rule.strategy} ${rule.expression}`;
      const [, functions] = rules.get(key) ?? [rule, []];
      rules.set(key, [rule, [...functions, one]]);
    }
  }
  return new Map(rules.values());
}

/** The strategies that are switched on. */
export function schedulesOf({ settings: { scheduled, peak } }: Pick<WarmedFunction, "settings">): Schedules {
  return { scheduled: scheduled.enabled ? scheduled : undefined, peak: peak.enabled ? peak : undefined };
}
