/** The contract of a warming ping, between the warmer and the functions it keeps warm. */

/** What marks a ping's payload. */
export const PING_SOURCE = "lambda-warmer";

/** The longest that a function holds a ping, whatever it is asked for: a request may be waiting for this instance. */
export const MAX_HOLD_MILLISECONDS = 10_000;

/** What a warmer sends. */
export interface Ping {
  readonly source: typeof PING_SOURCE;
  readonly warming: true;
  /** ISO 8601. */
  readonly timestamp: string;
  /** How long to keep the instance busy, so that the other pings of the round meet other instances; 0 by default. */
  readonly holdMilliseconds?: number;
}

/** What a function answers. */
export interface PingReply {
  readonly warm: true;
  /** The same for every answer of one execution environment, and different for each of them. */
  readonly instanceId: string;
  /** Whether this ping was the first thing that the execution environment was asked. */
  readonly cold: boolean;
  /** The function's version that answered. */
  readonly version: string;
  readonly heldMilliseconds: number;
  /** What was warmed up. */
  readonly warmUps: readonly WarmUpResult[];
}

/** How one warm-up went. */
export interface WarmUpResult {
  readonly name: string;
  readonly milliseconds: number;
  /** Why it failed; missing when it did not. */
  readonly error?: string;
}

/** Whether an event is a ping. What only resembles one is a request. */
export function isPing(event: unknown): event is Ping {
  try {
    const { source, warming, timestamp, holdMilliseconds = 0 } = event as Record<string, unknown>;
    return (
      source === PING_SOURCE &&
      warming === true &&
      typeof timestamp === "string" &&
      Date.parse(timestamp) > 0 &&
      typeof holdMilliseconds === "number" &&
      holdMilliseconds >= 0
    );
  } catch {
    return false;
  }
}

/**
 * Whether an answer is a monitored function's to a ping. What another function answers to an event that it does not
 * know is not.
 */
export function isPingReply(answer: unknown): answer is PingReply {
  if (!isRecord(answer)) return false;
  const { warm, instanceId, cold, version, heldMilliseconds, warmUps } = answer;
  return (
    warm === true &&
    typeof instanceId === "string" &&
    typeof cold === "boolean" &&
    typeof version === "string" &&
    typeof heldMilliseconds === "number" &&
    heldMilliseconds >= 0 &&
    Array.isArray(warmUps) &&
    warmUps.every(isWarmUpResult)
  );
}

function isWarmUpResult(result: unknown): result is WarmUpResult {
  return (
    isRecord(result) &&
    typeof result["name"] === "string" &&
    typeof result["milliseconds"] === "number" &&
    ["string", "undefined"].includes(typeof result["error"])
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
