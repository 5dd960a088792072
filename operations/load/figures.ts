import { type Targets } from "../../environments/targets";
import { isLate, isSent, type SentRequest } from "./open-loop";
import { sortAscending, computeAverage, findLargest, computePercentile } from "./statistics";
import { type StressResult } from "./profiles/stress";
import { COLD_START_PARTS } from "./profiles/cold-start";
import { type Figures } from "../targets/schema";
import { omitUnknown } from "../targets/omit-unknown";
import { isCold, isFailed, isUnavailable } from "./request-outcome";
import { type Run } from "./run";

/** In less time, growth is only what a start needs anyway. */
const LEAST_DRIFT_MILLISECONDS = 30_000;

/**
 * The figures of a run. A failed request never improves one: for latencies, it counts as an answer that never came, so
 * a percentile that falls on it is null. The platform's figures (cold starts, memory) are shown only if so few requests
 * failed that the others are representative, as many as the target allows.
 *
 * @param judged the requests that show what the function can do, without those that were meant to break it
 */
export function computeLoadFigures(
  run: Run,
  judged: readonly SentRequest[],
  stress: StressResult | undefined,
  { errorPercent }: Targets,
): Figures {
  const { requests } = run.loop;
  // The duration of a start is useful even if no request was meant to have one.
  const coldStarts = selectRepresentative(judged.some(hasColdStart) ? judged : requests, errorPercent).filter(
    hasColdStart,
  );
  const inPart = (part: string) => selectJudged(run, (phase) => phase.part === part);
  return omitUnknown({
    requests: judged.length,
    requestsPerSecond: computeRate(run, judged),
    coldStartPercent: computeColdPercent(judged, errorPercent),
    coldStartPercentWithoutWarming: computeColdPercent(inPart(COLD_START_PARTS.without), errorPercent),
    coldStartPercentWithWarming: computeColdPercent(inPart(COLD_START_PARTS.with), errorPercent),
    averageInitMilliseconds: computeAverage(coldStarts.flatMap(({ ending }) => ending?.report?.initMilliseconds ?? [])),
    ...computeLatencyFigures(judged, run.target.tellsReports),
    coldP50Milliseconds: findLatency(listLatencies(coldStarts), 50),
    errorPercent: computePercent(judged, isFailed),
    availabilityPercent: computePercent(judged, (request) => !isUnavailable(request)),
    ...computeMemoryFigures(selectRepresentative(judged, errorPercent)),
    maxInstances: findLargest(run.samples.map(({ present }) => present)),
    lateSendPercent: computePercent(requests, isLate),
    heldRatePerSecond: stress?.heldRatePerSecond,
    brokenRatePerSecond: stress?.brokenRatePerSecond,
    recoverySeconds: stress?.recoverySeconds,
  });
}

/** The requests of phases that satisfy a condition. */
export function selectJudged(run: Run, condition: (phase: Run["phases"][number]) => boolean): SentRequest[] {
  const judged = run.phases.map(condition);
  return run.loop.requests.filter(({ phase }) => judged[phase] === true);
}

/**
 * Each request's latency, smallest first. A failed request took forever: however fast the error came, its sender never
 * got the answer.
 */
export function listLatencies(requests: readonly SentRequest[]): number[] {
  return sortAscending(
    requests.map((request) => (isFailed(request) ? Infinity : (request.ending?.latencyMilliseconds ?? Infinity))),
  );
}

/** A percentile of {@link listLatencies}: null if that request failed, undefined if there are no requests. */
export function findLatency(latencies: readonly number[], percent: number): number | null | undefined {
  const value = computePercentile(latencies, percent);
  return value === Infinity ? null : value;
}

function computeLatencyFigures(judged: readonly SentRequest[], tellsReports: boolean) {
  const all = listLatencies(judged);
  const warm = listLatencies(judged.filter((request) => isFailed(request) || isCold(request) === false));
  const ofWarm = (percent: number) => (tellsReports ? findLatency(warm, percent) : undefined);
  return {
    p50Milliseconds: ofWarm(50),
    p90Milliseconds: ofWarm(90),
    p99Milliseconds: ofWarm(99),
    allP50Milliseconds: findLatency(all, 50),
    allP90Milliseconds: findLatency(all, 90),
    allP99Milliseconds: findLatency(all, 99),
    maxMilliseconds: findLatency(all, 100),
  };
}

/** The successful requests, or none if too many failed. */
function selectRepresentative(requests: readonly SentRequest[], mostFailedPercent: number): SentRequest[] {
  const succeeded = requests.filter((request) => request.ending && !isFailed(request));
  const failedPercent = 100 - (succeeded.length / requests.length) * 100;
  return failedPercent > mostFailedPercent ? [] : succeeded;
}

function computeMemoryFigures(judged: readonly SentRequest[]) {
  const reported = judged.flatMap(({ dueAt, ending }) => (ending?.report ? [{ dueAt, ...ending.report }] : []));
  return {
    averageMemoryPercent: computeAverage(reported.map(({ usedMemoryMb, memoryMb }) => (usedMemoryMb / memoryMb) * 100)),
    maxMemoryMb: findLargest(reported.map(({ usedMemoryMb }) => usedMemoryMb)),
    memoryDriftMbPerMinute:
      measureSpan(judged) < LEAST_DRIFT_MILLISECONDS
        ? undefined
        : computeSlope(reported.map(({ dueAt, usedMemoryMb }) => [dueAt / 60_000, usedMemoryMb])),
  };
}

/** How fast a value grows: a least-squares line through all points. */
function computeSlope(points: readonly (readonly [x: number, y: number])[]): number | undefined {
  const meanX = computeAverage(points.map(([x]) => x));
  const meanY = computeAverage(points.map(([, y]) => y));
  if (meanX === undefined || meanY === undefined) return undefined;
  let products = 0;
  let squares = 0;
  for (const [x, y] of points) {
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  return squares === 0 ? undefined : products / squares;
}

function hasColdStart(request: SentRequest): boolean {
  return isCold(request) === true;
}

function computeColdPercent(requests: readonly SentRequest[], mostFailedPercent: number): number | undefined {
  const known = selectRepresentative(requests, mostFailedPercent).filter((request) => isCold(request) !== undefined);
  return computePercent(known, hasColdStart);
}

function computePercent(
  requests: readonly SentRequest[],
  condition: (request: SentRequest) => boolean,
): number | undefined {
  return requests.length === 0 ? undefined : (requests.filter(condition).length / requests.length) * 100;
}

/** Over the time in which they were sent; only for a single phase, because several have different rates. */
function computeRate({ phases }: Run, judged: readonly SentRequest[]): number | undefined {
  const sent = judged.filter(isSent);
  const seconds = measureSpan(sent) / 1000;
  return phases.length > 1 || seconds === 0 ? undefined : (sent.length - 1) / seconds;
}

function measureSpan(requests: readonly SentRequest[]): number {
  return (requests.at(-1)?.sentAt ?? 0) - (requests[0]?.sentAt ?? 0);
}
