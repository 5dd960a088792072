import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { type Environment } from "../../environments/schema";
import { ALARMS, CAUSES, findAlarmMeasure, nameAlarm } from "../../model/alarms";
import { listWarmerAlarms } from "../../model/warmer-alarms";
import { type MeasuredFunction } from "../../model/measured-function";

/** An alarm of an environment. */
export interface EnvironmentAlarm {
  readonly name: string;
  /** The function that it watches, and its key; missing for the warmer's own alarms. */
  readonly watches?: { readonly subject: MeasuredFunction; readonly key: AlarmKey | "degraded" };
  /** Whether it sends messages itself. */
  readonly notifies: boolean;
  /** Whether users are affected while it rings, so a fast message matters. */
  readonly urgent: boolean;
}

/** Every alarm of an environment's functions and its warmer, by their names in the stack. */
export function listEnvironmentAlarms(
  environment: Environment,
  subjects: readonly MeasuredFunction[],
): EnvironmentAlarm[] {
  const { name } = environment;
  const ofFunctions = subjects.flatMap((subject): EnvironmentAlarm[] => {
    const { watched } = subject;
    const keys = ALARM_KEYS.filter((key) => findAlarmMeasure(watched, key));
    const own = keys.map((key) => ({
      name: nameAlarm(name, watched, key),
      watches: { subject, key },
      notifies: ALARMS[key].route !== "composite",
      urgent: CAUSES.includes(key),
    }));
    const hasComposite = keys.some((key) => ALARMS[key].route === "composite");
    const degraded: EnvironmentAlarm = {
      name: nameAlarm(name, watched, "degraded"),
      watches: { subject, key: "degraded" },
      notifies: true,
      urgent: false,
    };
    return hasComposite ? [...own, degraded] : own;
  });
  const ofWarmer = listWarmerAlarms(environment).map((alarm) => ({ name: alarm.name, notifies: true, urgent: false }));
  return [...ofFunctions, ...ofWarmer];
}
