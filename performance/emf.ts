import { functionName } from "./instance";
import { type Datum, FUNCTION_NAME, type Metric, METRICS, NAMESPACE, type Publisher } from "./metrics";
import { writeLines } from "./stdout";

/**
 * Publishes metrics as lines of the embedded metric format, from which CloudWatch makes metrics: no network call, no API cost.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

/** The most values that one metric may have in one line. */
const MAX_VALUES = 100;

const FUNCTION = `"${FUNCTION_NAME}":${JSON.stringify(functionName)}`;

let dropped = 0;

/** The default publisher: one write to standard output per invocation. */
export const emf: Publisher = {
  publish(data, properties) {
    // One line for all that has a single value and one dimension, and lines of their own for the rest.
    let definitions = "";
    let members = "";
    let others = "";
    for (const datum of dropped > 0 ? [...data, { name: "DroppedMetrics" as const, values: [dropped] }] : data) {
      const { name, values } = datum;
      const { unit, dimension }: Metric = METRICS[name];
      if (dimension || values.length !== 1) others += linesOf(datum, properties);
      else {
        definitions += `${definitions && ","}{"Name":"${name}","Unit":"${unit}"}`;
        members += `,"${name}":${rounded(values[0])}`;
      }
    }
    if (definitions) others = line(`[["${FUNCTION_NAME}"]]`, definitions, members, properties) + others;
    if (writeLines(others)) dropped = 0;
    else for (const { values } of data) dropped += values.length;
  },
};

/** Lines of one metric alone. */
function linesOf({ name, values, dimension }: Datum, properties: object): string {
  const { unit, dimension: second, total }: Metric = METRICS[name];
  const sets = JSON.stringify([
    ...(second && !total ? [] : [[FUNCTION_NAME]]),
    ...(second ? [[FUNCTION_NAME, second]] : []),
  ]);
  const member = second ? `,"${second}":${JSON.stringify(dimension)}` : "";
  let lines = "";
  for (let from = 0; from < values.length; from += MAX_VALUES) {
    const some = values.slice(from, from + MAX_VALUES).map(rounded);
    lines += line(sets, `{"Name":"${name}","Unit":"${unit}"}`, `${member},"${name}":[${some.join()}]`, properties);
  }
  return lines;
}

function line(dimensionSets: string, definitions: string, members: string, properties: object): string {
  return (
    `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":[{"Namespace":"${NAMESPACE}",` +
    `"Dimensions":${dimensionSets},"Metrics":[${definitions}]}]}${members},${FUNCTION},${JSON.stringify(properties).slice(1)}\n`
  );
}

function rounded(value = 0): number {
  return Math.round(value * 1000) / 1000;
}
