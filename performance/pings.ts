import { instanceId, readClock, takeStart } from "./instance";
import { type RunWarmUps } from "./warm-ups";
import { isPing, MAX_HOLD_MILLISECONDS, type Ping, type PingReply } from "./warming";

/** The relevant part of Lambda's context of an invocation; empty in a unit test. */
export type Context =
  | {
      readonly awsRequestId?: unknown;
      readonly functionVersion?: unknown;
      readonly getRemainingTimeInMillis?: () => number;
      readonly invokedFunctionArn?: string | number;
    }
  | undefined;

/** Minimum time left of a ping's timeout when its hold and its warm-ups end. */
const MARGIN_MILLISECONDS = 500;

/**
 * Whether an event is a ping that must be answered: one that did not come the way traffic does, but through the alias
 * for pings, or to a version by its number, as from a deployment's gate. Without an ARN, as in a unit test, every ping
 * is answered.
 *
 * @param qualifier the alias for pings
 */
export function isPingThrough(qualifier = "warm", event: unknown, context: Context): event is Ping {
  if (!isPing(event)) return false;
  const arn = context?.invokedFunctionArn;
  if (arn === undefined) return true;
  // An unqualified one has seven parts: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
  const through = `${arn}`.split(":")[7] ?? "";
  return through === qualifier || /^\d+$/.test(through);
}

/** Answers a ping after its hold and the warm-ups, before the function's timeout. */
export async function answerPing(ping: Ping, context: Context, warmUps?: RunWarmUps): Promise<PingReply> {
  const startedAt = readClock();
  const cold = takeStart() === "cold";
  const limit = (context?.getRemainingTimeInMillis?.() ?? Infinity) - MARGIN_MILLISECONDS;
  const hold = Math.min(ping.holdMilliseconds ?? 0, MAX_HOLD_MILLISECONDS, limit);
  const [results] = await Promise.all([warmUps?.(limit), new Promise((resolve) => setTimeout(resolve, hold))]);
  return {
    warm: true,
    instanceId,
    cold,
    version: String(context?.functionVersion),
    heldMilliseconds: readClock() - startedAt,
    warmUps: results ?? [],
  };
}
