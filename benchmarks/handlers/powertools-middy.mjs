import { Metrics } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import { measuredWork } from "./work";

const metrics = new Metrics();

/** With Powertools' metrics as a middleware. */
export const handler = middy(() => measuredWork((name, unit, value) => metrics.addMetric(name, unit, value))).use(
  logMetrics(metrics, { captureColdStartMetric: true }),
);
