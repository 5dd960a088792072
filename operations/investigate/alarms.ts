import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { type AlarmKey } from "../../environments/alarms";
import { type Environment } from "../../environments/schema";
import { ALARMS, hyphenate } from "../../model/alarms";
import { type QueryKey } from "../../model/queries";
import { type WatchedFunction } from "../../model/watched-function";
import { toOneLine } from "../one-line";
import { readStateChanges } from "../aws/alarms";
import { listEnvironmentAlarms } from "../alarms/environment-alarms";
import { type Ring, findRings } from "../alarms/ringing";
import { listMeasuredFunctions } from "../../model/measured-function";
import { type InvestigationReader } from "./aws";
import { type Window } from "./window";

/** Which of a function's alarms. */
export type FunctionAlarmKey = AlarmKey | "degraded";

/** An alarm that a function is to have. */
export interface FunctionAlarm {
  readonly name: string;
  readonly key: FunctionAlarmKey;
  readonly urgent: boolean;
}

/** An alarm as CloudWatch has it. */
export interface AlarmFindings extends FunctionAlarm {
  /** What it means that it rings. */
  readonly happened: string;
  readonly isRinging: boolean;
  /** Since when it is in its state, in milliseconds since 1970. */
  readonly since: number | undefined;
  readonly threshold: number | undefined;
  /** Why it is in its state, in CloudWatch's words. */
  readonly reason: string;
  /** Each time that it rang. */
  readonly rings: readonly Ring[];
}

const COMPOSED = (Object.keys(ALARMS) as AlarmKey[]).filter((key) => ALARMS[key].route === "composite");

/** The alarms that a function is to have, the urgent ones first. */
export function listFunctionAlarms(environment: Environment, { id }: WatchedFunction): FunctionAlarm[] {
  return listEnvironmentAlarms(environment, listMeasuredFunctions(environment))
    .flatMap(({ name, watches, urgent }) =>
      watches?.subject.watched.id === id ? [{ name, key: watches.key, urgent }] : [],
    )
    .sort((one, other) => Number(other.urgent) - Number(one.urgent));
}

/** The alarm that is meant by its name, or by its key with underscores or hyphens. */
export function findMeantAlarm(text: string, alarms: readonly FunctionAlarm[]): FunctionAlarm | undefined {
  return alarms.find(({ name, key }) => [name, key, hyphenate(key)].includes(text));
}

/** Those alarms that rang in a time, and are to be looked into: a chosen one, with what it is composed of, or all. */
export function selectRinging(
  { from, to }: Window,
  alarms: readonly AlarmFindings[],
  chosen: FunctionAlarmKey | undefined,
): AlarmFindings[] {
  const keys: readonly unknown[] = chosen === "degraded" ? [chosen, ...COMPOSED] : [chosen];
  return alarms.filter(({ key, rings }) => {
    // What it is composed of tells more than the whole.
    const isMeant = chosen === undefined ? key !== "degraded" : keys.includes(key);
    return isMeant && rings.some(({ rangAt = from, endedAt = to }) => rangAt <= to && endedAt >= from);
  });
}

/** The saved queries that show more of an alarm. */
export function listAlarmQueries(key: FunctionAlarmKey): QueryKey[] {
  return key === "degraded" ? COMPOSED.map((one) => ALARMS[one].query) : [ALARMS[key].query];
}

/**
 * The states that alarms are in.
 *
 * @returns those that exist; when they rang is told by their history
 * @throws AwsFailure
 */
export async function readAlarms(
  aws: InvestigationReader,
  watched: WatchedFunction,
  alarms: readonly FunctionAlarm[],
): Promise<AlarmFindings[]> {
  if (alarms.length === 0) return [];
  const input = {
    AlarmNames: alarms.map(({ name }) => name),
    AlarmTypes: ["MetricAlarm" as const, "CompositeAlarm" as const],
    MaxRecords: 100,
  };
  const { MetricAlarms = [], CompositeAlarms = [] } = await aws.ask(
    "cloudwatch:DescribeAlarms",
    "there are no such alarms",
    (options) => aws.cloudWatch.send(new DescribeAlarmsCommand(input), options),
  );
  const thresholds = new Map(MetricAlarms.map(({ AlarmName, Threshold }) => [AlarmName, Threshold]));
  const described = new Map([...MetricAlarms, ...CompositeAlarms].map((one) => [one.AlarmName, one]));
  return alarms.flatMap((alarm): AlarmFindings[] => {
    const found = described.get(alarm.name);
    if (!found) return [];
    const isRinging = found.StateValue === "ALARM";
    const since = (found.StateTransitionedTimestamp ?? found.StateUpdatedTimestamp)?.getTime();
    return [
      {
        ...alarm,
        happened: describeRinging(alarm.key, watched),
        isRinging,
        since,
        threshold: thresholds.get(alarm.name),
        reason: toOneLine(found.StateReason ?? ""),
        rings: isRinging && since !== undefined ? [{ rangAt: since }] : [],
      },
    ];
  });
}

/**
 * Adds to alarms each time that they rang.
 *
 * @throws AwsFailure
 */
export async function addHistory(
  aws: InvestigationReader,
  alarms: readonly AlarmFindings[],
  { from, to }: Window,
): Promise<AlarmFindings[]> {
  const source = { client: aws.cloudWatch, region: aws.region, signal: aws.signal };
  const complete: AlarmFindings[] = [];
  for (const alarm of alarms) {
    const changes = await readStateChanges(source, { from, to }, alarm.name);
    // The end of a range is left out of it, and an alarm may just have rung.
    complete.push({ ...alarm, rings: findRings(changes, alarm, { from, to: to + 1 }) });
  }
  return complete;
}

function describeRinging(key: FunctionAlarmKey, watched: WatchedFunction): string {
  const keys = key === "degraded" ? COMPOSED : [key];
  return keys.map((one) => ALARMS[one].happened(watched.alarm(one))).join("; or ");
}
