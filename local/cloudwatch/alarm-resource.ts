import * as z from "zod";

const dimensions = z.record(z.string(), z.string()).optional();

const metric = z.object({
  namespace: z.string().optional(),
  metric_name: z.string(),
  period: z.number(),
  stat: z.string(),
  dimensions,
});

/**
 * Of Terraform's resource `aws_cloudwatch_metric_alarm`, what decides what an alarm watches and when it rings. A block
 * in a block is an object in a configuration, and a list in a plan.
 */
export const metricAlarmResource = z.object({
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
        metric: z.union([metric, z.array(metric).transform(([only]) => only)]).optional(),
      }),
    )
    .optional(),
});
