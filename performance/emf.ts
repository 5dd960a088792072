import { functionName } from "./instance";
import { datum, FUNCTION_NAME, type MetricDefinition, METRICS, NAMESPACE, type Publisher } from "./metrics";
import { writeLines } from "./stdout";

/**
 * Publishes metrics as lines of the embedded metric format, from which CloudWatch makes metrics: no network call, no
 * API cost.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

/** Maximum number of values of one metric in one line. */
const MAX_VALUES = 100;

const OWN = `["${FUNCTION_NAME}"]`;

let dropped = 0;

/** The default publisher: one write to standard output per invocation. */
export const emf: Publisher = {
  publish(data, properties) {
    const line = (sets: string, definitions: string, members: string) =>
      `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":[{"Namespace":"${NAMESPACE}","Dimensions":[${sets}],"Metrics":[${definitions}]}]}` +
      `${members},"${FUNCTION_NAME}":${JSON.stringify(functionName)},${JSON.stringify(properties).slice(1)}\n`;
    // One line for all metrics with one dimension, and thus one value, and separate lines for the rest.
    let definitions = "";
    let members = "";
    let others = "";
    for (const { name, values, dimension } of dropped > 0 ? [...data, datum("DroppedMetrics", dropped)] : data) {
      const { unit, dimension: second, total }: MetricDefinition = METRICS[name];
      const definition = `{"Name":"${name}","Unit":"${unit}"}`;
      const texts = values.map((value) => Math.round(value * 1000) / 1000);
      if (second) {
        const sets = `${total ? `${OWN},` : ""}["${FUNCTION_NAME}","${second}"]`;
        const member = `,"${second}":${JSON.stringify(dimension)},"${name}"`;
        while (texts.length > 0) others += line(sets, definition, `${member}:[${texts.splice(0, MAX_VALUES).join()}]`);
      } else {
        definitions += (definitions && ",") + definition;
        members += `,"${name}":${texts.join()}`;
      }
    }
    if (definitions) others = line(OWN, definitions, members) + others;
    if (writeLines(others)) dropped = 0;
    else for (const { values } of data) dropped += values.length;
  },
};
