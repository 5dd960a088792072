import {
  type AlarmHistoryItem,
  CloudWatchClient,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import * as z from "zod";
import { toOneLine } from "../one-line";
import { type AwsAccess } from "./access";

const ALARM_TYPES = ["MetricAlarm", "CompositeAlarm"] as const;
const PAGE = 100;

/** How an alarm is now. */
export interface AlarmStatus {
  readonly isRinging: boolean;
  /** In milliseconds since 1970. */
  readonly since: number | undefined;
}

/** An alarm as CloudWatch has it. */
export interface DeployedAlarm extends AlarmStatus {
  /** Whether it may tell somebody. */
  readonly isOn: boolean;
  /** Missing for one that is composed of others. */
  readonly threshold: number | undefined;
  /** Why it is in its state, in CloudWatch's words. */
  readonly reason: string;
}

/** One change of an alarm's state. Times are in milliseconds since 1970. */
export interface StateChange {
  readonly alarm: string;
  readonly at: number;
  readonly fromAlarm: boolean;
  readonly toAlarm: boolean;
  /** When the first of the periods began that made it ring; missing where CloudWatch does not tell. */
  readonly badSince?: number;
}

const state = z.object({ stateValue: z.string() });

/**
 * What CloudWatch writes of a change: of a metric alarm with the values that decided, of a composite alarm without.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
 */
const historyData = z.object({
  oldState: state,
  newState: state.extend({
    stateReasonData: z
      .object({
        threshold: z.number().optional(),
        evaluatedDatapoints: z.array(z.object({ timestamp: z.string(), value: z.number().optional() })).optional(),
      })
      .optional(),
  }),
});

/**
 * Alarms by their names.
 *
 * @param which what their names begin with, or their names, of which AWS takes 100
 * @throws AwsFailure
 */
export async function readAlarms(
  aws: AwsAccess,
  which: string | readonly string[],
): Promise<Map<string, DeployedAlarm>> {
  const input = {
    ...(typeof which === "string" ? { AlarmNamePrefix: which } : { AlarmNames: [...which] }),
    AlarmTypes: [...ALARM_TYPES],
  };
  const found = await aws.askAll(
    "cloudwatch:DescribeAlarms",
    `there are no alarms in ${aws.region}`,
    (options) => paginateDescribeAlarms({ client: aws.client(CloudWatchClient), pageSize: PAGE }, input, options),
    ({ MetricAlarms = [], CompositeAlarms = [] }) => [
      ...MetricAlarms,
      ...CompositeAlarms.map((alarm) => ({ ...alarm, Threshold: undefined })),
    ],
  );
  return new Map(
    found.map((alarm) => [
      alarm.AlarmName ?? "",
      {
        isRinging: alarm.StateValue === "ALARM",
        since: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime(),
        isOn: alarm.ActionsEnabled !== false,
        threshold: alarm.Threshold,
        reason: toOneLine(alarm.StateReason ?? ""),
      },
    ]),
  );
}

/**
 * Every change of state of some alarms, in the order of time.
 *
 * @param alarm one alarm's name; every alarm of the account without it
 * @throws AwsFailure
 */
export async function readStateChanges(
  aws: AwsAccess,
  { from, to }: { readonly from: number; readonly to: number },
  alarm?: string,
): Promise<StateChange[]> {
  const input = {
    ...(alarm !== undefined && { AlarmName: alarm }),
    AlarmTypes: [...ALARM_TYPES],
    HistoryItemType: "StateUpdate" as const,
    StartDate: new Date(from),
    EndDate: new Date(to),
    ScanBy: "TimestampAscending" as const,
  };
  const items = await aws.askAll(
    "cloudwatch:DescribeAlarmHistory",
    `there is no history of alarms in ${aws.region}`,
    (options) => paginateDescribeAlarmHistory({ client: aws.client(CloudWatchClient), pageSize: PAGE }, input, options),
    ({ AlarmHistoryItems }) => AlarmHistoryItems,
  );
  return items.flatMap(parseChange).sort((one, other) => one.at - other.at);
}

function parseChange({ AlarmName, Timestamp, HistoryData = "" }: AlarmHistoryItem): StateChange[] {
  const data = historyData.safeParse(parse(HistoryData)).data;
  if (AlarmName === undefined || !Timestamp || !data) return [];
  const { oldState, newState } = data;
  const { threshold = Infinity, evaluatedDatapoints = [] } = newState.stateReasonData ?? {};
  const bad = evaluatedDatapoints
    .filter(({ value = 0 }) => value > threshold)
    .map(({ timestamp }) => Date.parse(timestamp));
  return [
    {
      alarm: AlarmName,
      at: Timestamp.getTime(),
      fromAlarm: oldState.stateValue === "ALARM",
      toAlarm: newState.stateValue === "ALARM",
      ...(bad.length > 0 && { badSince: Math.min(...bad) }),
    },
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
