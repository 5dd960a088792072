/** What is known of this execution environment. A module's state lives exactly as long as it does. */

/**
 * On demand, the first request follows the start within this time, because that is all a start may take. A longer gap
 * means that Lambda started the environment ahead of time.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const LONGEST_START_MILLISECONDS = 10_000;

const { env } = process;
const loadedAt = Date.now();
const isOnDemand = (env["AWS_LAMBDA_INITIALIZATION_TYPE"] ?? "on-demand") === "on-demand";
let used = false;

/** The function's name in AWS, or `unknown` outside of Lambda. */
export const functionName = env["AWS_LAMBDA_FUNCTION_NAME"] ?? "unknown";

/** Memory of the function in megabytes; NaN outside of Lambda. */
export const memoryMb = Number(env["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]);

/** How a request or a ping met this environment: started for it, started ahead of time, or used before. */
export type Start = "cold" | "proactive" | "warm";

/** To be called once per request or ping; the first one is told from the rest. */
export function takeStart(): Start {
  if (used) return "warm";
  used = true;
  return isOnDemand && Date.now() - loadedAt <= LONGEST_START_MILLISECONDS ? "cold" : "proactive";
}

/**
 * How much of the time is left that a start on demand may take; Infinity where the environment is started ahead of
 * time, which may take longer.
 */
export function startMillisecondsLeft(): number {
  return isOnDemand ? loadedAt + LONGEST_START_MILLISECONDS - Date.now() : Infinity;
}

/** Different for each execution environment. Not a secret, so that loading a cryptographic library is not worth it. */
export const instanceId = `${loadedAt}-${Math.random()}`;

/** Peak memory so far, as a share of the function's memory; NaN outside of Lambda. */
export function measureMemoryPercent(): number {
  return (process.resourceUsage().maxRSS / 1024 / memoryMb) * 100;
}

/** Milliseconds since a time that `process.hrtime.bigint()` has told. */
export function measureMillisecondsSince(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}
