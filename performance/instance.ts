/** What is known of this execution environment. A module's state lives exactly as long as it does. */

/**
 * In a start on demand, the first request follows within this time, because a start may not take longer. A longer gap
 * means that Lambda started the instance ahead of time.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const LONGEST_START_MILLISECONDS = 10_000;

const { env } = process;
const loadedAt = Date.now();
const isOnDemand = (env["AWS_LAMBDA_INITIALIZATION_TYPE"] ?? "on-demand") === "on-demand";
let used = false;

/** The function's name in AWS, or `unknown` outside of Lambda. */
export const functionName = env["AWS_LAMBDA_FUNCTION_NAME"] ?? "unknown";

/** Memory of the function in megabytes; 0 or NaN outside of Lambda. */
export const memoryMb = Number(env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]);

/**
 * The state in which a request or a ping found this instance: started for it, started ahead of time, or used before.
 */
export type Start = "cold" | "proactive" | "warm";

/** Call once per request or ping; distinguishes the first one from the rest. */
export function takeStart(): Start {
  if (used) return "warm";
  used = true;
  return isOnDemand && Date.now() - loadedAt <= LONGEST_START_MILLISECONDS ? "cold" : "proactive";
}

/**
 * How much of the time limit for a start on demand is left; Infinity if the instance is started ahead of time, which
 * may take longer.
 */
export function startMillisecondsLeft(): number {
  return isOnDemand ? loadedAt + LONGEST_START_MILLISECONDS - Date.now() : Infinity;
}

/** Different for each execution environment. It is not a secret, so loading a cryptographic library is not worth it. */
export const instanceId = `${loadedAt}-${Math.random()}`;

/** Peak memory so far, as a share of the function's memory, if that is known. */
export function measureMemoryPercent(): number {
  return (process.resourceUsage().maxRSS / 1024 / memoryMb) * 100;
}

/** Milliseconds on a clock that never goes back. Only a difference between two readings means something. */
export function readClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
