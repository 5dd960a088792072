import { latenciesOf } from "./figures";
import { type SentRequest } from "./open-loop";
import { type Report } from "./report-schema";
import { isCold, isFailed } from "./request-outcome";

const BINS = 24;
/** Faster than this is all the same to whoever waits. */
const LEAST_MILLISECONDS = 0.1;

/** How many requests that succeeded took how long: bins that are each wider than the one before by the same factor. */
export function distributionOf(requests: readonly SentRequest[]): Report["distribution"] {
  const succeeded = requests.filter((request) => !isFailed(request));
  const cold = latenciesOf(succeeded.filter((request) => isCold(request) === true));
  const warm = latenciesOf(succeeded.filter((request) => isCold(request) !== true));
  const fastest = Math.max(LEAST_MILLISECONDS, Math.min(cold[0] ?? Infinity, warm[0] ?? Infinity));
  const slowest = Math.max(cold.at(-1) ?? 0, warm.at(-1) ?? 0);
  if (slowest === 0) return [];
  const factor = Math.max(slowest / fastest, 1.01) ** (1 / BINS);
  const binOf = (latency: number) =>
    Math.min(BINS - 1, Math.max(0, Math.floor(Math.log(latency / fastest) / Math.log(factor))));
  const countIn = (latencies: readonly number[], bin: number) =>
    latencies.filter((latency) => binOf(latency) === bin).length;
  return Array.from({ length: BINS }, (_, bin) => ({
    fromMilliseconds: fastest * factor ** bin,
    toMilliseconds: fastest * factor ** (bin + 1),
    cold: countIn(cold, bin),
    warm: countIn(warm, bin),
  }));
}
