import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { type StackResources } from "../synthesis/stack-resources";

/** A stack's alarms on metrics by their names, as it is synthesized. */
export function listSynthesizedAlarms(stack: StackResources): ReadonlyMap<string, MetricAlarm> {
  return new Map(
    stack.all.flatMap(({ type, attributes }) => {
      if (type !== "aws_cloudwatch_metric_alarm") return [];
      // Our own synthesis has written it, in the provider's terms.
      return [[String(attributes["alarm_name"]), attributes as unknown as MetricAlarm] as const];
    }),
  );
}
