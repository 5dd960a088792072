import { type InvocationReport } from "../lambda/local-function";
import { type Sample } from "./metric-data";

const NAMESPACE = "AWS/Lambda";

/**
 * Lambda's own metrics of an invocation: for the function as a whole; if it came through an alias or a version, for
 * that; and if it came through an alias, for the version that ran behind it.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
 *
 * @param now milliseconds since 1970, when the invocation ended. AWS uses the time at which it began; on a faster
 *   clock, that is so long ago that no alarm would look back at it.
 */
export function buildLambdaMetrics(invocation: InvocationReport, now: number): Sample[] {
  const { functionName, qualifier, executedVersion } = invocation;
  const ofFunction = { FunctionName: functionName };
  const ofQualifier = { ...ofFunction, Resource: `${functionName}:${qualifier ?? ""}` };
  const all = [
    ofFunction,
    ...(qualifier === undefined ? [] : [ofQualifier]),
    ...(executedVersion === undefined ? [] : [{ ...ofQualifier, ExecutedVersion: executedVersion }]),
  ];
  return all.flatMap((dimensions) =>
    Object.entries(listValues(invocation)).map(([name, value]) => ({
      namespace: NAMESPACE,
      name,
      dimensions,
      timestampMilliseconds: now,
      value,
    })),
  );
}

function listValues({ outcome, milliseconds = 0, concurrent }: InvocationReport): Readonly<Record<string, number>> {
  // Neither an invocation nor an error:
  // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#invocation-metrics
  if (outcome === "throttled") return { Throttles: 1 };
  return {
    Invocations: 1,
    Errors: outcome === "error" ? 1 : 0,
    Throttles: 0,
    Duration: milliseconds,
    ConcurrentExecutions: concurrent,
  };
}
