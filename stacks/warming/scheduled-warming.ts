import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission";
import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { type WarmingRequest } from "../../warming/contract";
import { TARGETS_PER_RULE } from "../quotas";
import { buildScheduleRules, type ScheduleRule } from "../../model/schedules";
import { selectSchedules, buildWarmingTarget, type WarmedFunction, WARMER_PRICE } from "../../model/warmed-functions";
import { nameMissedQueue } from "../../model/warmer-alarms";
import { addUndeliveredQueue, allowSending } from "../undelivered";
import { type WarmerFunction } from "./warmer";

/**
 * A target takes at most 420 of the 8,192 characters of a rule's input:
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
 */
const TARGETS_PER_INPUT = 18;

/**
 * Starts the warmer on a schedule. Runs that could not be started go into {@link missed} and are not retried: the next
 * run is soon enough.
 */
export class ScheduledWarming extends Construct {
  readonly missed: SqsQueue | undefined;

  constructor(
    scope: Construct,
    id: string,
    environment: string,
    warmer: WarmerFunction,
    warmed: readonly WarmedFunction[],
  ) {
    super(scope, id);
    const rules = [...groupByRule(warmed)];
    if (rules.length === 0) return;
    const missed = (this.missed = addUndeliveredQueue(this, "missed", nameMissedQueue(environment)));
    const arns = rules.flatMap(([rule, functions]) =>
      addRules(this, { environment, rule, functions, warmer, missed }).map(({ arn }) => arn),
    );
    allowSending(this, "missed-policy", missed, [{ principal: "events.amazonaws.com", sourceArn: arns }]);
  }
}

interface RuleProps {
  readonly environment: string;
  readonly rule: ScheduleRule;
  readonly functions: readonly WarmedFunction[];
  readonly warmer: WarmerFunction;
  readonly missed: SqsQueue;
}

/**
 * Rules for all functions that are due at the same minutes: one rule, and a further one whenever it has the maximum
 * number of targets.
 */
function addRules(scope: Construct, props: RuleProps): CloudwatchEventRule[] {
  const { environment, rule, functions, warmer, missed } = props;
  const { strategy, expression } = rule;
  const id = `${strategy}-${createHash("sha256").update(expression).digest("hex").slice(0, 6)}`;
  const inputs: string[] = [];
  for (let from = 0; from < functions.length; from += TARGETS_PER_INPUT) {
    const request: WarmingRequest = {
      strategy,
      targets: functions.slice(from, from + TARGETS_PER_INPUT).map((one) => buildWarmingTarget(one, strategy)),
      price: WARMER_PRICE,
    };
    inputs.push(JSON.stringify(request));
  }
  const description = `Keeps ${functions.length === 1 ? (functions[0]?.id ?? "") : `${functions.length} functions`} of ${environment} warm`;
  const rules: CloudwatchEventRule[] = [];
  let current: CloudwatchEventRule | undefined;
  for (const [index, input] of inputs.entries()) {
    if (current === undefined || index % TARGETS_PER_RULE === 0) {
      current = addRule(scope, rules.length === 0 ? id : `${id}-rule-${rules.length + 1}`, {
        name: `${environment}-warming-${id}${rules.length === 0 ? "" : `-${rules.length + 1}`}`,
        description,
        expression,
        warmer,
      });
      rules.push(current);
    }
    new CloudwatchEventTarget(scope, `${id}-${index + 1}`, {
      rule: current.name,
      arn: warmer.lambda.arn,
      input,
      retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      deadLetterConfig: { arn: missed.arn },
    });
  }
  return rules;
}

/** A rule that may start the warmer. */
function addRule(
  scope: Construct,
  id: string,
  {
    name,
    description,
    expression,
    warmer,
  }: { name: string; description: string; expression: string; warmer: WarmerFunction },
): CloudwatchEventRule {
  const rule = new CloudwatchEventRule(scope, id, { name, description, scheduleExpression: expression });
  new LambdaPermission(scope, `${id}-permission`, {
    functionName: warmer.lambda.functionName,
    action: "lambda:InvokeFunction",
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
  return rule;
}

function groupByRule(warmed: readonly WarmedFunction[]): Map<ScheduleRule, WarmedFunction[]> {
  const rules = new Map<string, [ScheduleRule, WarmedFunction[]]>();
  for (const one of warmed) {
    for (const rule of buildScheduleRules(selectSchedules(one))) {
      const key = `${rule.strategy} ${rule.expression}`;
      const [, functions] = rules.get(key) ?? [rule, []];
      rules.set(key, [rule, [...functions, one]]);
    }
  }
  return new Map(rules.values());
}
