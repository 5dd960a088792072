import { AppautoscalingScheduledAction } from "@cdktf/provider-aws/lib/appautoscaling-scheduled-action";
import { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { LambdaProvisionedConcurrencyConfig } from "@cdktf/provider-aws/lib/lambda-provisioned-concurrency-config";
import { type Construct } from "constructs";
import { DAYS, parseDays } from "../environments/days";
import { countMostProvisioned, type ProvisionedConcurrency } from "../environments/provisioned-concurrency";
import { lostWith } from "./lost-with";

/**
 * Instances that AWS keeps initialized on alias `live`: as many as the file says at all times, or, with hours, as many
 * as Application Auto Scaling sets.
 *
 * @param name the function's name in AWS
 */
export function addProvisionedConcurrency(
  scope: Construct,
  name: string,
  live: LambdaAlias,
  provisioned: ProvisionedConcurrency,
): void {
  const { instances, hours } = provisioned;
  if (Object.keys(hours).length === 0) {
    new LambdaProvisionedConcurrencyConfig(scope, "provisioned", {
      functionName: live.functionName,
      qualifier: live.name,
      provisionedConcurrentExecutions: instances,
      lifecycle: lostWith(live),
    });
    return;
  }
  const target = new AppautoscalingTarget(scope, "provisioned", {
    serviceNamespace: "lambda",
    resourceId: `function:${name}:${live.name}`,
    scalableDimension: "lambda:function:ProvisionedConcurrency",
    minCapacity: instances,
    maxCapacity: Math.max(1, countMostProvisioned(provisioned)),
    // The actions set both.
    lifecycle: { ...lostWith(live), ignoreChanges: ["min_capacity", "max_capacity"] },
  });
  const action = (id: string, days: readonly string[], hour: number, timezone: string, capacity: number) =>
    new AppautoscalingScheduledAction(scope, `provisioned-${id}`, {
      name: `${name}-${id}`,
      serviceNamespace: target.serviceNamespace,
      resourceId: target.resourceId,
      scalableDimension: target.scalableDimension,
      // https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
      schedule: `cron(0 ${hour} ? * ${days.join(",")} *)`,
      timezone,
      scalableTargetAction: { minCapacity: String(capacity), maxCapacity: String(capacity) },
      lifecycle: lostWith(live),
    });
  const all = Object.entries(hours);
  for (const [id, { fromHour, toHour, days, timezone, instances: more }] of all) {
    const own = parseDays(days) ?? [];
    action(id, own, fromHour, timezone, more);
    // The next hours begin in the same minute: two actions would contradict each other.
    const ending = own.filter((day) => {
      const [at, on] = toHour === 24 ? [0, shift(day)] : [toHour, day];
      return !all.some(([, next]) => next.fromHour === at && parseDays(next.days)?.some((each) => each === on));
    });
    if (ending.length === 0) continue;
    action(`${id}-end`, toHour === 24 ? ending.map(shift) : ending, toHour % 24, timezone, instances);
  }
}

/** The day after. */
function shift(day: (typeof DAYS)[number]): (typeof DAYS)[number] {
  return DAYS[(DAYS.indexOf(day) + 1) % DAYS.length] ?? day;
}
