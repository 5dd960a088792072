import {
  type AlarmHistoryItem,
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  type DescribeAlarmHistoryCommandInput,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricAlarm,
} from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { beforeEach } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { runOps } from "../../../operations/program";
import { makeProject, makeTfvars } from "../../support/project";
import { FakeCloudWatch } from "./fake-cloudwatch";

/** The last full hour is 10:00. */
export const REPORT_NOW = Date.parse("2026-01-19T10:07:00.000Z");
/** The end of what is reported. */
export const TO = Date.parse("2026-01-19T10:00:00.000Z");
/** In milliseconds. */
export const HOUR = 3_600_000;
/** In milliseconds. */
export const DAY = 24 * HOUR;
/** In milliseconds. */
export const WEEK = 7 * DAY;

/** Every alarm of function `api` of `dev` and of its warmer. */
export const ALARM_NAMES = [
  ...["cold-starts", "init-duration", "memory", "response-time", "errors", "throttles", "timeouts", "warming"],
  "degraded",
].map((key) => `dev-api-${key}`);
const WARMER_ALARMS = ["dev-warmer-errors", "dev-warmer-missed"];

/** Every client of CloudWatch. */
export const reportCloudWatch = mockClient(CloudWatchClient);
/** Every client of CloudWatch Logs. */
export const logs = mockClient(CloudWatchLogsClient);

/** What AWS holds, for a test to fill. */
export class ReportWorld {
  metrics = new FakeCloudWatch();
  history: AlarmHistoryItem[] = [];
  ringing = new Map<string, number>();
  alarms = [...ALARM_NAMES, ...WARMER_ALARMS];
  notes: string[] = [];
  /** By log group. */
  percentiles: Record<string, { requests: number; p50: number; p90: number; p99: number }> = {};
  now = REPORT_NOW;
  stdout: string[] = [];
  stderr: string[] = [];
  waits = 0;
}

/** A world for each test, which answers as AWS does. */
export function makeWorld(): () => ReportWorld {
  let world = new ReportWorld();
  beforeEach(() => {
    world = new ReportWorld();
    reportCloudWatch.reset();
    logs.reset();
    reportCloudWatch
      .on(GetMetricDataCommand)
      .callsFake((input: GetMetricDataCommandInput) => world.metrics.answer(input));
    reportCloudWatch.on(DescribeAlarmsCommand).callsFake(({ NextToken = "0" }: { NextToken?: string }) => {
      const start = Number(NextToken);
      const some = world.alarms.slice(start, start + 4).map((name) => alarmOf(name, world.ringing.get(name)));
      return { MetricAlarms: some, ...(start + 4 < world.alarms.length && { NextToken: String(start + 4) }) };
    });
    reportCloudWatch.on(DescribeAlarmHistoryCommand).callsFake((input: DescribeAlarmHistoryCommandInput) => {
      const { AlarmName, StartDate, EndDate, NextToken = "0", AlarmTypes = [] } = input;
      if (AlarmTypes.length !== 2) throw new Error("composite alarms are left out");
      const found = world.history.filter(({ AlarmName: name, Timestamp = new Date(0) }) => {
        const isInTime = Timestamp >= (StartDate ?? Timestamp) && Timestamp <= (EndDate ?? Timestamp);
        return isInTime && (AlarmName === undefined || AlarmName === name);
      });
      const start = Number(NextToken);
      return {
        AlarmHistoryItems: found.slice(start, start + 3),
        ...(start + 3 < found.length && { NextToken: String(start + 3) }),
      };
    });
    logs.on(FilterLogEventsCommand).callsFake(() => {
      if (world.notes.length === 0)
        throw makeCallError("ResourceNotFoundException", "The specified log group does not exist.");
      return {
        events: world.notes.map((message, index) => ({ eventId: String(index), message, timestamp: world.now })),
      };
    });
    let asked: string[] = [];
    logs.on(StartQueryCommand).callsFake(({ logGroupNames }: { logGroupNames: string[] }) => {
      asked = logGroupNames;
      return { queryId: "query" };
    });
    logs.on(GetQueryResultsCommand).callsFake(() => ({
      status: "Complete",
      statistics: { bytesScanned: 2_000_000 },
      results: asked.flatMap((group) => {
        const found = world.percentiles[group];
        if (!found) return [];
        const fields = Object.entries(found).map(([field, value]) => ({ field, value: String(value) }));
        return [[{ field: "@log", value: `123456789012:${group}` }, ...fields]];
      }),
    }));
    logs.on(StopQueryCommand).resolves({});
  });
  return () => world;
}

function alarmOf(name: string, ringingSince: number | undefined): MetricAlarm {
  return {
    AlarmName: name,
    StateValue: ringingSince === undefined ? "OK" : "ALARM",
    StateTransitionedTimestamp: new Date(ringingSince ?? TO - 100 * DAY),
  };
}

/** A change of an alarm's state, as CloudWatch writes it. */
export function makeHistoryItem(
  alarm: string,
  at: number,
  to: "ALARM" | "OK",
  { threshold = 5, badAt = [] as readonly number[], from = to === "ALARM" ? "OK" : "ALARM" } = {},
): AlarmHistoryItem {
  const time = (at: number) => new Date(at).toISOString().replace("Z", "+0000");
  const stateReasonData = {
    version: "1.0",
    queryDate: time(at),
    startDate: time(at - 300_000),
    statistic: "Sum",
    period: 300,
    recentDatapoints: [7],
    threshold,
    evaluatedDatapoints: [
      ...badAt.map((bad) => ({ timestamp: time(bad), sampleCount: 9, value: threshold + 2 })),
      { timestamp: time(at - 900_000), sampleCount: 9, value: 0 },
    ],
  };
  const isComposite = alarm.endsWith("-degraded");
  return {
    AlarmName: alarm,
    AlarmType: isComposite ? "CompositeAlarm" : "MetricAlarm",
    Timestamp: new Date(at),
    HistoryItemType: "StateUpdate",
    HistorySummary: `Alarm updated from ${from} to ${to}`,
    HistoryData: JSON.stringify({
      version: "1.0",
      oldState: { stateValue: from, stateReason: "Unchecked: Initial alarm creation" },
      newState: { stateValue: to, stateReason: "Threshold Crossed", ...(!isComposite && { stateReasonData }) },
    }),
  };
}

/** Runs a command in a project with this `dev`; files that it writes are in `root`. */
export async function runReport(
  world: ReportWorld,
  args: readonly string[],
  dev: Parameters<typeof makeTfvars>[0] = {},
) {
  const root = makeProject({
    "environments/dev.tfvars": makeTfvars(dev),
    "functions/web/handler.ts": "",
  });
  const exitCode = await runOps(args, {
    root,
    print: (line) => world.stdout.push(line),
    printAside: (line) => world.stderr.push(line),
    now: () => world.now,
    wait: (_, signal) => {
      world.waits += 1;
      signal.throwIfAborted();
      return Promise.resolve();
    },
  });
  return { exitCode, root, stdout: world.stdout, stderr: world.stderr };
}

/** An error as the SDK throws it. */
export function makeCallError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}
