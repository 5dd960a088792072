import { type Rounds } from "./contract";

/** A round that has less time than this could not start an instance. */
const LEAST_MILLISECONDS = 5000;

/** How many consecutive rounds with every target warm count as proof. */
const PROOF = 2;

/** The number of planned rounds. */
export function countRounds(rounds: Rounds | undefined): number {
  return rounds ? Math.max(1, Math.floor((rounds.forMinutes * 60) / rounds.everySeconds)) : 1;
}

/** When a round should begin; rounds are counted from 1. */
export function computeRoundStart(rounds: Rounds, round: number, startedAt: number): number {
  return startedAt + (round - 1) * rounds.everySeconds * 1000;
}

/** A run's progress after a round. */
export interface Progress {
  /** Number of the round, from 1. */
  readonly round: number;
  /** In how many consecutive rounds, up to this one, every target was warm. */
  readonly warmRounds: number;
  readonly startedAt: number;
  readonly now: number;
  readonly endsAt: number;
}

/** The next round whose time is not over. Undefined if there is none. */
export function computeNextRound(rounds: Rounds | undefined, progress: Progress): number | undefined {
  if (!rounds || (!rounds.fullTime && progress.warmRounds >= PROOF)) return undefined;
  const { now, startedAt, endsAt } = progress;
  const begun = Math.ceil((now - startedAt) / (rounds.everySeconds * 1000)) + 1;
  const next = Math.max(progress.round + 1, begun);
  const isInTime = computeRoundStart(rounds, next, startedAt) + LEAST_MILLISECONDS <= endsAt;
  return next <= countRounds(rounds) && isInTime ? next : undefined;
}
