import { type Random } from "../../advisor/random";
import { drawLogUniform } from "../alerts/draws";

/** What is wrong with new versions. */
export const FAULT_KINDS = [
  "throws always",
  "throws in 5 %",
  "throws for a kind of event",
  "3 times slower",
  "slow init",
  "leak until out of memory",
  "times out",
  "does not start",
] as const;

/** One of them. */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a version does that the old one does not. */
export interface Fault {
  readonly kind?: FaultKind;
  /** Shares of requests. */
  readonly failing: number;
  readonly timingOut: number;
  /** Factors. */
  readonly slower: number;
  readonly slowerInit: number;
  /** Requests of an instance until its memory is full, and it ends with the request that it has then. */
  readonly requestsUntilFull: number;
  /** All requests fail, unless a gate finds that before one reaches the version. */
  readonly cannotStart: boolean;
}

/** A version that does what the old one does. */
export const NO_FAULT: Fault = {
  failing: 0,
  timingOut: 0,
  slower: 1,
  slowerInit: 1,
  requestsUntilFull: Infinity,
  cannotStart: false,
};

const DRAWS: Readonly<Record<FaultKind, (random: Random) => Partial<Fault>>> = {
  "throws always": () => ({ failing: 1 }),
  "throws in 5 %": () => ({ failing: 0.05 }),
  "throws for a kind of event": (random) => ({ failing: drawLogUniform(random, 0.02, 0.3) }),
  "3 times slower": () => ({ slower: 3 }),
  "slow init": (random) => ({ slowerInit: drawLogUniform(random, 2, 10) }),
  "leak until out of memory": (random) => ({ requestsUntilFull: Math.round(drawLogUniform(random, 10, 1000)) }),
  "times out": (random) => ({ timingOut: drawLogUniform(random, 0.02, 1) }),
  "does not start": () => ({ cannotStart: true }),
};

/** A fault of this kind. */
export function drawFault(random: Random, kind: FaultKind): Fault {
  return { ...NO_FAULT, kind, ...DRAWS[kind](random) };
}
