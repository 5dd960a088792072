import { ALARM_KEYS, type AlarmKey } from "../../environments/alarms";
import { type Environment } from "../../environments/schema";
import { ALARMS, hyphenate } from "../../model/alarms";
import { findObjective, listObjectiveAlarms, OBJECTIVES, type ObjectiveAlarmKey } from "../../model/objectives";
import { type QueryKey } from "../../model/queries";
import { type WatchedFunction } from "../../model/watched-function";
import { type AwsAccess } from "../aws/access";
import { type DeployedAlarm, readAlarms, readStateChanges } from "../aws/alarms";
import { listEnvironmentAlarms } from "../alarms/environment-alarms";
import { type Ring, findRings } from "../alarms/ringing";
import { listMeasuredFunctions } from "../../model/measured-function";
import { type Window } from "./window";

/** Which of a function's alarms. */
export type FunctionAlarmKey = AlarmKey | ObjectiveAlarmKey | "degraded";

/** An expected alarm of a function. */
export interface FunctionAlarm {
  readonly name: string;
  readonly key: FunctionAlarmKey;
  readonly urgent: boolean;
}

/** An alarm in CloudWatch. */
export interface AlarmFindings extends FunctionAlarm, Omit<DeployedAlarm, "isOn" | "state"> {
  /** What its ringing means. */
  readonly happened: string;
  /** Each time that it rang. */
  readonly rings: readonly Ring[];
}

const COMPOSED = (Object.keys(ALARMS) as AlarmKey[]).filter((key) => ALARMS[key].route === "composite");

/** The expected alarms of a function, urgent ones first. */
export function listFunctionAlarms(environment: Environment, { id }: WatchedFunction): FunctionAlarm[] {
  return listEnvironmentAlarms(environment, listMeasuredFunctions(environment))
    .flatMap(({ name, watches, urgent }) =>
      watches?.subject.watched.id === id ? [{ name, key: watches.key, urgent }] : [],
    )
    .sort((one, other) => Number(other.urgent) - Number(one.urgent));
}

/** Finds an alarm by its name, or by its key with underscores or hyphens. */
export function findMeantAlarm(text: string, alarms: readonly FunctionAlarm[]): FunctionAlarm | undefined {
  return alarms.find(({ name, key }) => [name, key, hyphenate(key)].includes(text));
}

/** The alarms to investigate that rang in a time range: a chosen one with its children, or all. */
export function selectRinging(
  { from, to }: Window,
  alarms: readonly AlarmFindings[],
  chosen: FunctionAlarmKey | undefined,
): AlarmFindings[] {
  const keys: readonly unknown[] = chosen === "degraded" ? [chosen, ...COMPOSED] : [chosen];
  return alarms.filter(({ key, rings }) => {
    // Its children show more than the composite alarm.
    const isMeant = chosen === undefined ? key !== "degraded" : keys.includes(key);
    return isMeant && rings.some(({ rangAt = from, endedAt = to }) => rangAt <= to && endedAt >= from);
  });
}

/** The saved queries with details about an alarm. */
export function listAlarmQueries(key: FunctionAlarmKey): QueryKey[] {
  const objective = findObjective(key);
  return objective ? [OBJECTIVES[objective].query] : listFixedAlarms(key).map((one) => ALARMS[one].query);
}

/**
 * The current states of alarms.
 *
 * @returns the existing ones; their history shows when they rang
 * @throws AwsFailure
 */
export async function readFunctionAlarms(
  aws: AwsAccess,
  watched: WatchedFunction,
  alarms: readonly FunctionAlarm[],
): Promise<AlarmFindings[]> {
  if (alarms.length === 0) return [];
  const found = await readAlarms(
    aws,
    alarms.map(({ name }) => name),
  );
  return alarms.flatMap((alarm): AlarmFindings[] => {
    const state = found.get(alarm.name);
    if (!state) return [];
    const { isRinging, since, threshold, reason } = state;
    const rings = isRinging && since !== undefined ? [{ rangAt: since }] : [];
    return [{ ...alarm, happened: describeRinging(alarm.key, watched), isRinging, since, threshold, reason, rings }];
  });
}

/**
 * Adds to alarms each time that they rang.
 *
 * @throws AwsFailure
 */
export async function addHistory(
  aws: AwsAccess,
  alarms: readonly AlarmFindings[],
  { from, to }: Window,
): Promise<AlarmFindings[]> {
  const complete: AlarmFindings[] = [];
  for (const alarm of alarms) {
    const changes = await readStateChanges(aws, { from, to }, alarm.name);
    // The end of a range is exclusive, and an alarm may just have rung.
    complete.push({ ...alarm, rings: findRings(changes, alarm, { from, to: to + 1 }) });
  }
  return complete;
}

function describeRinging(key: FunctionAlarmKey, watched: WatchedFunction): string {
  const ofObjective = listObjectiveAlarms(watched).find((alarm) => alarm.key === key);
  if (ofObjective) return ofObjective.happened;
  return listFixedAlarms(key)
    .map((one) => ALARMS[one].happened(watched.alarm(one)))
    .join("; or ");
}

/** The alarms with fixed thresholds that ring when this one does; none for an alarm of an objective. */
function listFixedAlarms(key: FunctionAlarmKey): readonly AlarmKey[] {
  return key === "degraded" ? COMPOSED : ALARM_KEYS.filter((one) => one === key);
}
