import { formatNumber } from "../document/formats";
import { type Diagnosis } from "./diagnosis";
import { type Evidence, findFigure, isSlowerSinceVersion, isWorse, findLongestWait } from "./evidence";
import {
  formatCompared,
  adviseRollback,
  describeSetting,
  formatFigureValue,
  describeVersion,
  formatDuration,
} from "./wording";

/** Memory of one vCPU, in MB: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const ONE_CPU_MB = 1769;

/** What users notice: slow requests. */
export const SLOW: readonly Diagnosis[] = [
  {
    id: "slower-since-version",
    title: "Requests take longer since a deployment",
    runbook: "response-time.md#how-to-roll-back",
    find: (evidence) => {
      const { around } = evidence;
      if (!around || !isSlow(evidence) || !isSlowerSinceVersion(evidence, "averageMilliseconds")) return undefined;
      const { before, after } = around;
      return {
        because: `before ${describeVersion(around)} a request took ${formatFigureValue("p50", before.averageMilliseconds)} on average, after it ${formatFigureValue("p50", after.averageMilliseconds)}`,
        ...adviseRollback(evidence),
      };
    },
  },
  {
    id: "slow-dependency",
    title: "Requests wait for something else",
    runbook: "response-time.md#likely-causes",
    find: (evidence) => {
      const longest = findLongestWait(evidence);
      if (!isSlow(evidence) || !longest) return undefined;
      const { wait, trace } = longest;
      const { name, milliseconds } = wait;
      return {
        because: `${formatCompared(evidence, "p99")}; trace ${trace.id} waited ${formatNumber(milliseconds)} of ${formatDuration(trace)} for ${name}`,
        advice: `fix ${name}; a time limit on each call and parallel calls keep the function fast while it is slow`,
      };
    },
  },
  {
    id: "slow-function",
    title: "Requests take longer, and not because of a deployment or a call",
    runbook: "response-time.md#what-to-change",
    find: (evidence) => {
      if (!isSlow(evidence) || isSlowerSinceVersion(evidence, "averageMilliseconds") || findLongestWait(evidence)) {
        return undefined;
      }
      const { standsOut: isFuller } = findFigure(evidence, "memory");
      const memoryMb = evidence.changes?.current?.memoryMb ?? evidence.watched.memoryMb;
      const hasLittleCpu = memoryMb !== undefined && memoryMb < ONE_CPU_MB;
      const size = memoryMb === undefined ? "" : `; it has ${memoryMb} MB`;
      return {
        because: `${formatCompared(evidence, "p50")}; ${formatCompared(evidence, "p99")}; ${formatCompared(evidence, "memory")}${size}`,
        advice:
          isFuller || hasLittleCpu
            ? `try more memory, which adds CPU: ${describeSetting(evidence, "memory_mb")}; and check in the slow-requests query whether single requests are large`
            : "name its operations, and check which of them became slow",
      };
    },
  },
  {
    id: "memory",
    title: "Memory runs short",
    runbook: "memory.md#what-to-change",
    find: (evidence) => {
      const { now } = findFigure(evidence, "memory");
      if (now === undefined || now <= evidence.watched.alarm("memory").threshold) return undefined;
      const rose = findFigure(evidence, "memory").standsOut;
      return {
        because: formatCompared(evidence, "memory"),
        advice: `${rose ? "it rose: look for a leak, larger requests, or an unbounded cache; until then, more" : "more"} memory removes the risk: ${describeSetting(evidence, "memory_mb")}`,
      };
    },
  },
];

function isSlow(evidence: Evidence): boolean {
  return isWorse(evidence, "p50", "response_time") || isWorse(evidence, "p99", "response_time");
}
