import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { SchedulerSchedule } from "@cdktf/provider-aws/lib/scheduler-schedule";
import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { type Construct } from "constructs";
import { listEvents } from "../../environments/events";
import { type Environment, type FunctionSettings } from "../../environments/schema";
import { addScheduleGroup } from "../schedule-group";
import { findScope } from "./event-queues";

/** Input of a function's schedules. */
export interface ScheduledEventsProps {
  readonly environment: Environment;
  /** The function's name in the environment's file, and in AWS. */
  readonly id: string;
  readonly name: string;
  readonly settings: FunctionSettings;
  readonly live: LambdaAlias;
  readonly failedEvents: SqsQueue | undefined;
}

/** Schedules of EventBridge Scheduler in a group of the function's, whose metrics are the function's. */
export function addScheduledEvents(scope: Construct, props: ScheduledEventsProps): void {
  const { environment, id, name, settings, live, failedEvents } = props;
  const schedules = listEvents(settings.events, "schedule");
  if (schedules.length === 0 || !failedEvents) return;
  const { group, role, policy } = addScheduleGroup(scope, {
    ...{ environment, id, name },
    invokedArn: live.arn,
    undelivered: failedEvents,
  });
  for (const [event, source] of schedules) {
    new SchedulerSchedule(findScope(scope, event), "schedule", {
      name: event,
      groupName: group.name,
      scheduleExpression: source.scheduleExpression,
      scheduleExpressionTimezone: source.timezone,
      state: source.enabled ? "ENABLED" : "DISABLED",
      flexibleTimeWindow:
        source.flexibleWindowMinutes === undefined
          ? { mode: "OFF" }
          : { mode: "FLEXIBLE", maximumWindowInMinutes: source.flexibleWindowMinutes },
      target: {
        arn: live.arn,
        roleArn: role.arn,
        input: source.input && JSON.stringify(source.input),
        retryPolicy: {
          maximumRetryAttempts: source.maximumRetryAttempts,
          maximumEventAgeInSeconds: source.maximumEventAgeSeconds,
        },
        deadLetterConfig: { arn: failedEvents.arn },
      },
      dependsOn: [policy],
    });
  }
}
