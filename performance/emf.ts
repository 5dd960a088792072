import { functionName } from "./instance";
import { datum, FUNCTION_NAME, type MetricDefinition, METRICS, NAMESPACE, type Publisher } from "./metrics";
import { writeLines } from "./stdout";

/**
 * Publishes metrics as lines of the embedded metric format, from which CloudWatch makes metrics: no network call, no
 * API cost.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */

const OWN = `["${FUNCTION_NAME}"]`;
const FUNCTION = `"${FUNCTION_NAME}":${JSON.stringify(functionName)},`;

let dropped = 0;

/** The default publisher: one write to standard output per invocation. */
export const emf: Publisher = {
  publish(data, properties) {
    // There are always properties: a start, at least.
    const common = FUNCTION + JSON.stringify(properties).slice(1);
    // One line for all metrics with one dimension, and thus one value, and separate lines for the rest.
    let definitions = "";
    let members = "";
    let lines = "";
    for (const { name, values, dimension } of dropped > 0 ? [...data, datum("DroppedMetrics", dropped)] : data) {
      const { unit, dimension: second, total }: MetricDefinition = METRICS[name];
      const definition = `{"Name":"${name}","Unit":"${unit}"}`;
      if (second) {
        const sets = `${total ? `${OWN},` : ""}["${FUNCTION_NAME}","${second}"]`;
        // No name that limitNames() returns has a character to escape.
        lines += formatLine(
          sets,
          definition,
          `"${second}":"${dimension}","${name}":[${values.map(round).join()}],${common}`,
        );
      } else {
        definitions += (definitions && ",") + definition;
        members += `"${name}":${round(values[0])},`;
      }
    }
    if (definitions) lines = formatLine(OWN, definitions, members + common) + lines;
    if (writeLines(lines)) dropped = 0;
    else for (const { values } of data) dropped += values.length;
  },
};

function round(value = 0): number {
  return Math.round(value * 1000) / 1000;
}

/** All parts are JSON without the brackets around the whole; the members have the closing brace. */
function formatLine(sets: string, definitions: string, members: string): string {
  return `{"_aws":{"Timestamp":${Date.now()},"CloudWatchMetrics":[{"Namespace":"${NAMESPACE}","Dimensions":[${sets}],"Metrics":[${definitions}]}]},${members}\n`;
}
