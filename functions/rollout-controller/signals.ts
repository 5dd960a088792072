import { DescribeAlarmsCommand, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { FUNCTION_NAME } from "../../performance/metrics";
import { type Share } from "../../rollout/sequential-test";
import { type AwsClients, callAws } from "./clients";

const MINUTE = 60_000;

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const MOST_NAMES = 100;

/** A period has one value at most; metrics of the last 15 days are kept by the minute. */
const PERIOD_SECONDS = 60;

/** Requests that were refused, before a rollout and during it. */
export interface Throttles {
  readonly before: Share;
  readonly during: Share;
}

/**
 * Which of some alarms ring now.
 *
 * @throws Error if CloudWatch does not answer
 */
export async function readRinging({ cloudWatch }: AwsClients, names: readonly string[]): Promise<string[]> {
  const ringing: string[] = [];
  for (let from = 0; from < names.length; from += MOST_NAMES) {
    const command = new DescribeAlarmsCommand({
      AlarmNames: names.slice(from, from + MOST_NAMES),
      AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      StateValue: "ALARM",
      MaxRecords: MOST_NAMES,
    });
    const { MetricAlarms = [], CompositeAlarms = [] } = await callAws((abortSignal) =>
      cloudWatch.send(command, { abortSignal }),
    );
    ringing.push(...[...MetricAlarms, ...CompositeAlarms].flatMap(({ AlarmName }) => AlarmName ?? []));
  }
  return ringing;
}

/**
 * How many requests through alias `live` were refused in the same length of time before a rollout and since it began.
 * Both versions share one limit, so the alias counts.
 *
 * @param startedAt in milliseconds since 1970
 * @throws Error if CloudWatch does not answer
 */
export async function readThrottles(
  { cloudWatch }: AwsClients,
  functionName: string,
  startedAt: number,
  now: number,
): Promise<Throttles> {
  const begin = Math.floor(startedAt / MINUTE) * MINUTE;
  const end = Math.max(Math.ceil(now / MINUTE) * MINUTE, begin + MINUTE);
  const input = {
    StartTime: new Date(2 * begin - end),
    EndTime: new Date(end),
    MetricDataQueries: [buildQuery("throttles", functionName), buildQuery("invocations", functionName)],
  };
  const counts = { before: { throttles: 0, invocations: 0 }, during: { throttles: 0, invocations: 0 } };
  let token: string | undefined;
  do {
    const command = new GetMetricDataCommand({ ...input, NextToken: token });
    const page = await callAws((abortSignal) => cloudWatch.send(command, { abortSignal }));
    for (const { Id, Timestamps = [], Values = [], StatusCode } of page.MetricDataResults ?? []) {
      if (StatusCode === "InternalError" || StatusCode === "Forbidden") throw new Error(`CloudWatch: ${StatusCode}`);
      Timestamps.forEach((time, index) => {
        const period = time.getTime() < begin ? counts.before : counts.during;
        if (Id === "throttles" || Id === "invocations") period[Id] += Values[index] ?? 0;
      });
    }
    token = page.NextToken;
  } while (token !== undefined);
  const toShare = ({ throttles, invocations }: typeof counts.before): Share => ({
    bad: throttles,
    all: throttles + invocations,
  });
  return { before: toShare(counts.before), during: toShare(counts.during) };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
function buildQuery(id: "throttles" | "invocations", functionName: string): MetricDataQuery {
  const Dimensions = [
    { Name: FUNCTION_NAME, Value: functionName },
    { Name: "Resource", Value: `${functionName}:live` },
  ];
  const MetricName = { throttles: "Throttles", invocations: "Invocations" }[id];
  const Metric = { Namespace: "AWS/Lambda", MetricName, Dimensions };
  return { Id: id, MetricStat: { Metric, Period: PERIOD_SECONDS, Stat: "Sum" } };
}
