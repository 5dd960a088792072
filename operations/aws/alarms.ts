import {
  type AlarmHistoryItem,
  CloudWatchClient,
  type MetricAlarm,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import * as z from "zod";
import { toOneLine } from "../../performance/foreign-text";
import { parseJson } from "../../environments/parse-json";
import { type AwsAccess } from "./access";

const ALARM_TYPES = ["MetricAlarm", "CompositeAlarm"] as const;
const PAGE = 100;

/** An alarm in CloudWatch. */
export type DeployedAlarm = ReturnType<typeof toDeployedAlarm>;

/** An alarm's current state. */
export type AlarmStatus = Pick<DeployedAlarm, "isRinging" | "since">;

/** One change of an alarm's state. Times are in milliseconds since 1970. */
export interface StateChange {
  readonly alarm: string;
  readonly at: number;
  readonly fromAlarm: boolean;
  readonly toAlarm: boolean;
  /** Start of the first period that made it ring; missing if CloudWatch does not provide it. */
  readonly badSince?: number;
}

const state = z.object({ stateValue: z.string() });

/**
 * CloudWatch's record of a change: for a metric alarm with the deciding values, for a composite alarm without.
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
 * @param which the beginning of their names, or their names, of which AWS accepts 100
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
    ({ MetricAlarms = [], CompositeAlarms = [] }): MetricAlarm[] => [...MetricAlarms, ...CompositeAlarms],
  );
  return new Map(found.map((alarm) => [alarm.AlarmName ?? "", toDeployedAlarm(alarm)]));
}

function toDeployedAlarm(alarm: MetricAlarm) {
  return {
    isRinging: alarm.StateValue === "ALARM",
    /** As in `INSUFFICIENT_DATA`. */
    state: alarm.StateValue ?? "",
    /** In milliseconds since 1970. */
    since: (alarm.StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp)?.getTime(),
    /** Whether its actions are enabled. */
    isOn: alarm.ActionsEnabled !== false,
    /** Missing for a composite alarm. */
    threshold: alarm.Threshold,
    /** CloudWatch's reason for its state. */
    reason: toOneLine(alarm.StateReason ?? ""),
  };
}

/**
 * Every change of state of some alarms, in chronological order.
 *
 * @param alarm one alarm's name; if missing, every alarm of the account
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
  const data = historyData.safeParse(parseJson(HistoryData)).data;
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
