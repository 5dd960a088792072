import { formatMinutes, formatNumber, formatPercent } from "../document/formats";
import { type PolicyOutcome } from "../../advisor/compare";
import { MOST_DOLLARS_PER_COLD_START } from "../../warming/planner";
import { HOURS_PER_MONTH } from "../../model/hours-per-month";
import { formatDollars } from "../../model/priced-resources";
import { type Candidate } from "./candidates";
import { type PolicyAdvice } from "./report";
import { type AdvisedSettings } from "./warming-policy";

/**
 * What avoiding a cold request is worth, in dollars: a start takes about half a second, so an hour of waiting is worth
 * about $7.
 */
export const DOLLARS_PER_COLD_REQUEST = 0.001;

/** A function with fewer requests is called rarely: less than once an hour. */
const RARE_PER_MONTH = HOURS_PER_MONTH;

/** A policy with its simulated effect. */
export interface JudgedCandidate {
  readonly candidate: Candidate;
  readonly outcome: PolicyOutcome;
  /** Its cost per month. */
  readonly dollars: PolicyAdvice["dollarsPerMonth"];
}

/** What a recommendation is made for. */
export interface Aim {
  /** Cold starts, as a share of all requests. */
  readonly targetPercent: number;
  /** The length of the history. */
  readonly seconds: number;
  /** The usual time between two minutes with requests; missing if there is only one. */
  readonly medianGapMinutes?: number;
}

/** The recommended action for a function. */
export interface Recommendation {
  readonly kind:
    /** Cold requests are too few to be worth the price of fewer, or there are no requests. */
    | "do-not-warm"
    | "warm"
    /** Nothing else reaches the target, or only for more. */
    | "provision"
    /** No compared policy reaches the target. */
    | "out-of-reach"
    | "too-little-data";
  /** Missing if nothing was compared. */
  readonly chosen?: JudgedCandidate;
  /** Missing if there is too little data. */
  readonly settings?: AdvisedSettings;
  /** What to do, and why. */
  readonly sentence: string;
}

/**
 * Selects the policy of the best value among those that reach the target: the least sum of its price and
 * {@link DOLLARS_PER_COLD_REQUEST} for each cold request. The upper end of the interval decides whether a policy
 * reaches the target; if no policy is sure to, or if the function is called rarely, the expected share decides. Value
 * alone decides if no policy reaches the target, or if a rarely called function can reach it only for more than
 * {@link MOST_DOLLARS_PER_COLD_START} per avoided cold request.
 */
export function recommend(all: readonly JudgedCandidate[], aim: Aim): Recommendation {
  const { targetPercent } = aim;
  const none = all.find(({ candidate }) => candidate.policy.kind === "none");
  if (!none) throw new Error("Without the policy `none`, the effect of warming is unknown");
  const isRare = countPerMonth(none.outcome.requests, aim) < RARE_PER_MONTH;
  const sure = isRare ? [] : all.filter((one) => reachesTarget(one, targetPercent));
  const likely = all.filter(({ outcome }) => 100 * outcome.coldShare < targetPercent);
  const [good = all] = [sure, likely].filter(({ length }) => length > 0);
  const best = selectBest(good, aim);
  const isTooDear = isRare && priceAvoided(best, none, aim) > MOST_DOLLARS_PER_COLD_START;
  const chosen = isTooDear ? selectBest(all, aim) : best;
  const pattern = isRare ? [describePattern(chosen === none ? best : chosen, none, aim)] : [];
  const isReached = good !== all && good.includes(chosen);
  const reach = isReached || isTooDear ? [] : [`No policy keeps cold starts below ${targetPercent} %.`];
  const kind = selectKind(chosen, reach.length === 0);
  if (chosen === none) {
    const reason = isReached ? "its own traffic keeps it warm" : "a better policy costs more than it is worth";
    const first = `Do not warm this function: ${isTooDear ? "it is called too rarely" : reason}. Without pings, ${describeCold(none, aim)}.`;
    const why = isRare ? pattern : describeNextBetter(none, all, aim);
    return { kind, chosen, settings: chosen.candidate, sentence: [first, ...reach, ...why].join(" ") };
  }
  const what = isProvisioned(chosen)
    ? `Buy ${chosen.candidate.name.replace("provisioned", "provisioned concurrency")}, because ${explainProvisioned(good, targetPercent)}`
    : `Warm it ${chosen.candidate.name}`;
  const avoided = countCold(none, aim) - countCold(chosen, aim);
  const first = `${what}: for ${formatDollars(chosen.dollars.total)} a month, ${describeCold(chosen, aim)}.`;
  const second = `Without warming, ${formatPercent(100 * none.outcome.coldShare)} are cold: it avoids ${formatCount(avoided)} cold requests a month.`;
  const more = [...reach, ...describeNextCheaper(chosen, none, all, aim), ...pattern];
  return { kind, chosen, settings: chosen.candidate, sentence: [first, second, ...more].join(" ") };
}

/** Whether a policy reliably keeps cold starts below the target. */
function reachesTarget({ outcome }: JudgedCandidate, targetPercent: number): boolean {
  return outcome.coldShareInterval.most < targetPercent / 100;
}

function selectBest(all: readonly JudgedCandidate[], aim: Aim): JudgedCandidate {
  const rate = (one: JudgedCandidate) => one.dollars.total + DOLLARS_PER_COLD_REQUEST * countCold(one, aim);
  return all.reduce((best, one) => (rate(one) < rate(best) ? one : best));
}

function selectKind({ candidate: { policy } }: JudgedCandidate, isReached: boolean): Recommendation["kind"] {
  if (!isReached) return "out-of-reach";
  if (policy.kind === "none") return "do-not-warm";
  return policy.kind === "provisioned" ? "provision" : "warm";
}

function countPerMonth(count: number, { seconds }: Aim): number {
  return (count * HOURS_PER_MONTH * 3600) / seconds;
}

/** Cold requests per month. */
function countCold({ outcome: { coldShare, requests } }: JudgedCandidate, aim: Aim): number {
  return countPerMonth(coldShare * requests, aim);
}

/** The price of a policy per cold request that it avoids, compared with another one. */
function priceAvoided(one: JudgedCandidate, other: JudgedCandidate, aim: Aim): number {
  const avoided = countCold(other, aim) - countCold(one, aim);
  const dollars = one.dollars.total - other.dollars.total;
  return dollars <= 0 ? 0 : dollars / Math.max(0, avoided);
}

function isProvisioned({ candidate }: JudgedCandidate): boolean {
  return candidate.policy.kind === "provisioned";
}

function explainProvisioned(good: readonly JudgedCandidate[], targetPercent: number): string {
  return good.every(isProvisioned)
    ? `warming cannot reach ${targetPercent} %`
    : `warming that reaches ${targetPercent} % is worth less`;
}

/** The best of those that cost less. */
function describeNextCheaper(
  chosen: JudgedCandidate,
  none: JudgedCandidate,
  all: readonly JudgedCandidate[],
  aim: Aim,
): string[] {
  const cheaper = all.filter(
    ({ dollars, outcome }) => dollars.total < chosen.dollars.total && outcome.coldShare < none.outcome.coldShare,
  );
  const [next] = cheaper.toSorted((one, other) => one.outcome.coldShare - other.outcome.coldShare);
  if (!next) return [];
  const saved = formatDollars(chosen.dollars.total - next.dollars.total);
  const left = countCold(next, aim) - countCold(chosen, aim);
  return [`The next cheaper one, ${next.candidate.name}, costs ${saved} less and leaves ${formatCount(left)} more.`];
}

/** The one that costs least per avoided cold request. */
function describeNextBetter(none: JudgedCandidate, all: readonly JudgedCandidate[], aim: Aim): string[] {
  const better = all.filter((one) => countCold(one, aim) < countCold(none, aim));
  const [next] = better.toSorted((one, other) => priceAvoided(one, none, aim) - priceAvoided(other, none, aim));
  if (!next) return [];
  const more = formatDollars(next.dollars.total - none.dollars.total);
  return [
    `The next better one, ${next.candidate.name}, would cost ${more} more, ${formatDollars(priceAvoided(next, none, aim))} for each cold request that it avoids.`,
  ];
}

/** A rarely called function's instances wait most of the time. */
function describePattern(one: JudgedCandidate, none: JudgedCandidate, aim: Aim): string {
  const { policy, name } = one.candidate;
  const { medianGapMinutes } = aim;
  const times = formatCount(countPerMonth(none.outcome.requests, aim));
  const apart = medianGapMinutes === undefined ? "" : `, usually ${formatMinutes(medianGapMinutes)} apart`;
  const isAlways = policy.kind === "fixed" && !policy.peak && policy.concurrency === 1;
  const choice = isAlways
    ? "one instance is warm always or not at all, and always"
    : `instances mostly wait, and ${name}`;
  const price = formatDollars(priceAvoided(one, none, aim));
  return `It is called rarely, ${times} times a month${apart}: ${choice} costs ${price} for each cold request that it avoids.`;
}

function describeCold(one: JudgedCandidate, aim: Aim): string {
  const { coldShare, coldShareInterval } = one.outcome;
  return `${formatPercent(100 * coldShare)} of requests are cold (at most ${formatPercent(100 * coldShareInterval.most)}), ${formatCount(countCold(one, aim))} a month`;
}

/** With a decimal only where it matters. */
function formatCount(count: number): string {
  return formatNumber(count, count < 10 ? 1 : 0);
}
