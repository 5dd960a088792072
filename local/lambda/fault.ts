/**
 * How a function fails on purpose: it throws an error, ends its process, exceeds its timeout, takes 3 seconds longer,
 * answers with the HTTP status 500, or is refused as if it had no concurrency left.
 */
export const FAULTS = ["throw", "crash", "time-out", "slow", "answer-500", "throttle"] as const;

/** One of {@link FAULTS}. */
export type Fault = (typeof FAULTS)[number];
