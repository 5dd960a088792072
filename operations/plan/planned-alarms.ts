import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { metricAlarmResource } from "../../local/cloudwatch/alarm-resource";
import { type ResourceChange } from "./plan";

/** The alarms on metrics that there are before or after a plan, by name, as far as the plan tells. */
export function listPlannedAlarms(
  changes: readonly ResourceChange[],
  side: "before" | "after",
): ReadonlyMap<string, MetricAlarm> {
  return new Map(
    changes.flatMap((change) => {
      if (change.type !== "aws_cloudwatch_metric_alarm") return [];
      const { data } = metricAlarmResource.safeParse(omitUnset(change[side]));
      if (!data) return [];
      // What is not there is missing, not undefined.
      return [[data.alarm_name, omitUnset(data) as MetricAlarm] as const];
    }),
  );
}

/** Providers write null, an empty text or 0 for a setting that is not there; a threshold may be 0. */
function omitUnset(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(omitUnset);
  if (typeof value !== "object" || value === null) return value;
  const isSet = ([key, one]: readonly [string, unknown]) =>
    one !== null && one !== undefined && one !== "" && (one !== 0 || key === "threshold");
  return Object.fromEntries(
    Object.entries(value)
      .filter(isSet)
      .map(([key, one]) => [key, omitUnset(one)]),
  );
}
