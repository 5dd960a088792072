import { latenciesOf, latencyAt } from "./figures";
import { type SentRequest } from "./open-loop";
import { average, groupBy } from "./statistics";
import { type Report, type Second } from "./report-schema";
import { isCold, isFailed } from "./request-outcome";
import { type Run } from "./run";

/** What happened in each second of a run, by the time at which requests were due. */
export function seriesOf(run: Run): Second[] {
  const seconds = Math.floor((run.loop.requests.at(-1)?.dueAt ?? 0) / 1000) + 1;
  const requests = groupBy(run.loop.requests, ({ dueAt }) => Math.floor(dueAt / 1000));
  const samples = groupBy(run.samples, ({ at }) => Math.floor(at / 1000));
  return Array.from({ length: seconds }, (_, second) => {
    const sampled = samples.get(second) ?? [];
    return {
      second,
      ...countsOf(requests.get(second) ?? [], run.target.tellsReports),
      ...(sampled.length > 0 && {
        instances: Math.max(...sampled.map(({ present }) => present)),
        busyInstances: Math.max(...sampled.map(({ busy }) => busy)),
      }),
    };
  });
}

/** What happened in each phase. */
export function phasesOf(run: Run): Report["phases"] {
  const requests = groupBy(run.loop.requests, ({ phase }) => phase);
  return run.phases.map(({ name, part, startedAt, ratePerSecond, broken = false, warming }, index) => {
    const counts = countsOf(requests.get(index) ?? [], run.target.tellsReports);
    const { failed, coldStarts, p50Milliseconds, p99Milliseconds } = counts;
    return {
      name,
      part,
      startSecond: rounded(startedAt / 1000),
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

function countsOf(requests: readonly SentRequest[], tellsReports: boolean) {
  const latencies = latenciesOf(requests);
  const [p50Milliseconds, p90Milliseconds, p99Milliseconds] = [50, 90, 99].map((percent) => {
    const latency = latencyAt(latencies, percent) ?? undefined;
    return latency === undefined ? undefined : rounded(latency);
  });
  const memory = average(requests.flatMap(({ ending }) => ending?.report?.usedMemoryMb ?? []));
  return {
    requests: requests.length,
    failed: requests.filter(isFailed).length,
    ...(tellsReports && { coldStarts: requests.filter((request) => isCold(request) === true).length }),
    ...(p50Milliseconds !== undefined && { p50Milliseconds }),
    ...(p90Milliseconds !== undefined && { p90Milliseconds }),
    ...(p99Milliseconds !== undefined && { p99Milliseconds }),
    ...(memory !== undefined && { memoryMb: rounded(memory) }),
  };
}

/** Thousandths are enough. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
