import { type NamedRequests } from "./seen-routing";

/** So many have to agree: a single one may be an exception that no guess has to explain. */
const WITNESSES = 5;

/** How long environments are known to have stayed, in seconds: each is a lower bound, 0 where nothing was seen. */
export interface SeenLives {
  /** Without use, while others were used. */
  readonly idleSeconds: number;
  /** While none was used. */
  readonly quietSeconds: number;
  /** From the first use seen to the last. */
  readonly lifeSeconds: number;
}

/** What a log that names environments shows of how long they stay: whoever answers again was there all the time. */
export function findSeenLives(logs: readonly NamedRequests[]): SeenLives {
  const idle: number[] = [];
  const quiet: number[] = [];
  const lives: number[] = [];
  for (const { atSeconds, workSeconds, environments } of logs) {
    const uses = new Map<string, { first: number; end: number }>();
    let lastEnd = Number.POSITIVE_INFINITY;
    for (let index = 0; index < atSeconds.length; index++) {
      const at = atSeconds[index] ?? 0;
      const end = at + (workSeconds[index] ?? 0);
      const name = environments[index] ?? "";
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
