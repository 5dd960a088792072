import { type Attempt } from "./attempt";
import { type Fault, type FaultKind } from "./faults";

/** Who rolls out. */
export const TOOLS = ["Warmwatch", "CodeDeploy, example alarms", "CodeDeploy, alarm on 2 %"] as const;

/** One of them. */
export type Tool = (typeof TOOLS)[number];

/** An attempt, with what has to be known to judge it. */
export interface Outcome extends Attempt {
  readonly tool: Tool;
  readonly seed: number;
  readonly ratePerSecond: number;
  /** Missing for a version that is as the old one. */
  readonly kind?: FaultKind;
  /** The share of the new version's requests that the fault does harm to, from 0 to 1. */
  readonly harmShare: number;
}

/** How several attempts went. Shares are percentages; NaN without an attempt that they are of. */
export interface Score {
  /** Faults that hurt at least `HURTING_SHARE`, and how many of them lost their traffic. */
  readonly hurting: number;
  readonly found: number;
  /** From the first request with harm until no request goes to the version. */
  readonly secondsToGoBack: { readonly median: number; readonly p90: number; readonly most: number };
  /** Of all requests, of all faults. */
  readonly harmed: number;
  /** Versions as the old one, and how many of them lost their traffic. */
  readonly equal: number;
  readonly falseRollbacks: number;
  /** Of those that did not. */
  readonly minutesToComplete: number;
}

/** From this share on, a fault has to be found. */
export const HURTING_SHARE = 0.02;

/** The default plan's, of which requests with harm are a share. */
const PLAN_SECONDS = 480;
/** After that time, somebody has found what has been missed. */
const MISSED_SECONDS = 3600;

/** A share of the new version's requests, from 0 to 1; as it was in an attempt, if it depends on the traffic. */
export function findHarmShare(fault: Fault, { newRequests, harmed }: Attempt): number {
  if (fault.cannotStart || fault.slower > 1) return 1;
  if (fault.slowerInit > 1) return newRequests === 0 ? 0 : harmed / newRequests;
  return Math.max(fault.failing, fault.timingOut, 1 / fault.requestsUntilFull);
}

/** Scores attempts of one tool. */
export function scoreOutcomes(outcomes: readonly Outcome[]): Score {
  const faulty = outcomes.filter(({ kind }) => kind !== undefined);
  const equal = outcomes.filter(({ kind }) => kind === undefined);
  const hurting = faulty.filter(({ harmShare }) => harmShare >= HURTING_SHARE);
  const found = hurting.filter(({ wentBack }) => wentBack);
  const seconds = found
    .flatMap(({ endedAt, firstHarmAt }) => (firstHarmAt === undefined ? [] : [endedAt - firstHarmAt]))
    .sort((one, other) => one - other);
  const harm = faulty.map(countHarm);
  const minutes = equal.filter(({ wentBack }) => !wentBack).map(({ endedAt }) => endedAt / 60);
  return {
    hurting: hurting.length,
    found: (100 * found.length) / hurting.length,
    secondsToGoBack: {
      median: findQuantile(seconds, 0.5),
      p90: findQuantile(seconds, 0.9),
      most: seconds.at(-1) ?? NaN,
    },
    harmed: (100 * addUp(harm.map(({ harmed }) => harmed))) / addUp(harm.map(({ requests }) => requests)),
    equal: equal.length,
    falseRollbacks: (100 * equal.filter(({ wentBack }) => wentBack).length) / equal.length,
    minutesToComplete: findQuantile(
      minutes.sort((one, other) => one - other),
      0.5,
    ),
  };
}

/** The medians of scores. */
export function takeMedianScore(scores: readonly Score[]): Score {
  const take = (read: (score: Score) => number) =>
    findQuantile(
      scores.map(read).sort((one, other) => one - other),
      0.5,
    );
  return {
    hurting: take(({ hurting }) => hurting),
    found: take(({ found }) => found),
    secondsToGoBack: {
      median: take(({ secondsToGoBack }) => secondsToGoBack.median),
      p90: take(({ secondsToGoBack }) => secondsToGoBack.p90),
      most: take(({ secondsToGoBack }) => secondsToGoBack.most),
    },
    harmed: take(({ harmed }) => harmed),
    equal: take(({ equal }) => equal),
    falseRollbacks: take(({ falseRollbacks }) => falseRollbacks),
    minutesToComplete: take(({ minutesToComplete }) => minutesToComplete),
  };
}

/** Until the version lost its traffic, but at least for as long as the plan takes; or for as long as it was missed. */
function countHarm({ wentBack, endedAt, harmed, harmShare, ratePerSecond }: Outcome) {
  if (wentBack) return { harmed, requests: ratePerSecond * Math.max(PLAN_SECONDS, endedAt) };
  const later = Math.max(0, MISSED_SECONDS - endedAt) * ratePerSecond * harmShare;
  return { harmed: harmed + later, requests: ratePerSecond * MISSED_SECONDS };
}

/** Of sorted values. */
function findQuantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

function addUp(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
