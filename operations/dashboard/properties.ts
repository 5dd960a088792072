import * as z from "zod";
import { type MetricAddress } from "../../model/metrics";

const rendering = z.object({
  id: z.string().optional(),
  label: z.string().optional(),
  visible: z.boolean().default(true),
  expression: z.string().optional(),
  period: z.number().positive().optional(),
  stat: z.string().optional(),
  yAxis: z.string().optional(),
  region: z.string().optional(),
});

const horizontal = z.object({
  value: z.number(),
  label: z.string().default(""),
  visible: z.boolean().default(true),
});

const vertical = z.object({ value: z.string(), label: z.string().default(""), visible: z.boolean().default(true) });

/** One annotation, or two that limit a band. */
const oneOrBand = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(z.union([schema, z.tuple([schema, schema])]))
    .transform((all) => all.flat() as z.output<Schema>[])
    .default([]);

const axis = z.object({ min: z.number().optional(), max: z.number().optional(), label: z.string().optional() });

const metricProperties = z.object({
  title: z.string().default(""),
  region: z.string().optional(),
  view: z.string().default("timeSeries"),
  stacked: z.boolean().default(false),
  stat: z.string().default("Average"),
  period: z.number().positive().default(300),
  start: z.string().optional(),
  setPeriodToTimeRange: z.boolean().default(false),
  metrics: z.array(z.array(z.union([z.string(), rendering])).min(1)).default([]),
  yAxis: z.object({ left: axis.default({}), right: axis.optional() }).default({ left: {} }),
  annotations: z
    .object({
      alarms: z.array(z.string()).default([]),
      horizontal: oneOrBand(horizontal),
      vertical: oneOrBand(vertical),
    })
    .default({ alarms: [], horizontal: [], vertical: [] }),
  table: z
    .object({ summaryColumns: z.array(z.enum(["MIN", "MAX", "SUM", "AVG"])).default([]) })
    .default({ summaryColumns: [] }),
});

/** The properties of each kind of widget that is drawn. */
export const WIDGET_PROPERTIES = {
  metric: metricProperties,
  text: z.object({ markdown: z.string(), background: z.string().default("solid") }),
  alarm: z.object({
    title: z.string().default(""),
    alarms: z.array(z.string()),
    states: z.array(z.string()).optional(),
  }),
  log: z.object({ title: z.string().default(""), query: z.string(), view: z.string().default("table") }),
} as const;

/** What a metric widget shows and how. */
export type MetricProperties = z.output<typeof metricProperties>;

/** One line of a metric widget, with the shorthand written out: a metric with its statistic, or an expression. */
export interface WidgetLine {
  /** In expressions. */
  readonly id: string;
  /** What the dashboard calls it; empty if CloudWatch is to find a name. */
  readonly label: string;
  readonly isVisible: boolean;
  readonly isRight: boolean;
  readonly periodSeconds: number;
  readonly statistic: string;
  readonly metric?: MetricAddress;
  readonly expression?: string;
}

/**
 * The lines of a metric widget. Of a metric, "." repeats a part of the one before, and "..." all parts up to the end.
 *
 * Source:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html#CloudWatch-Dashboard-Properties-Metrics-Array-Format
 */
export function listWidgetLines({ metrics, period, stat }: MetricProperties): WidgetLine[] {
  let before: readonly string[] = [];
  return metrics.map((entry, index) => {
    const texts = entry.filter((part) => typeof part === "string");
    const look = entry.find((part) => typeof part === "object");
    const common = {
      id: look?.id ?? `unnamed${index}`,
      label: look?.label ?? "",
      isVisible: look?.visible ?? true,
      isRight: look?.yAxis === "right",
      periodSeconds: look?.period ?? period,
      statistic: look?.stat ?? stat,
    };
    if (look?.expression !== undefined) return { ...common, expression: look.expression };
    before = repeatParts(texts, before);
    const [namespace = "", metricName = "", ...pairs] = before;
    const dimensions = Object.fromEntries(
      pairs.flatMap((name, at) => (at % 2 === 0 ? [[name, pairs[at + 1] ?? ""] as const] : [])),
    );
    return { ...common, metric: { namespace, metricName, dimensions } };
  });
}

function repeatParts(own: readonly string[], before: readonly string[]): readonly string[] {
  const [first, ...rest] = own;
  const parts = first === "..." ? [...before.slice(0, Math.max(0, before.length - rest.length)), ...rest] : own;
  return parts.map((part, index) => (part === "." ? (before[index] ?? part) : part));
}

/** The name of an alarm, which is the end of its ARN. */
export function getAlarmName(arn: string): string {
  return arn.replace(/^.*:alarm:/, "");
}
