import { type Rounds } from "./contract";

/** A round that has less time than this could not start an instance. */
const LEAST_MILLISECONDS = 5000;

/** The rounds running in which every target was warm that prove it. */
const PROOF = 2;

/** How many rounds there are to be. */
export function countRounds(rounds: Rounds | undefined): number {
  return rounds ? Math.max(1, Math.floor((rounds.forMinutes * 60) / rounds.everySeconds)) : 1;
}

/** When a round, counted from 1, is to begin. */
export function computeRoundStart(rounds: Rounds, round: number, startedAt: number): number {
  return startedAt + (round - 1) * rounds.everySeconds * 1000;
}

/** Where a run stands after a round. */
export interface Progress {
  /** Which round it was, from 1. */
  readonly round: number;
  /** How many rounds running, this one the last, every target was warm. */
  readonly warmRounds: number;
  readonly startedAt: number;
  readonly now: number;
  readonly endsAt: number;
}

/** The round that follows: the next one of which the time is not over. Undefined when none does. */
export function computeNextRound(rounds: Rounds | undefined, progress: Progress): number | undefined {
  if (!rounds || (!rounds.fullTime && progress.warmRounds >= PROOF)) return undefined;
  const { now, startedAt, endsAt } = progress;
  const begun = Math.ceil((now - startedAt) / (rounds.everySeconds * 1000)) + 1;
  const next = Math.max(progress.round + 1, begun);
  const isInTime = computeRoundStart(rounds, next, startedAt) + LEAST_MILLISECONDS <= endsAt;
  return next <= countRounds(rounds) && isInTime ? next : undefined;
}
