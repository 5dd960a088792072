import { type LambdaAlias } from "@cdktf/provider-aws/lib/lambda-alias";
import { TerraformLocal } from "cdktf";
import { type Construct } from "constructs";
import { type Environment, type FunctionSettings } from "../../environments/schema";
import { formatArn } from "../arn";
import { type MadeForEvents } from "./event-queues";
import { addPolledEvents } from "./polled-events";
import { addPushedEvents } from "./pushed-events";
import { addScheduledEvents } from "./scheduled-events";

/** Input of a function's events. */
export interface EventsProps {
  readonly environment: Environment;
  /** The function's name in the environment's file, and in AWS. */
  readonly id: string;
  readonly name: string;
  readonly settings: FunctionSettings;
  readonly live: LambdaAlias;
  readonly made: MadeForEvents;
}

/**
 * Connects a function's alias `live` with its events, except for those of buckets, which have one list of notifications
 * for all functions.
 *
 * @returns what the function's output says about them
 */
export function addEvents(scope: Construct, props: EventsProps): Readonly<Record<string, unknown>> {
  const { environment, settings, live, made } = props;
  addPolledEvents(scope, settings.events, live, made);
  addPushedEvents(scope, {
    ...props,
    logGroupPrefix: () =>
      new TerraformLocal(scope, "log-groups", formatArn(live.arn, `logs:${environment.region}`, "log-group:")).asString,
  });
  addScheduledEvents(scope, { ...props, failedEvents: made.failedEvents });
  const events = [
    ...[...made.queues].map(([name, { queue, deadLetters }]) => [
      name,
      { queue_url: queue.url, queue_arn: queue.arn, dead_letters_url: deadLetters.url },
    ]),
    ...[...made.topics].map(([name, topic]) => [name, { topic_arn: topic.arn }]),
  ];
  return {
    ...(events.length > 0 && { events: Object.fromEntries(events) as object }),
    ...(made.failedEvents && { failed_events_url: made.failedEvents.url }),
  };
}
