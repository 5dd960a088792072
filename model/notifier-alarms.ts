import { formatDeployedName, NOTIFIER } from "../environments/names";
import { type Environment } from "../environments/schema";
import { buildFunctionMetric, buildMeasure, buildQueueMetric } from "./metrics";
import { type OwnAlarm } from "./own-alarms";

/** One alarm that nobody was told about is enough. */
const SETTINGS = { threshold: 0, periodSeconds: 300, evaluationPeriods: 1, datapointsToAlarm: 1 } as const;

/** The queue of messages about alarms that could not be delivered. */
export function nameUndeliveredQueue(environment: string): string {
  return `${formatDeployedName(environment, NOTIFIER)}-undelivered`;
}

/** The name of an alarm on an environment's notifier. */
export function nameNotifierAlarm(environment: string, key: "errors" | "undelivered"): string {
  return `${formatDeployedName(environment, NOTIFIER)}-${key}`;
}

/**
 * The alarms on an environment's notifier; none without one.
 *
 * @param queue the name of the queue of messages that could not be delivered, in the form that is known where alarms
 *   are created
 */
export function listNotifierAlarms({ name, notify }: Environment, queue = nameUndeliveredQueue(name)): OwnAlarm[] {
  if (!notify) return [];
  const notifier = formatDeployedName(name, NOTIFIER);
  const common = { of: NOTIFIER, settings: SETTINGS } as const;
  return [
    {
      ...common,
      key: "errors",
      name: nameNotifierAlarm(name, "errors"),
      watched: buildMeasure("Sum", buildFunctionMetric("Errors", { name: notifier })),
      happened: "a message about an alarm could not be delivered at once; it is tried twice more",
    },
    {
      ...common,
      key: "undelivered",
      name: nameNotifierAlarm(name, "undelivered"),
      watched: buildMeasure("Maximum", buildQueueMetric("ApproximateNumberOfMessagesVisible", queue)),
      happened: `messages about alarms could not be delivered; they are in queue ${queue}`,
    },
  ];
}
