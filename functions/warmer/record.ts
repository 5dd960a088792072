import { FUNCTION_NAME, NAMESPACE, WARMING_METRICS, type WarmingMetricName } from "../../performance/metrics";
import { type TargetResult, type WarmingRecord, type WarmingRequest } from "../../warming/contract";
import { type Warmed } from "./target";

/** Whether as many instances of a target answered as were requested. */
export function isWarm({ asked, instances }: TargetResult): boolean {
  return instances >= asked;
}

/** The contents of a record besides the targets' results. */
export interface RoundFacts extends Pick<
  WarmingRecord,
  "runId" | "round" | "rounds" | "last" | "durationMilliseconds"
> {
  /** The warmer's time, including the pause before the round. */
  readonly warmerMilliseconds: number;
}

/** The record of one round. */
export function buildRecord(
  request: WarmingRequest,
  all: readonly Warmed[],
  { warmerMilliseconds, ...facts }: RoundFacts,
): WarmingRecord {
  const targets = all.map(({ result }) => result);
  const isFine = targets.every((target) => isWarm(target) && target.failures.length === 0);
  const own = (warmerMilliseconds / 1000) * request.price.perSecond;
  const invocation = facts.round === 1 ? request.price.perRequest : 0;
  const dollars = all.reduce((sum, warmed) => sum + priceTarget(warmed), own + invocation);
  return {
    level: isFine ? "INFO" : "WARN",
    message: "warming",
    strategy: request.strategy,
    ...facts,
    estimatedDollars: Number(dollars.toPrecision(6)),
    targets,
  };
}

function priceTarget({ target: { price }, result, heldMilliseconds }: Warmed): number {
  return (heldMilliseconds / 1000) * price.perSecond + result.invocations * price.perRequest;
}

/** What a round writes to the log: its record, and a line for each target, from which CloudWatch extracts metrics. */
export function formatRecord(record: WarmingRecord): string {
  return [record, ...record.targets.map(formatMetricsLine)].map((line) => `${JSON.stringify(line)}\n`).join("");
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function formatMetricsLine(result: TargetResult): object {
  const { functionName, invocations, successful, failures, instances, coldStarts } = result;
  const values: Readonly<Record<WarmingMetricName, number>> = {
    WarmedInstances: instances,
    WarmingFailures: Math.max(invocations - successful, Math.min(failures.length, 1)),
    WarmingColdStarts: coldStarts,
  };
  const metrics = Object.entries(WARMING_METRICS).map(([Name, { unit: Unit }]) => ({ Name, Unit }));
  const definition = { Namespace: NAMESPACE, Dimensions: [[FUNCTION_NAME]], Metrics: metrics };
  return {
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [definition] },
    [FUNCTION_NAME]: functionName,
    ...values,
  };
}
