import { formatDefaultLogGroup } from "../../../environments/names";
import { type StoredLine } from "../../../local/cloudwatch/insights/query";

const MINUTE = 60_000;
const REQUESTS = 30;

/** A deployment by steps: minutes before the end, what happened, the new version's share, and why. */
const ROLLOUT = [
  [110, "begin", 5, "version 8 gets 5 % of the requests"],
  [100, "step", 25, "no harm found in 10 minutes"],
  [90, "step", 50, "no harm found in 20 minutes"],
  [80, "end", 100, "version 8 did no harm"],
] as const;

/**
 * Lines of a log group, made up.
 *
 * @param functionNames the functions in AWS: their groups have the platform's reports, others are about their rollouts
 * @param end of what is shown, in milliseconds since 1970
 */
export function makeUpLogLines(logGroup: string, functionNames: readonly string[], end: number): StoredLine[] {
  const owner = functionNames.find((name) => formatDefaultLogGroup(name) === logGroup);
  return owner === undefined
    ? functionNames.flatMap((name) => makeUpRollout(name, end))
    : Array.from({ length: REQUESTS }, (_, index) => makeUpReport(index, end));
}

function makeUpReport(index: number, end: number): StoredLine {
  const at = end - (index + 1) * 5.5 * MINUTE;
  const isCold = index % 9 === 4;
  const record = {
    requestId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
    metrics: {
      durationMs: Math.round(4000 / (1 + index)) / 10 + 120,
      ...(isCold && { initDurationMs: 240 + index }),
    },
  };
  return { at, logStreamName: "made up", line: JSON.stringify({ time: at, type: "platform.report", record }) };
}

function makeUpRollout(functionName: string, end: number): StoredLine[] {
  return ROLLOUT.map(([minutes, event, percent, reason]) => ({
    at: end - minutes * MINUTE,
    logStreamName: "made up",
    line: JSON.stringify({ message: "rollout", event, functionName, from: "7", to: "8", percent, reason }),
  }));
}
