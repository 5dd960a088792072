import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { type Construct } from "constructs";
import { deployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type Warming } from "../warming/warming";
import { type AlarmTexts } from "./alarm-texts";

/** How often these alarms look, and for how long something has to be wrong. */
const TIMING = { period: 300, evaluationPeriods: 3, datapointsToAlarm: 2 };

/** Alarms on the warmer itself: without it, nothing tells that nothing is kept warm. */
export function addWarmerAlarms(
  scope: Construct,
  environment: Environment,
  { warmer, missed }: Warming,
  texts: AlarmTexts,
  topicArn: string,
): void {
  const common = {
    comparisonOperator: "GreaterThanThreshold",
    threshold: 0,
    treatMissingData: "notBreaching",
    alarmActions: [topicArn],
    okActions: [topicArn],
  };
  new CloudwatchMetricAlarm(scope, "warmer-errors", {
    ...common,
    ...TIMING,
    alarmName: warmerAlarmName(environment.name, "errors"),
    alarmDescription: texts.ofWarmer("the warmer failed in 2 of 3 times 5 minutes, so that nothing is kept warm"),
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: warmer },
    statistic: "Sum",
  });
  if (!missed) return;
  new CloudwatchMetricAlarm(scope, "warmer-missed", {
    ...common,
    ...TIMING,
    alarmName: warmerAlarmName(environment.name, "missed"),
    alarmDescription: texts.ofWarmer(`runs of the warmer could not be started; they are in queue ${missed.name}`),
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: missed.name },
    statistic: "Maximum",
  });
}

/** The name of one of the warmer's own alarms. */
export function warmerAlarmName(environment: string, key: "errors" | "missed"): string {
  return `${deployedName(environment, WARMER)}-${key}`;
}
