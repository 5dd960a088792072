import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule";
import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { Construct } from "constructs";
import { createHash } from "node:crypto";
import { WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type WarmingRequest } from "../../warming/contract";
import { buildCronSchedules, type CronSchedule } from "../../model/schedules";
import { selectSchedules, buildWarmingTarget, type WarmedFunction, WARMER_PRICE } from "../../model/warmed-functions";
import { nameMissedQueue } from "../../model/warmer-alarms";
import { addScheduleGroup } from "../schedule-group";
import { addUndeliveredQueue } from "../undelivered";
import { LONGEST_WAIT_SECONDS, type WarmerFunction } from "./warmer";

/** A run pings 20 functions at a time, so it is done with these in some seconds. */
const FUNCTIONS_PER_RUN = 100;

/**
 * Starts the warmer on schedules of EventBridge Scheduler. Runs that could not be started go into {@link missed} and
 * are not retried: the next run is soon enough.
 */
export class ScheduledWarming extends Construct {
  readonly missed: SqsQueue | undefined;

  constructor(
    scope: Construct,
    id: string,
    environment: Environment,
    warmer: WarmerFunction,
    warmed: readonly WarmedFunction[],
  ) {
    super(scope, id);
    const schedules = groupBySchedule(warmed);
    if (schedules.length === 0) return;
    const missed = (this.missed = addUndeliveredQueue(this, "missed", nameMissedQueue(environment.name)));
    const { group, role, policy } = addScheduleGroup(warmer, {
      environment,
      id: WARMER,
      name: warmer.name,
      invokedArn: warmer.lambda.arn,
      undelivered: missed,
    });
    for (const [{ strategy, expression, timezone }, functions] of schedules) {
      const zoned = timezone === "UTC" ? expression : `${expression} ${timezone}`;
      const hash = createHash("sha256").update(zoned).digest("hex").slice(0, 6);
      for (let from = 0; from < functions.length; from += FUNCTIONS_PER_RUN) {
        const due = functions.slice(from, from + FUNCTIONS_PER_RUN);
        const request: WarmingRequest = {
          strategy,
          targets: due.map((one) => buildWarmingTarget(one, strategy)),
          price: WARMER_PRICE,
        };
        const name = `${strategy}-${hash}${from === 0 ? "" : `-${from / FUNCTIONS_PER_RUN + 1}`}`;
        new SchedulerSchedule(this, name, {
          name,
          groupName: group.name,
          description: `Keeps ${due.length === 1 ? (due[0]?.id ?? "") : `${due.length} functions`} of ${environment.name} warm`,
          scheduleExpression: expression,
          scheduleExpressionTimezone: timezone,
          flexibleTimeWindow: { mode: "OFF" },
          target: {
            arn: warmer.lambda.arn,
            roleArn: role.arn,
            input: JSON.stringify(request),
            retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: LONGEST_WAIT_SECONDS },
            deadLetterConfig: { arn: missed.arn },
          },
          dependsOn: [policy],
        });
      }
    }
  }
}

function groupBySchedule(warmed: readonly WarmedFunction[]): (readonly [CronSchedule, WarmedFunction[]])[] {
  const schedules = new Map<string, readonly [CronSchedule, WarmedFunction[]]>();
  for (const one of warmed) {
    for (const schedule of buildCronSchedules(selectSchedules(one))) {
      const key = Object.values(schedule).join(" ");
      const [, functions] = schedules.get(key) ?? [schedule, []];
      schedules.set(key, [schedule, [...functions, one]]);
    }
  }
  return [...schedules.values()];
}
