/** The contract of a warming ping between the warmer and the functions that it keeps warm. */

/** What marks a ping's payload. */
export const PING_SOURCE = "lambda-warmer";

/**
 * Maximum time for which a function holds a ping, whatever the ping requests: a request may be waiting for this
 * instance.
 */
export const MAX_HOLD_MILLISECONDS = 10_000;

/** What a warmer sends. */
export interface Ping {
  readonly source: typeof PING_SOURCE;
  readonly warming: true;
  /** ISO 8601. */
  readonly timestamp: string;
  /** How long to keep the instance busy, so that the round's other pings reach other instances; 0 by default. */
  readonly holdMilliseconds?: number;
}

/** What a function answers. */
export interface PingReply {
  readonly warm: true;
  /** The same for every answer of one execution environment, and different for each of them. */
  readonly instanceId: string;
  /** Whether this ping was the first invocation of the execution environment. */
  readonly cold: boolean;
  /** The version of the function that answered. */
  readonly version: string;
  readonly heldMilliseconds: number;
  /** What was warmed up. */
  readonly warmUps: readonly WarmUpResult[];
}

/** How one warm-up went. */
export interface WarmUpResult {
  readonly name: string;
  readonly milliseconds: number;
  /** Why it failed; missing if it did not. */
  readonly error?: string;
}

/** Whether an event is a ping. An event that only resembles one is a request. */
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
 * Whether an answer is a monitored function's answer to a ping, and not another function's answer to an unknown event.
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
