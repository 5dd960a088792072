import { metricScope } from "aws-embedded-metrics";
import { measuredWork } from "./work";

let cold = true;

/** With AWS' own library for the embedded metric format. */
export const handler = metricScope((metrics) => () => {
  if (cold) metrics.putMetric("ColdStarts", 1, "Count");
  cold = false;
  return measuredWork((name, unit, value) => metrics.putMetric(name, value, unit));
});
