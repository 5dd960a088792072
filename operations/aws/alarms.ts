import {
  type AlarmHistoryItem,
  type CloudWatchClient,
  paginateDescribeAlarmHistory,
  paginateDescribeAlarms,
} from "@aws-sdk/client-cloudwatch";
import { z } from "zod";
import { waitForAws } from "./failure";
import { type AlarmStatus, type StateChange } from "../alarms/ringing";

const ALARM_TYPES = ["MetricAlarm", "CompositeAlarm"] as const;
const PAGE = 100;

/** Where alarms are asked for. */
export interface AlarmSource {
  readonly client: CloudWatchClient;
  readonly region: string;
  readonly signal: AbortSignal;
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
 * The states that alarms are in.
 *
 * @param prefix what their names begin with
 * @throws AwsFailure
 */
export async function readAlarmStates(
  { client, region, signal }: AlarmSource,
  prefix: string,
): Promise<Map<string, AlarmStatus>> {
  const states = new Map<string, AlarmStatus>();
  const input = { AlarmNamePrefix: prefix, AlarmTypes: [...ALARM_TYPES] };
  const read = async () => {
    const pages = paginateDescribeAlarms({ client, pageSize: PAGE }, input, { abortSignal: signal });
    for await (const { MetricAlarms = [], CompositeAlarms = [] } of pages) {
      for (const { AlarmName, StateValue, StateTransitionedTimestamp, StateUpdatedTimestamp } of [
        ...MetricAlarms,
        ...CompositeAlarms,
      ]) {
        const since = StateTransitionedTimestamp ?? StateUpdatedTimestamp;
        if (AlarmName !== undefined)
          states.set(AlarmName, { isRinging: StateValue === "ALARM", since: since?.getTime() });
      }
    }
  };
  await waitForAws(read(), {
    region,
    action: "cloudwatch:DescribeAlarms",
    notFound: `there are no alarms in ${region}`,
  });
  return states;
}

/**
 * Every change of state of some alarms, in the order of time.
 *
 * @param alarm one alarm's name; every alarm of the account without it
 * @throws AwsFailure
 */
export async function readStateChanges(
  { client, region, signal }: AlarmSource,
  { from, to }: { readonly from: number; readonly to: number },
  alarm?: string,
): Promise<StateChange[]> {
  const changes: StateChange[] = [];
  const input = {
    ...(alarm !== undefined && { AlarmName: alarm }),
    AlarmTypes: [...ALARM_TYPES],
    HistoryItemType: "StateUpdate" as const,
    StartDate: new Date(from),
    EndDate: new Date(to),
    ScanBy: "TimestampAscending" as const,
  };
  const read = async () => {
    const pages = paginateDescribeAlarmHistory({ client, pageSize: PAGE }, input, { abortSignal: signal });
    for await (const { AlarmHistoryItems = [] } of pages) changes.push(...AlarmHistoryItems.flatMap(parseChange));
  };
  await waitForAws(read(), {
    region,
    action: "cloudwatch:DescribeAlarmHistory",
    notFound: `there is no history of alarms in ${region}`,
  });
  return changes.sort((one, other) => one.at - other.at);
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
