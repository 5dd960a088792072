import { Metrics } from "@aws-lambda-powertools/metrics";
import { measuredWork } from "./work";

const metrics = new Metrics();

/** With Powertools' metrics, called by hand. */
export async function handler(_event, context) {
  metrics.captureColdStartMetric(context.functionName);
  try {
    return await measuredWork((name, unit, value) => metrics.addMetric(name, unit, value));
  } finally {
    metrics.publishStoredMetrics();
  }
}
