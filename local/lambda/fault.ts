/**
 * How a function fails on purpose: it throws an error, ends its process, exceeds its timeout, takes 3 seconds longer,
 * or is refused as if it had no concurrency left.
 */
export const FAULTS = ["throw", "crash", "time-out", "slow", "throttle"] as const;

/** One of {@link FAULTS}. */
export type Fault = (typeof FAULTS)[number];
