import { isLate, type SentRequest } from "./open-loop";
import { ascending, average, largest, percentile } from "./statistics";
import { type StressResult } from "./profiles/stress";
import { PARTS } from "./profiles/cold-start";
import { type Figures } from "./report-schema";
import { isCold, isFailed, isUnavailable } from "./request-outcome";
import { type Run } from "./run";

/** In less time, what grows is what a start needs anyway. */
const LEAST_DRIFT_MILLISECONDS = 30_000;

/**
 * The figures of a run.
 *
 * @param judged the requests that show what the function can do: not those that were meant to break it
 */
export function figuresOf(run: Run, judged: readonly SentRequest[], stress: StressResult | undefined): Figures {
  const { requests } = run.loop;
  const judgedColdStarts = judged.filter(hasColdStart);
  // How long a start takes is worth knowing also where nobody was to meet one.
  const coldStarts = judgedColdStarts.length > 0 ? judgedColdStarts : requests.filter(hasColdStart);
  const inPart = (part: string) => judgedIn(run, (phase) => phase.part === part);
  return defined({
    requests: judged.length,
    requestsPerSecond: ratePerSecond(run, judged),
    coldStartPercent: coldPercent(judged),
    coldStartPercentWithoutWarming: coldPercent(inPart(PARTS.without)),
    coldStartPercentWithWarming: coldPercent(inPart(PARTS.with)),
    averageInitMilliseconds: average(coldStarts.flatMap(({ ending }) => ending?.report?.initMilliseconds ?? [])),
    ...latencyFigures(judged),
    coldP50Milliseconds: percentile(latenciesOf(coldStarts), 50),
    errorPercent: percentOf(judged, isFailed),
    availabilityPercent: percentOf(judged, (request) => !isUnavailable(request)),
    ...memoryFigures(judged),
    maxInstances: largest(run.samples.map(({ present }) => present)),
    lateSendPercent: percentOf(requests, isLate),
    heldRatePerSecond: stress?.heldRatePerSecond,
    brokenRatePerSecond: stress?.brokenRatePerSecond,
    recoverySeconds: stress?.recoverySeconds,
  });
}

/** The requests of those phases that a condition holds for. */
export function judgedIn(run: Run, condition: (phase: Run["phases"][number]) => boolean): SentRequest[] {
  const judged = run.phases.map(condition);
  return run.loop.requests.filter(({ phase }) => judged[phase] === true);
}

/** Latencies of requests that were answered, or given up, smallest first. */
export function latenciesOf(requests: readonly SentRequest[]): number[] {
  return ascending(requests.flatMap(({ ending }) => ending?.latencyMilliseconds ?? []));
}

function latencyFigures(judged: readonly SentRequest[]) {
  const all = latenciesOf(judged);
  const warm = latenciesOf(judged.filter((request) => isCold(request) === false));
  return {
    p50Milliseconds: percentile(warm, 50),
    p90Milliseconds: percentile(warm, 90),
    p99Milliseconds: percentile(warm, 99),
    allP50Milliseconds: percentile(all, 50),
    allP90Milliseconds: percentile(all, 90),
    allP99Milliseconds: percentile(all, 99),
    maxMilliseconds: all.at(-1),
  };
}

function memoryFigures(judged: readonly SentRequest[]) {
  const reported = judged.flatMap(({ dueAt, ending }) => (ending?.report ? [{ dueAt, ...ending.report }] : []));
  return {
    averageMemoryPercent: average(reported.map(({ usedMemoryMb, memoryMb }) => (usedMemoryMb / memoryMb) * 100)),
    maxMemoryMb: largest(reported.map(({ usedMemoryMb }) => usedMemoryMb)),
    memoryDriftMbPerMinute:
      spanMilliseconds(judged) < LEAST_DRIFT_MILLISECONDS
        ? undefined
        : slope(reported.map(({ dueAt, usedMemoryMb }) => [dueAt / 60_000, usedMemoryMb])),
  };
}

/** How fast a value grows: the line through all points from which they are the least away. */
function slope(points: readonly (readonly [x: number, y: number])[]): number | undefined {
  const meanX = average(points.map(([x]) => x));
  const meanY = average(points.map(([, y]) => y));
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

function coldPercent(requests: readonly SentRequest[]): number | undefined {
  const known = requests.filter((request) => isCold(request) !== undefined);
  return percentOf(known, hasColdStart);
}

function percentOf(requests: readonly SentRequest[], condition: (request: SentRequest) => boolean): number | undefined {
  return requests.length === 0 ? undefined : (requests.filter(condition).length / requests.length) * 100;
}

/** In the time in which they were sent; of one phase alone, because several have several rates. */
function ratePerSecond({ phases }: Run, judged: readonly SentRequest[]): number | undefined {
  const seconds = spanMilliseconds(judged) / 1000;
  return phases.length > 1 || seconds === 0 ? undefined : (judged.length - 1) / seconds;
}

function spanMilliseconds(requests: readonly SentRequest[]): number {
  return (requests.at(-1)?.sentAt ?? 0) - (requests[0]?.sentAt ?? 0);
}

function defined(figures: { readonly [Key in keyof Figures]: number | undefined }): Figures {
  return Object.fromEntries(Object.entries<number | undefined>(figures).filter(([, value]) => value !== undefined));
}
