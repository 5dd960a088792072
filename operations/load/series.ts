import { listLatencies, findLatency } from "./figures";
import { type SentRequest } from "./open-loop";
import { computeAverage, groupBy } from "./statistics";
import { type LoadReport, type Second } from "./report-schema";
import { isCold, isFailed } from "./request-outcome";
import { type Run } from "./run";

/** What happened in each second of a run, by the time at which requests were due. */
export function buildLoadSeries(run: Run): Second[] {
  const seconds = Math.floor((run.loop.requests.at(-1)?.dueAt ?? 0) / 1000) + 1;
  const requests = groupBy(run.loop.requests, ({ dueAt }) => Math.floor(dueAt / 1000));
  const samples = groupBy(run.samples, ({ at }) => Math.floor(at / 1000));
  return Array.from({ length: seconds }, (_, second) => {
    const sampled = samples.get(second) ?? [];
    return {
      second,
      ...countRequests(requests.get(second) ?? [], run.target.tellsReports),
      ...(sampled.length > 0 && {
        instances: Math.max(...sampled.map(({ present }) => present)),
        busyInstances: Math.max(...sampled.map(({ busy }) => busy)),
      }),
    };
  });
}

/** What happened in each phase. */
export function summarizePhases(run: Run): LoadReport["phases"] {
  const requests = groupBy(run.loop.requests, ({ phase }) => phase);
  return run.phases.map(({ name, part, startedAt, ratePerSecond, broken = false, warming }, index) => {
    const counts = countRequests(requests.get(index) ?? [], run.target.tellsReports);
    const { failed, coldStarts, p50Milliseconds, p99Milliseconds } = counts;
    return {
      name,
      part,
      startSecond: roundToThousandths(startedAt / 1000),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      broken,
      requests: counts.requests,
      failed,
      ...(coldStarts !== undefined && { coldStarts }),
      ...(p50Milliseconds !== undefined && { p50Milliseconds }),
      ...(p99Milliseconds !== undefined && { p99Milliseconds }),
      ...(warming && { warming: { ...warming, failures: [...warming.failures] } }),
    };
  });
}

function countRequests(requests: readonly SentRequest[], tellsReports: boolean) {
  const latencies = listLatencies(requests);
  const [p50Milliseconds, p90Milliseconds, p99Milliseconds] = [50, 90, 99].map((percent) => {
    const latency = findLatency(latencies, percent) ?? undefined;
    return latency === undefined ? undefined : roundToThousandths(latency);
  });
  const memory = computeAverage(requests.flatMap(({ ending }) => ending?.report?.usedMemoryMb ?? []));
  return {
    requests: requests.length,
    failed: requests.filter(isFailed).length,
    ...(tellsReports && { coldStarts: requests.filter((request) => isCold(request) === true).length }),
    ...(p50Milliseconds !== undefined && { p50Milliseconds }),
    ...(p90Milliseconds !== undefined && { p90Milliseconds }),
    ...(p99Milliseconds !== undefined && { p99Milliseconds }),
    ...(memory !== undefined && { memoryMb: roundToThousandths(memory) }),
  };
}

/** Thousandths are enough. */
function roundToThousandths(value: number): number {
  return Math.round(value * 1000) / 1000;
}
