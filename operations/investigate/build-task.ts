import { makeInvalidInput, show } from "../../environments/mistakes";
import { type Environment } from "../../environments/schema";
import { listWatchedFunctions } from "../../model/watched-function";
import { findMeantAlarm, listFunctionAlarms } from "./alarms";
import { type InvestigationTask } from "./investigation";

/**
 * The subject of an investigation: a function by its name in the environment's file or in AWS, and one alarm by its
 * name or its key, or all.
 *
 * @throws InvalidInput if the environment has no such function, or the function no such alarm
 */
export function buildTask(
  environment: Environment,
  { name, alarm, since, now }: { name: string; alarm: string | undefined } & Pick<InvestigationTask, "since" | "now">,
): InvestigationTask {
  const all = listWatchedFunctions(environment);
  const watched = all.find(({ id }) => id === name) ?? all.find((one) => one.name === name);
  if (!watched) {
    throw makeInvalidInput(
      "investigate",
      `${environment.name} has no function ${show(name)}; functions are: ${all.map(({ id }) => id).join(", ")}`,
    );
  }
  const alarms = listFunctionAlarms(environment, watched);
  const chosen = alarm === undefined ? undefined : findMeantAlarm(alarm, alarms);
  if (alarm !== undefined && !chosen) {
    const names = alarms.map((one) => one.name).join(", ");
    throw makeInvalidInput("investigate", `${watched.id} has no alarm ${show(alarm)}; alarms are: ${names || "none"}`);
  }
  return { environment, watched, alarms, chosen, since, now };
}
