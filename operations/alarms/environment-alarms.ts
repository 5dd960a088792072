import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { findAlarmMeasure, chooseAlarmRoute, nameAlarm } from "../../model/alarms";
import { listObjectiveAlarms, type ObjectiveAlarmKey } from "../../model/objectives";
import { listOwnAlarms } from "../../model/own-alarms";
import { listMeasuredFunctions, type MeasuredFunction } from "../../model/measured-function";

/** An alarm of an environment. */
export interface EnvironmentAlarm {
  readonly name: string;
  /** The function that it watches, and its key; missing for alarms on the project's own functions. */
  readonly watches?: { readonly subject: MeasuredFunction; readonly key: AlarmKey | ObjectiveAlarmKey | "degraded" };
  /** Whether it sends messages itself. */
  readonly notifies: boolean;
  /** Whether it goes to those who get only urgent alarms: a fast message matters. */
  readonly urgent: boolean;
}

/** Every alarm of an environment's functions and of the project's own ones, by their names in the stack. */
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
      notifies: chooseAlarmRoute(key, watched) !== "composite",
      urgent: chooseAlarmRoute(key, watched) === "urgent",
    }));
    const ofObjectives = listObjectiveAlarms(watched).map(({ key, route }) => ({
      name: nameAlarm(name, watched, key),
      watches: { subject, key },
      notifies: true,
      urgent: route === "urgent",
    }));
    const hasComposite = keys.some((key) => chooseAlarmRoute(key, watched) === "composite");
    const degraded: EnvironmentAlarm = {
      name: nameAlarm(name, watched, "degraded"),
      watches: { subject, key: "degraded" },
      notifies: true,
      urgent: false,
    };
    return [...own, ...ofObjectives, ...(hasComposite ? [degraded] : [])];
  });
  const own = listOwnAlarms(environment).map((alarm) => ({ name: alarm.name, notifies: true, urgent: false }));
  return [...ofFunctions, ...own];
}

/** The alarms of an environment that send messages themselves. */
export function listSendingAlarms(environment: Environment): EnvironmentAlarm[] {
  return listEnvironmentAlarms(environment, listMeasuredFunctions(environment)).filter(({ notifies }) => notifies);
}

/**
 * Makes sure that an environment has an alarm, and that it sends messages: of the others, the one that rings for them
 * is meant.
 *
 * @param command for the message
 * @throws InvalidInput
 */
export function checkSendingAlarm(environment: Environment, alarm: string, command: string): void {
  const all = listEnvironmentAlarms(environment, listMeasuredFunctions(environment));
  const found = all.find(({ name }) => name === alarm);
  if (!found) {
    const names = all.filter(({ notifies }) => notifies).map(({ name }) => name);
    throw makeInvalidInput(
      command,
      `${environment.name} has no alarm ${show(alarm)}; those that send messages are: ${names.join(", ")}`,
    );
  }
  if (!found.notifies) {
    const instead = all.find(
      ({ watches }) => watches?.subject === found.watches?.subject && watches?.key === "degraded",
    );
    throw makeInvalidInput(
      command,
      `${alarm} sends no messages itself: name ${instead?.name ?? "another"}, which rings for it`,
    );
  }
}
