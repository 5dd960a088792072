import { type FigureSummary, type MinuteFigures, type VersionFigures } from "./contract";
import { addHistograms, findQuantileBucket, findUpperBound } from "./histogram";

const NONE: VersionFigures = { requests: 0, failures: 0, timeouts: 0, durations: {}, inits: {}, memory: {} };

/** All figures together. */
export function addFigures(figures: readonly VersionFigures[]): VersionFigures {
  if (figures.length < 2) return figures[0] ?? NONE;
  const add = (count: (of: VersionFigures) => number) => figures.reduce((sum, one) => sum + count(one), 0);
  return {
    requests: add(({ requests }) => requests),
    failures: add(({ failures }) => failures),
    timeouts: add(({ timeouts }) => timeouts),
    durations: addHistograms(figures.map(({ durations }) => durations)),
    inits: addHistograms(figures.map(({ inits }) => inits)),
    memory: addHistograms(figures.map(({ memory }) => memory)),
  };
}

/** A version's figures of all minutes, as records and commands show them. */
export function summarizeFigures(minutes: readonly MinuteFigures[], version: string): FigureSummary {
  const { requests, failures, timeouts, durations, inits, memory } = addFigures(
    minutes.flatMap(({ versions }) => versions[version] ?? []),
  );
  const coldStarts = Object.values(inits).reduce((sum, count) => sum + count, 0);
  const bounds = {
    p50Milliseconds: findQuantile(durations, 0.5),
    p99Milliseconds: findQuantile(durations, 0.99),
    initP50Milliseconds: findQuantile(inits, 0.5),
    memoryMaximumPercent: findQuantile(memory, 1),
  };
  const known = Object.entries(bounds).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]]));
  return { requests, failures, timeouts, coldStarts, ...(Object.fromEntries(known) as Partial<typeof bounds>) };
}

/** The middle of the bucket that a share of the values does not exceed, rounded. */
function findQuantile(values: VersionFigures["durations"], share: number): number | undefined {
  const bucket = findQuantileBucket(values, share);
  return bucket === undefined ? undefined : Math.round((findUpperBound(bucket - 1) + findUpperBound(bucket)) / 2);
}
