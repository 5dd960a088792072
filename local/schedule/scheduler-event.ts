import { randomUUID } from "node:crypto";
import { ACCOUNT } from "../lambda/function-configuration";

/** A schedule of EventBridge Scheduler. */
export interface EventSchedule {
  readonly group: string;
  readonly name: string;
  readonly region: string;
  /** JSON text; undefined for Scheduler's own event. */
  readonly input?: string;
}

/**
 * The event of a schedule at one time, as JSON text:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 *
 * @param due milliseconds since 1970
 */
export function buildSchedulerEvent({ group, name, region, input }: EventSchedule, due: number): string {
  const arn = `arn:aws:scheduler:${region}:${ACCOUNT}:schedule/${group}/${name}`;
  const id = randomUUID();
  const time = `${new Date(due).toISOString().slice(0, 19)}Z`;
  const attributes: Readonly<Record<string, string>> = {
    "schedule-arn": arn,
    "scheduled-time": time,
    "execution-id": id,
    "attempt-number": "1",
  };
  if (input !== undefined) {
    return input.replaceAll(/<aws\.scheduler\.([a-z-]+)>/g, (text, attribute: string) => attributes[attribute] ?? text);
  }
  return JSON.stringify({
    version: "0",
    id,
    "detail-type": "Scheduled Event",
    source: "aws.scheduler",
    account: ACCOUNT,
    time,
    region,
    resources: [arn],
    // A text, unlike in the events of rules.
    detail: "{}",
  });
}
