import { isDeepStrictEqual } from "node:util";
import { type AlarmKey } from "../../environments/alarms";
import { type Environment } from "../../environments/schema";
import { listWatchedFunctions } from "../../model/watched-function";
import { changeTfvars, type TfvarsChange } from "../tfvars/change-file";
import { put, putWhole } from "../tfvars/put";
import { applyValues, type SettingValues } from "./replay";

/** An alarm's new setting. */
export interface WantedSetting {
  readonly function: string;
  readonly key: AlarmKey;
  readonly values: SettingValues;
}

/**
 * Puts an alarm's setting into an environment's file, under its function. Every other character stays.
 *
 * @throws InvalidInput, OperationFailure
 */
export function writeSetting(root: string, environment: Environment, wanted: WantedSetting): Promise<TfvarsChange> {
  const path = ["functions", wanted.function, "alarms", wanted.key];
  return changeTfvars(
    root,
    environment,
    (text) =>
      isOtherKind(environment, wanted)
        ? putWhole(text, path, { ...listOwnTiming(environment, wanted), ...wanted.values })
        : put(text, path, wanted.values),
    (after) => isAsWanted(after, environment, wanted),
  );
}

/** Whether a count becomes a share: a file must not have both. */
function isOtherKind(environment: Environment, { function: id, key, values }: WantedSetting): boolean {
  return key === "errors" && "threshold_percent" in values && findSettings(environment, id, key)?.isShare !== true;
}

/** What the function's own map says besides thresholds. */
function listOwnTiming({ functions, existingFunctions }: Environment, { function: id, key }: WantedSetting) {
  const { periodSeconds, evaluationPeriods, datapointsToAlarm, enabled } =
    (functions[id] ?? existingFunctions[id])?.alarms[key] ?? {};
  return {
    ...(enabled !== undefined && { enabled }),
    ...(periodSeconds !== undefined && { period_seconds: periodSeconds }),
    ...(evaluationPeriods !== undefined && { evaluation_periods: evaluationPeriods }),
    ...(datapointsToAlarm !== undefined && { datapoints_to_alarm: datapointsToAlarm }),
  };
}

function isAsWanted(after: Environment, before: Environment, { function: id, key, values }: WantedSetting): boolean {
  const own = findSettings(before, id, key);
  return (
    own !== undefined &&
    isDeepStrictEqual(findSettings(after, id, key), applyValues(key, own, values)) &&
    isDeepStrictEqual(omitAlarm(after, id, key), omitAlarm(before, id, key))
  );
}

function findSettings(environment: Environment, id: string, key: AlarmKey) {
  return listWatchedFunctions(environment)
    .find((watched) => watched.id === id)
    ?.alarm(key);
}

function omitAlarm({ functions, existingFunctions, ...rest }: Environment, id: string, key: AlarmKey): object {
  const without = <T extends { readonly alarms: object }>(all: Readonly<Record<string, T>>) => {
    const own = all[id];
    return own ? { ...all, [id]: { ...own, alarms: { ...own.alarms, [key]: undefined } } } : all;
  };
  return { ...rest, functions: without(functions), existingFunctions: without(existingFunctions) };
}
