import { formatDeployedName, WARMER } from "../environments/names";
import { type Environment } from "../environments/schema";
import { buildFunctionMetric, buildMeasure, buildQueueMetric } from "./metrics";
import { type OwnAlarm } from "./own-alarms";
import { buildCronSchedules } from "./schedules";
import { selectSchedules, listWarmedFunctions } from "./warmed-functions";

/** A single failed run is made good by the next one. */
const SETTINGS = { threshold: 0, periodSeconds: 300, evaluationPeriods: 3, datapointsToAlarm: 2 } as const;

/** The queue of runs that could not be started. */
export function nameMissedQueue(environment: string): string {
  return `${environment}-warming-missed`;
}

/**
 * The alarms on an environment's warmer; none if nothing can be kept warm.
 *
 * @param queue the name of the queue of runs that could not be started, in the form that is known where alarms are
 *   created
 */
export function listWarmerAlarms(environment: Environment, queue = nameMissedQueue(environment.name)): OwnAlarm[] {
  const { name } = environment;
  const warmed = listWarmedFunctions(environment);
  if (warmed.length === 0) return [];
  const warmer = formatDeployedName(name, WARMER);
  const isScheduled = warmed.some((one) => buildCronSchedules(selectSchedules(one)).length > 0);
  const common = { of: WARMER, settings: SETTINGS } as const;
  return [
    {
      ...common,
      key: "errors",
      name: `${warmer}-errors`,
      watched: buildMeasure("Sum", buildFunctionMetric("Errors", { name: warmer })),
      happened: "the warmer failed in 2 of 3 periods of 5 minutes, so nothing is kept warm",
    },
    ...(isScheduled
      ? [
          {
            ...common,
            key: "missed" as const,
            name: `${warmer}-missed`,
            watched: buildMeasure("Maximum", buildQueueMetric("ApproximateNumberOfMessagesVisible", queue)),
            happened: `runs of the warmer could not be started; they are in queue ${queue}`,
          },
        ]
      : []),
  ];
}
