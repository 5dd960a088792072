import * as z from "zod";
import { type MetricAlarm } from "../../local/cloudwatch/alarm";
import { type ResourceChange } from "./plan";

const dimensions = z.record(z.string(), z.string()).optional();

/** The attributes that decide what an alarm watches and when it rings, as the provider has them in a plan. */
const schema = z.object({
  alarm_name: z.string(),
  comparison_operator: z.string(),
  threshold: z.number().optional(),
  evaluation_periods: z.number(),
  datapoints_to_alarm: z.number().optional(),
  treat_missing_data: z.string().optional(),
  period: z.number().optional(),
  statistic: z.string().optional(),
  extended_statistic: z.string().optional(),
  namespace: z.string().optional(),
  metric_name: z.string().optional(),
  dimensions,
  metric_query: z
    .array(
      z.object({
        id: z.string(),
        expression: z.string().optional(),
        return_data: z.boolean().optional(),
        // In a plan, a block is a list.
        metric: z
          .array(
            z.object({
              namespace: z.string().optional(),
              metric_name: z.string(),
              period: z.number(),
              stat: z.string(),
              dimensions,
            }),
          )
          .transform(([metric]) => metric)
          .optional(),
      }),
    )
    .optional(),
});

/** The alarms on metrics that there are before or after a plan, by name, as far as the plan tells. */
export function listPlannedAlarms(
  changes: readonly ResourceChange[],
  side: "before" | "after",
): ReadonlyMap<string, MetricAlarm> {
  return new Map(
    changes.flatMap((change) => {
      if (change.type !== "aws_cloudwatch_metric_alarm") return [];
      const { data } = schema.safeParse(omitUnset(change[side]));
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
