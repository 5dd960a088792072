import { formatDeployedName, ROLLOUT_CONTROLLER } from "../environments/names";
import { hasRollouts } from "../environments/rollout";
import { type Environment } from "../environments/schema";
import { buildFunctionMetric, buildMeasure, buildOwnMetric, buildQueueMetric } from "./metrics";
import { type OwnAlarm } from "./own-alarms";

/**
 * It runs every minute, so it fails 5 times in 5 minutes if it cannot run at all. A deployment whose version goes back
 * is one failure.
 */
const FAILING = { threshold: 2, periodSeconds: 300, evaluationPeriods: 3, datapointsToAlarm: 2 } as const;
const AT_ONCE = { threshold: 0, periodSeconds: 300, evaluationPeriods: 1, datapointsToAlarm: 1 } as const;

/** The queue of runs that could not be started. */
export function nameMissedTicksQueue(environment: string): string {
  return `${formatDeployedName(environment, ROLLOUT_CONTROLLER)}-missed`;
}

/**
 * The alarms on an environment's rollouts; none if all functions get new versions at once.
 *
 * @param queue the name of the queue of runs that could not be started, in the form that is known where alarms are
 *   created
 */
export function listRolloutAlarms(
  environment: Environment,
  queue = nameMissedTicksQueue(environment.name),
): OwnAlarm[] {
  if (!hasRollouts(environment)) return [];
  const controller = formatDeployedName(environment.name, ROLLOUT_CONTROLLER);
  return [
    {
      of: ROLLOUT_CONTROLLER,
      key: "errors",
      name: `${controller}-errors`,
      settings: FAILING,
      watched: buildMeasure("Sum", buildFunctionMetric("Errors", { name: controller })),
      happened: "the rollout controller failed again and again, so a version may be left with a part of the traffic",
    },
    {
      of: ROLLOUT_CONTROLLER,
      key: "missed",
      name: `${controller}-missed`,
      settings: AT_ONCE,
      watched: buildMeasure("Maximum", buildQueueMetric("ApproximateNumberOfMessagesVisible", queue)),
      happened: `runs of the rollout controller could not be started; they are in queue ${queue}`,
    },
    {
      of: ROLLOUT_CONTROLLER,
      key: "rolled-back",
      name: `${controller}-rolled-back`,
      settings: AT_ONCE,
      // The controller counts them all under its own name, too.
      watched: buildMeasure("Sum", buildOwnMetric("RollBacks", { name: controller })),
      happened: "a new version did worse than the old one and lost its traffic again",
    },
  ];
}
