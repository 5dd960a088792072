import { type NOTIFIER, type ROLLOUT_CONTROLLER, type WARMER } from "../environments/names";
import { type Environment } from "../environments/schema";
import { type Measure } from "./metrics";
import { listNotifierAlarms } from "./notifier-alarms";
import { listRolloutAlarms } from "./rollout-alarms";
import { listWarmerAlarms } from "./warmer-alarms";

/** An alarm on one of the project's own functions: without it, nobody would notice that it does not work. */
export interface OwnAlarm {
  readonly of: typeof WARMER | typeof NOTIFIER | typeof ROLLOUT_CONTROLLER;
  readonly key: "errors" | "missed" | "undelivered" | "rolled-back";
  readonly name: string;
  readonly watched: Measure;
  readonly happened: string;
  /** When it rings: how often it checks, and how long a problem must last. */
  readonly settings: {
    readonly threshold: number;
    readonly periodSeconds: number;
    readonly evaluationPeriods: number;
    readonly datapointsToAlarm: number;
  };
}

/** All alarms on an environment's own functions. */
export function listOwnAlarms(environment: Environment): OwnAlarm[] {
  return [...listWarmerAlarms(environment), ...listNotifierAlarms(environment), ...listRolloutAlarms(environment)];
}
