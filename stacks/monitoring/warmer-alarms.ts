import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { type Construct } from "constructs";
import { type Environment } from "../../environments/schema";
import { listWarmerAlarms, WARMER_ALARM_SETTINGS } from "../../model/warmer-alarms";
import { type Warming } from "../warming/warming";
import { type AlarmTexts } from "./alarm-texts";

/** Alarms on the warmer itself. */
export function addWarmerAlarms(
  scope: Construct,
  environment: Environment,
  { missed }: Warming,
  texts: AlarmTexts,
  topicArn: string,
): void {
  const { threshold, periodSeconds, evaluationPeriods, datapointsToAlarm } = WARMER_ALARM_SETTINGS;
  for (const { key, name, watched, happened } of listWarmerAlarms(environment, missed?.name)) {
    const [metric] = Object.values(watched.metrics);
    new CloudwatchMetricAlarm(scope, `warmer-${key}`, {
      comparisonOperator: "GreaterThanThreshold",
      threshold,
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
      okActions: [topicArn],
      period: periodSeconds,
      evaluationPeriods,
      datapointsToAlarm,
      alarmName: name,
      alarmDescription: texts.ofWarmer(happened),
      ...metric,
      statistic: watched.statistic,
    });
  }
}
