import { toOneLine } from "../../performance/foreign-text";
import { functionName as controller } from "../../performance/instance";
import { FUNCTION_NAME, NAMESPACE, ROLLOUT_METRICS, type RolloutMetricName } from "../../performance/metrics";
import { writeLines } from "../../performance/stdout";
import { type RolloutRecord } from "../../rollout/contract";
import { findPercent, isActive, type TrackedRollout } from "./tracked-rollout";

const LONGEST_TEXT = 500;

/** Writes a record of what happened to the log, and a line from which CloudWatch extracts metrics. */
export function writeRecord({ state, figures }: TrackedRollout, event: RolloutRecord["event"]): void {
  const { functionName, rolloutId, status, from, to, reason, findings } = state;
  const isFine = isActive(state) || status === "completed";
  const record: RolloutRecord = {
    level: isFine ? "INFO" : "WARN",
    message: "rollout",
    event,
    functionName,
    rolloutId,
    status,
    from,
    to,
    percent: findPercent(state),
    reason,
    findings,
    figures,
  };
  writeLine(record);
  const hasGoneBack = event === "end" && status === "rolled_back";
  writeMetrics(functionName, { RolloutShare: record.percent, RollBacks: hasGoneBack ? 1 : 0 });
  // One alarm watches for those of all functions.
  if (hasGoneBack) writeMetrics(controller, { RollBacks: 1 });
}

/** Writes the new version's share of requests as a metric, between records. */
export function writeShare({ state }: TrackedRollout): void {
  writeMetrics(state.functionName, { RolloutShare: findPercent(state) });
}

/** Writes to the log why something did not work; the next poll tries again. */
export function writeProblem(functionName: string, failure: unknown): void {
  writeLine({ level: "WARN", message: "rollout problem", functionName, problem: describeProblem(failure) });
}

/** A failure of AWS in one line. */
export function describeProblem(failure: unknown): string {
  const { name, message } = failure as Error;
  return toOneLine(message === "" ? name : `${name}: ${message}`, LONGEST_TEXT);
}

/**
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
function writeMetrics(functionName: string, values: Readonly<Partial<Record<RolloutMetricName, number>>>): void {
  const metrics = Object.entries(ROLLOUT_METRICS)
    .filter(([name]) => name in values)
    .map(([Name, { unit: Unit }]) => ({ Name, Unit }));
  writeLine({
    _aws: {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: NAMESPACE, Dimensions: [[FUNCTION_NAME]], Metrics: metrics }],
    },
    [FUNCTION_NAME]: functionName,
    ...values,
  });
}

function writeLine(line: object): void {
  writeLines(`${JSON.stringify(line)}\n`);
}
