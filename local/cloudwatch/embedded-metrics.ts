import * as z from "zod";
import { type Sample } from "./metric-data";
import { parseJson } from "../../environments/parse-json";

const dimensionSet = z.array(z.string().min(1)).max(30);
const metricDefinition = z.object({ Name: z.string().min(1), Unit: z.string().optional() });
const metricDirective = z.object({
  Namespace: z.string().min(1),
  Dimensions: z.array(dimensionSet).min(1),
  Metrics: z.array(metricDefinition).max(100),
});
const document = z.looseObject({
  _aws: z.object({ Timestamp: z.number(), CloudWatchMetrics: z.array(metricDirective) }),
});
const metricTarget = z.union([z.number().transform((value) => [value]), z.array(z.number()).max(100)]);
const dimensionTarget = z.string();

type Document = z.infer<typeof document>;
type Directive = z.infer<typeof metricDirective>;

/**
 * The samples in a line of the embedded metric format: every value of every metric once per dimension set, since each
 * set is a separate metric. None if the line does not have that format. A document in which a metric or a dimension has
 * no usable target does not count as having the format: AWS requires every target, and does not document what it keeps
 * if one is missing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function parseEmbeddedMetrics(logLine: string): readonly Sample[] {
  const read = document.safeParse(parseJson(logLine));
  if (!read.success) return [];
  const found = read.data._aws.CloudWatchMetrics.map((directive) => listSamples(read.data, directive));
  return found.includes(undefined) ? [] : found.flatMap((samples) => samples ?? []);
}

function listSamples(root: Document, { Namespace, Dimensions, Metrics }: Directive): readonly Sample[] | undefined {
  const samples: Sample[] = [];
  for (const names of Dimensions) {
    const dimensions = z.record(z.string(), dimensionTarget).safeParse(readMembers(root, names));
    if (!dimensions.success) return undefined;
    for (const { Name, Unit } of Metrics) {
      const values = metricTarget.safeParse(readMember(root, Name));
      if (!values.success) return undefined;
      for (const value of values.data) {
        samples.push({
          namespace: Namespace,
          name: Name,
          dimensions: dimensions.data,
          timestampMilliseconds: root._aws.Timestamp,
          value,
          ...(Unit === undefined ? {} : { unit: Unit }),
        });
      }
    }
  }
  return samples;
}

function readMembers(root: Document, names: readonly string[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(names.map((name) => [name, readMember(root, name)]));
}

function readMember(root: Document, name: string): unknown {
  return Object.hasOwn(root, name) ? root[name] : undefined;
}
