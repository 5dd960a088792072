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
    const head = `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":[{"Namespace":"${NAMESPACE}","Dimensions":[`;
    const tail = `,${FUNCTION},${JSON.stringify(properties).slice(1)}\n`;
    // One line for all that has a single value and one dimension, and lines of their own for the rest.
    let definitions = "";
    let members = "";
    let others = "";
    for (const { name, values, dimension } of dropped > 0
      ? [...data, { name: "DroppedMetrics", values: [dropped] } satisfies Datum as Datum]
      : data) {
      const { unit, dimension: second, total }: Metric = METRICS[name];
      const definition = `{"Name":"${name}","Unit":"${unit}"}`;
      if (!second && values.length === 1) {
        definitions += definitions && ",";
        definitions += definition;
        members += `,"${name}":${values.map(rounded).join()}`;
        continue;
      }
      const sets = `${total ? `["${FUNCTION_NAME}"],` : ""}["${FUNCTION_NAME}"${second ? `,"${second}"` : ""}]`;
      const member = second ? `,"${second}":${JSON.stringify(dimension)}` : "";
      for (let from = 0; from < values.length; from += MAX_VALUES) {
        const some = values.slice(from, from + MAX_VALUES).map(rounded);
        others += `${head}${sets}],"Metrics":[${definition}]}]}${member},"${name}":[${some.join()}]${tail}`;
      }
    }
    if (definitions) others = `${head}["${FUNCTION_NAME}"]],"Metrics":[${definitions}]}]}${members}${tail}${others}`;
    if (writeLines(others)) dropped = 0;
    else for (const { values } of data) dropped += values.length;
  },
};

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
