import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import { type Construct } from "constructs";
import { type OwnAlarm } from "../../model/own-alarms";
import { type AlarmTexts } from "./alarm-texts";

/** Alarms on one of the project's own functions. */
export function addOwnAlarms(scope: Construct, alarms: readonly OwnAlarm[], texts: AlarmTexts, topicArn: string): void {
  for (const alarm of alarms) {
    const { of, key, name, watched, settings } = alarm;
    const { threshold, periodSeconds, evaluationPeriods, datapointsToAlarm } = settings;
    const [metric] = Object.values(watched.metrics);
    new CloudwatchMetricAlarm(scope, `${of}-${key}`, {
      comparisonOperator: "GreaterThanThreshold",
      threshold,
      treatMissingData: "notBreaching",
      alarmActions: [topicArn],
      okActions: [topicArn],
      period: periodSeconds,
      evaluationPeriods,
      datapointsToAlarm,
      alarmName: name,
      alarmDescription: texts.ofOwn(alarm),
      ...metric,
      statistic: watched.statistic,
    });
  }
}
