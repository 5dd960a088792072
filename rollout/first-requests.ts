import { type Histogram, type MinuteFigures, type VersionFigures } from "./contract";
import { countAbove } from "./histogram";

/**
 * The minutes without the slow requests that may be the first ones of their instances, which connect and compile: as
 * many as instances were started until then. A rollout starts instances of the new version, while the old one's have
 * run for long.
 *
 * @param minutes in the order of time, those in which instances were warmed included
 * @param slow requests in buckets of `histogram.ts` above this are slow; without it, nothing is known to be
 */
export function leaveOutFirstRequests(
  minutes: readonly MinuteFigures[],
  slow: number | undefined,
): readonly MinuteFigures[] {
  if (slow === undefined) return minutes;
  const started = new Map<string, number>();
  return minutes.map(({ minute, versions }) => ({
    minute,
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, figures]): [string, VersionFigures] => {
        const instances = (started.get(version) ?? 0) + countAbove(figures.inits, -Infinity).all;
        const first = Math.min(instances, countAbove(figures.durations, slow).above);
        started.set(version, instances - first);
        return [version, first === 0 ? figures : { ...figures, durations: removeSlowest(figures.durations, first) }];
      }),
    ),
  }));
}

function removeSlowest(durations: Histogram, count: number): Histogram {
  const left = { ...durations };
  let remaining = count;
  for (const bucket of Object.keys(durations).sort((one, other) => Number(other) - Number(one))) {
    const removed = Math.min(remaining, durations[bucket] ?? 0);
    left[bucket] = (durations[bucket] ?? 0) - removed;
    remaining -= removed;
  }
  return left;
}
