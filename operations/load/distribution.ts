import { listLatencies } from "./figures";
import { type SentRequest } from "./open-loop";
import { type LoadReport } from "./report-schema";
import { isCold, isFailed } from "./request-outcome";

const BINS = 24;
/** Differences below this do not matter to users. */
const LEAST_MILLISECONDS = 0.1;

/** The distribution of successful requests' durations: each bin is wider than the previous one by the same factor. */
export function buildDistribution(requests: readonly SentRequest[]): LoadReport["distribution"] {
  const succeeded = requests.filter((request) => !isFailed(request));
  const cold = listLatencies(succeeded.filter((request) => isCold(request) === true));
  const warm = listLatencies(succeeded.filter((request) => isCold(request) !== true));
  const fastest = Math.max(LEAST_MILLISECONDS, Math.min(cold[0] ?? Infinity, warm[0] ?? Infinity));
  const slowest = Math.max(cold.at(-1) ?? 0, warm.at(-1) ?? 0);
  if (slowest === 0) return [];
  const factor = Math.max(slowest / fastest, 1.01) ** (1 / BINS);
  const findBin = (latency: number) =>
    Math.min(BINS - 1, Math.max(0, Math.floor(Math.log(latency / fastest) / Math.log(factor))));
  const countInBin = (latencies: readonly number[], bin: number) =>
    latencies.filter((latency) => findBin(latency) === bin).length;
  return Array.from({ length: BINS }, (_, bin) => ({
    fromMilliseconds: fastest * factor ** bin,
    toMilliseconds: fastest * factor ** (bin + 1),
    cold: countInBin(cold, bin),
    warm: countInBin(warm, bin),
  }));
}
