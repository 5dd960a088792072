import { formatPercent } from "../document/formats";
import { type PolicyOutcome } from "../../advisor/compare";
import { type Candidate } from "./candidates";
import { type PolicyAdvice } from "./report";

/** A policy with its simulated effect. */
export interface JudgedCandidate {
  readonly candidate: Candidate;
  readonly outcome: PolicyOutcome;
  /** Its cost per month. */
  readonly dollars: PolicyAdvice["dollarsPerMonth"];
}

/** The recommended action for a function. */
export interface Recommendation {
  readonly kind:
    /** There are no requests, or they keep the function warm by themselves. */
    | "do-not-warm"
    | "warm"
    /** Nothing else reaches the target, or only at a higher price. */
    | "provision"
    /** No compared policy reaches the target. */
    | "out-of-reach";
  /** Missing if no policy reaches the target. */
  readonly chosen?: JudgedCandidate;
  /** What to do, and why. */
  readonly sentence: string;
}

/**
 * Selects the cheapest policy that keeps cold starts below the target; among equally cheap ones, the one with the
 * fewest. The upper end of the interval counts: a policy that may miss the target does not reach it. If the target is
 * reached without warming, nothing else is considered.
 *
 * @param targetPercent cold starts, as a share of all requests
 */
export function recommend(all: readonly JudgedCandidate[], targetPercent: number): Recommendation {
  const none = all.find(({ candidate }) => candidate.policy.kind === "none");
  if (!none) throw new Error("Without the policy `none`, the effect of warming is unknown");
  if (none.outcome.requests === 0) {
    return { kind: "do-not-warm", chosen: none, sentence: "Do not warm this function: there were no requests." };
  }
  const without = describeShares(none);
  if (reachesTarget(none, targetPercent)) {
    const sentence = `Do not warm this function: its own traffic keeps it warm, ${without} are cold without any pings.`;
    return { kind: "do-not-warm", chosen: none, sentence };
  }
  const byPrice = all
    .filter((one) => reachesTarget(one, targetPercent))
    .toSorted((a, b) => a.dollars.total - b.dollars.total || a.outcome.coldShare - b.outcome.coldShare);
  const [chosen] = byPrice;
  if (!chosen) {
    const sentence = `Leave it as it is: no policy is sure to keep cold starts below ${targetPercent} %; the best leaves ${describeShares(selectBest(all))}; without warming ${without} are cold.`;
    return { kind: "out-of-reach", sentence };
  }
  if (!isProvisioned(chosen)) {
    const sentence = `Warm it ${chosen.candidate.name}: the cheapest that keeps cold starts below ${targetPercent} %, with ${describeShares(chosen)}; without warming ${without} are cold.`;
    return { kind: "warm", chosen, sentence };
  }
  const isOnly = byPrice.every(isProvisioned);
  const reason = isOnly
    ? `warming cannot reach ${targetPercent} %`
    : `warming that reaches ${targetPercent} % costs more`;
  const sentence = `Buy provisioned concurrency: ${reason}; ${chosen.candidate.name} leaves ${describeShares(chosen)}, without warming ${without} are cold.`;
  return { kind: "provision", chosen, sentence };
}

/** Whether a policy reliably keeps cold starts below the target. */
export function reachesTarget({ outcome }: JudgedCandidate, targetPercent: number): boolean {
  return outcome.coldShareInterval.most < targetPercent / 100;
}

function isProvisioned({ candidate }: JudgedCandidate): boolean {
  return candidate.policy.kind === "provisioned";
}

function selectBest(all: readonly JudgedCandidate[]): JudgedCandidate {
  return all.reduce((least, one) =>
    one.outcome.coldShareInterval.most < least.outcome.coldShareInterval.most ? one : least,
  );
}

function describeShares({ outcome: { coldShare, coldShareInterval } }: JudgedCandidate): string {
  return `${formatPercent(100 * coldShare)} of requests (at most ${formatPercent(100 * coldShareInterval.most)})`;
}
