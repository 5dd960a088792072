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
    const due: readonly Datum[] = dropped > 0 ? [...data, { name: "DroppedMetrics", values: [dropped] }] : data;
    if (writeLines(linesOf(due, properties))) dropped = 0;
    else for (const { values } of data) dropped += values.length;
  },
};

/** One line for all that has a single value and one dimension, and lines of their own for the rest. */
function linesOf(data: readonly Datum[], properties: object): string {
  let definitions = "";
  let members = "";
  let others = "";
  for (const { name, values, dimension } of data) {
    const { unit, dimension: second, total }: Metric = METRICS[name];
    const definition = `{"Name":"${name}","Unit":"${unit}"}`;
    if (!second && values.length === 1) {
      definitions += `${definitions && ","}${definition}`;
      members += `,"${name}":${round(values[0])}`;
    } else {
      const sets = second
        ? `${total ? `["${FUNCTION_NAME}"],` : ""}["${FUNCTION_NAME}","${second}"]`
        : `["${FUNCTION_NAME}"]`;
      const member = second ? `,"${second}":${JSON.stringify(dimension)}` : "";
      for (let from = 0; from < values.length; from += MAX_VALUES) {
        const some = values.slice(from, from + MAX_VALUES).map(round);
        others += line(sets, definition, `${member},"${name}":[${some.join()}]`, properties);
      }
    }
  }
  return (definitions && line(`["${FUNCTION_NAME}"]`, definitions, members, properties)) + others;
}

function line(dimensionSets: string, definitions: string, members: string, properties: object): string {
  const own = JSON.stringify(properties);
  return (
    `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":[{"Namespace":"${NAMESPACE}","Dimensions":[${dimensionSets}],` +
    `"Metrics":[${definitions}]}]},${FUNCTION}${members}${own === "{}" ? "" : ","}${own.slice(1)}\n`
  );
}

function round(value = 0): number {
  return Math.round(value * 1000) / 1000;
}
