import { type AlarmKey, resolveAlarmSettings, type AlarmSettings } from "../environments/alarms";
import { isAwaited } from "../environments/awaited";
import { isAsynchronous } from "../environments/events";
import { isBundled } from "../environments/code";
import { formatDefaultLogGroup, formatDeployedName } from "../environments/names";
import { type Objectives, resolveObjectives } from "../environments/objectives";
import { isRolledOut } from "../environments/rollout";
import { type Environment } from "../environments/schema";
import { resolveTargets, type Targets } from "../environments/targets";
import { type EventSources, listEventSources, NO_EVENT_SOURCES } from "./event-sources";
import { listWarmedFunctions } from "./warmed-functions";

/** A function as monitoring sees it, deployed from here or elsewhere. */
export interface WatchedFunction {
  /** Its name in the environment's file. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
  /** Whether it is deployed from here: only then does it have the aliases `live` and `warm`. */
  readonly deployedHere: boolean;
  /** Whether it is bundled from here, with `monitor` around its handler; others have only the platform's metrics. */
  readonly publishesMetrics: boolean;
  /** Whether its responses are streamed by its endpoint, so that their first byte is measured. */
  readonly streams: boolean;
  readonly logFormat: LogFormat;
  readonly logGroup: string;
  /**
   * Undefined for a function that is deployed elsewhere if the file does not set it; the platform's reports contain it.
   */
  readonly memoryMb: number | undefined;
  readonly asynchronous: boolean;
  /** What belongs to its events; of a function deployed elsewhere, nothing is known. */
  readonly eventSources: EventSources;
  /** Whether the warmer sends it pings. */
  readonly isWarmed: boolean;
  /** Whether a new version gets traffic step by step. */
  readonly isRolledOut: boolean;
  readonly alarm: (key: AlarmKey) => AlarmSettings;
  readonly targets: Targets;
  /** Those that are switched on. */
  readonly objectives: Objectives;
}

/** The format in which Lambda writes its own records into a function's log. */
export type LogFormat = "json" | "text";

/** Every function of an environment; those deployed from here come first. */
export function listWatchedFunctions(environment: Environment): WatchedFunction[] {
  const warmed = new Set(listWarmedFunctions(environment).map(({ id }) => id));
  const deployed = Object.entries(environment.functions).map(([id, settings]) => {
    const name = formatDeployedName(environment.name, id);
    const targets = resolveTargets(environment.targets, settings.targets);
    const publishesMetrics = isBundled(settings);
    return {
      id,
      name,
      deployedHere: true,
      publishesMetrics,
      streams: publishesMetrics && settings.http.invokeMode === "response_stream",
      logFormat: "json" as const,
      logGroup: formatDefaultLogGroup(name),
      memoryMb: settings.memoryMb,
      asynchronous: isAsynchronous(settings),
      eventSources: listEventSources(name, settings),
      isWarmed: warmed.has(id),
      isRolledOut: isRolledOut(environment.rollout, settings.rollout),
      alarm: (key: AlarmKey) => resolveAlarmSettings(key, environment.alarms, settings.alarms),
      targets,
      objectives: resolveObjectives(environment.objectives, settings.objectives, {
        targets,
        isAwaited: isAwaited(settings),
        publishesMetrics,
        timeoutSeconds: settings.timeoutSeconds,
      }),
    };
  });
  const existing = Object.entries(environment.existingFunctions).map(([id, settings]) => {
    const name = settings.functionName ?? id;
    const targets = resolveTargets(environment.targets, settings.targets);
    return {
      id,
      name,
      deployedHere: false,
      publishesMetrics: false,
      streams: false,
      logFormat: settings.logFormat,
      logGroup: settings.logGroup ?? formatDefaultLogGroup(name),
      memoryMb: settings.memoryMb,
      asynchronous: settings.asynchronous,
      eventSources: NO_EVENT_SOURCES,
      isWarmed: warmed.has(id),
      isRolledOut: false,
      alarm: (key: AlarmKey) => resolveAlarmSettings(key, environment.alarms, settings.alarms),
      targets,
      objectives: resolveObjectives(environment.objectives, settings.objectives, {
        targets,
        isAwaited: !settings.asynchronous,
        publishesMetrics: false,
      }),
    };
  });
  return [...deployed, ...existing];
}
