import { type AllowedTriggers } from "./allowed-triggers";
import { type EventSettings } from "./events";

/**
 * Services that only hand events over, which Lambda queues itself:
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
 */
const WITHOUT_WAITING = new Set(
  ["cloudformation", "codecommit", "codepipeline", "config", "events", "iot", "logs", "s3", "ses", "sns"].map(
    (service) => `${service}.amazonaws.com`,
  ),
);

/** What is known about a function's callers. */
interface Called {
  readonly endpoint: "none" | "iam" | "public";
  readonly asynchronous: boolean;
  readonly events: EventSettings["events"];
  readonly allowedTriggers: AllowedTriggers;
}

/**
 * Whether somebody may wait for a function's answers. Events are never waited for. A function of which no caller is
 * known is called by name, and then somebody may wait.
 */
export function isAwaited({ endpoint, asynchronous, events, allowedTriggers }: Called): boolean {
  const triggers = Object.values(allowedTriggers);
  if (endpoint !== "none" || triggers.some(({ principal }) => !WITHOUT_WAITING.has(principal))) return true;
  return !asynchronous && triggers.length + Object.keys(events).length === 0;
}
