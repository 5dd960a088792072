import { type NamedRequests } from "./seen-routing";

/** This many must agree: a single one may be an exception that no guess has to explain. */
const WITNESSES = 5;

/** Known minimum lives of instances, in seconds: each is a lower bound, and 0 if nothing was observed. */
export interface SeenLives {
  /** Idle, while others were in use. */
  readonly idleSeconds: number;
  /** Idle, while none was in use. */
  readonly quietSeconds: number;
  /** From the first observed use to the last. */
  readonly lifeSeconds: number;
}

/** Reads minimum lives from a log that names instances: an instance that answers again was alive all the time. */
export function findSeenLives(logs: readonly NamedRequests[]): SeenLives {
  const idle: number[] = [];
  const quiet: number[] = [];
  const lives: number[] = [];
  for (const { atSeconds, workSeconds, instances } of logs) {
    const uses = new Map<string, { first: number; end: number }>();
    let lastEnd = Number.POSITIVE_INFINITY;
    for (let index = 0; index < atSeconds.length; index++) {
      const at = atSeconds[index] ?? 0;
      const end = at + (workSeconds[index] ?? 0);
      const name = instances[index] ?? "";
      const before = uses.get(name);
      if (before) {
        idle.push(at - before.end);
        quiet.push(at - lastEnd);
      }
      uses.set(name, { first: before?.first ?? at, end });
      lastEnd = index === 0 ? end : Math.max(lastEnd, end);
    }
    for (const { first, end } of uses.values()) lives.push(end - first);
  }
  return {
    idleSeconds: selectWitnessed(idle),
    quietSeconds: selectWitnessed(quiet),
    lifeSeconds: selectWitnessed(lives),
  };
}

function selectWitnessed(seconds: number[]): number {
  return Math.max(0, seconds.toSorted((a, b) => b - a)[WITNESSES - 1] ?? 0);
}
