/**
 * Tests that may be looked at after every request. Each evidence here is an e-value: on average over a world in which
 * its hypothesis holds it is at most 1, so that it ever reaches 1/alpha with a probability of at most alpha (Ville's
 * inequality), no matter how often somebody looks. All are natural logarithms.
 */

/** How many of how many. */
export interface Share {
  readonly bad: number;
  readonly all: number;
}

/** What two versions did while each request went to the new one with the same probability. */
export interface SplitCounts {
  /** The probability, from 0 to 1. */
  readonly newShare: number;
  readonly newer: Share;
  readonly older: Share;
}

/** How many times worse a version may be; evidence is spread evenly over these. */
const RATIOS = [1.5, 2, 3, 5, 10, 30, 100, 1000];

/** How much of what a version can get worse it gets worse by. */
const SEVERITIES = [0.02, 0.05, 0.1, 0.2, 0.5, 0.95];

/** By how much of the harm to exclude a version may be worse while nothing speaks for that harm. */
const TOLERATED_PARTS = [0.01, 0.05, 0.15, 0.3];

/**
 * Evidence against "the new version is not worse". A bad request is the new version's with the probability of any
 * request; it does not matter how many are bad, or when: what makes requests of both versions bad is no evidence.
 *
 * @param dispersion how many requests are bad together, as with one that is slow because its instance is new
 */
export function weighSplit(counts: readonly SplitCounts[], dispersion: number): number {
  return averageLogs(
    RATIOS.map((ratio) => {
      const logs = counts.map(
        ({ newShare, newer, older }) =>
          newer.bad * Math.log(ratio) - (newer.bad + older.bad) * Math.log(newShare * ratio + 1 - newShare),
      );
      return addUp(logs) / dispersion;
    }),
  );
}

/**
 * Evidence against "at most this share is bad".
 *
 * @param most from 0 to 1
 * @param dispersion see `weighSplit`
 */
export function weighAgainst(most: number, { bad, all }: Share, dispersion: number): number {
  if (most >= 1 || all === 0) return 0;
  return averageLogs(
    SEVERITIES.map((severity) => {
      const share = most + (1 - most) * severity;
      return (bad * Math.log(share / most) + (all - bad) * Math.log((1 - share) / (1 - most))) / dispersion;
    }),
  );
}

/** A version's requests, and the share of them that would be bad if it were as the old one. */
export interface ExpectedShare extends Share {
  readonly expected: number;
}

/**
 * Evidence against "the new version's share is higher than expected by at least `harm`".
 *
 * @param dispersion see `weighSplit`
 */
export function weighHarmless(counts: readonly ExpectedShare[], harm: number, dispersion: number): number {
  return averageLogs(
    TOLERATED_PARTS.map(
      (part) => addUp(counts.map((count) => compareShares(count, count.expected, harm, part))) / dispersion,
    ),
  );
}

/** By how much `weighHarmless` grows per request, at best and on average, if the version is as the old one. */
export function expectGrowth(expected: number, harm: number, dispersion: number): number {
  const growths = TOLERATED_PARTS.map((part) => compareShares({ bad: expected, all: 1 }, expected, harm, part));
  return Math.max(...growths) / dispersion;
}

/** A share that is almost certainly not exceeded, given what was counted. */
export function findUpperShare({ bad, all }: Share): number {
  return Math.min(1, (bad + 2 * Math.sqrt(bad) + 1) / (all + 1));
}

/** All of several shares. */
export function addShares(shares: readonly Share[]): Share {
  return { bad: addUp(shares.map(({ bad }) => bad)), all: addUp(shares.map(({ all }) => all)) };
}

function compareShares({ bad, all }: Share, expected: number, harm: number, part: number): number {
  const harmful = Math.min(0.999, expected + harm);
  const harmless = Math.min(harmful, expected + harm * part);
  return bad * Math.log(harmless / harmful) + (all - bad) * Math.log((1 - harmless) / (1 - harmful));
}

/** The logarithm of the mean of numbers whose logarithms are given. */
function averageLogs(logs: readonly number[]): number {
  const most = Math.max(...logs);
  return most + Math.log(addUp(logs.map((log) => Math.exp(log - most))) / logs.length);
}

function addUp(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
