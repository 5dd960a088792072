const MINUTE = 60_000;

/** What is new says most while little is known. */
const SHARE_OF_KNOWN = 1 / 6;
const LEAST_MINUTES = 30;

/**
 * Minutes until a function's usage should be read again. Each metric costs the same, so a function that needs several
 * is read less often.
 *
 * @param readEveryMinutes the interval for one metric, once enough is known
 * @param knownMilliseconds for how long usage is known; 0 if there was none
 * @param metrics number of metrics that one reading needs
 */
export function computeReadingInterval(readEveryMinutes: number, knownMilliseconds: number, metrics = 1): number {
  const soon = Math.max(LEAST_MINUTES, (SHARE_OF_KNOWN * knownMilliseconds) / MINUTE);
  return metrics * (knownMilliseconds === 0 ? readEveryMinutes : Math.min(readEveryMinutes, soon));
}
