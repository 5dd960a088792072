import { InvokeCommand, type InvokeCommandOutput, type LambdaClient } from "@aws-sdk/client-lambda";
import { toOneLine } from "../../performance/foreign-text";
import { isPingReply, type Ping, PING_SOURCE, type PingReply } from "../../performance/warming";
import { type WarmingTarget } from "../../warming/contract";
import { runBefore, TimeLimitExceeded } from "./time-limit";

/** Reasons why a ping does not warm an instance. */
export type FailureKind =
  /** More concurrent invocations than allowed. */
  | "throttled"
  /** No answer in time. */
  | "unanswered"
  /** Lambda could not be reached, or failed itself. */
  | "unreachable"
  /** Lambda refuses to invoke the function for us. */
  | "refused"
  /** The same, or another version was invoked; both may happen for a while after a change. */
  | "not ready"
  /** The function did not start, or threw. */
  | "function error"
  /** The function answered, but not as a monitored function does. */
  | "not monitored";

/** A ping that failed. */
export interface PingFailure {
  readonly kind: FailureKind;
  /** One readable line. */
  readonly text: string;
}

/** A correctly answered ping. */
export interface PingAnswer {
  readonly reply: PingReply;
  /**
   * When the ping reached the instance, estimated from the answer; if the instance had to start, the ping reached it
   * earlier.
   */
  readonly arrivedAt: number;
}

/** The result of a ping. */
export type PingOutcome = PingAnswer | PingFailure;

/**
 * Errors that may disappear within seconds of a deployment: permissions, versions and aliases take effect gradually.
 */
const NOT_READY = new Set([
  "AccessDeniedException",
  "ResourceConflictException",
  "ResourceNotFoundException",
  "ResourceNotReadyException",
]);

const MAX_TEXT_CHARACTERS = 300;

/**
 * Pings a target once. Never rejects.
 *
 * @param endsAt when to stop waiting for the answer
 */
export async function sendPing(
  client: LambdaClient,
  target: WarmingTarget,
  holdMilliseconds: number,
  endsAt: number,
): Promise<PingOutcome> {
  const ping: Ping = { source: PING_SOURCE, warming: true, timestamp: new Date().toISOString(), holdMilliseconds };
  const command = new InvokeCommand({
    FunctionName: target.functionName,
    Qualifier: target.qualifier,
    InvocationType: "RequestResponse",
    Payload: Buffer.from(JSON.stringify(ping)),
  });
  try {
    return parseOutcome(await runBefore(endsAt, (abortSignal) => client.send(command, { abortSignal })), target);
  } catch (error) {
    return describeFailure(error);
  }
}

function parseOutcome(output: InvokeCommandOutput, { version, mayIgnorePings }: WarmingTarget): PingOutcome {
  const answer = parse(Buffer.from(output.Payload ?? []).toString());
  if (output.FunctionError !== undefined) {
    const isOwnError = mayIgnorePings === true && !isPlatformError(answer);
    return { kind: isOwnError ? "not monitored" : "function error", text: describeFunctionError(answer) };
  }
  if (!isPingReply(answer)) return { kind: "not monitored", text: "does not answer as a monitored function does" };
  const answered = output.ExecutedVersion ?? answer.version;
  if (answer.version !== answered) {
    return {
      kind: "not monitored",
      text: cleanReason(`answers as version ${answer.version}, but version ${answered} was invoked`),
    };
  }
  if (version !== undefined && answered !== version) {
    return { kind: "not ready", text: `version ${answered} answered instead of version ${version}` };
  }
  return { reply: answer, arrivedAt: Date.now() - answer.heldMilliseconds };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html */
function describeFunctionError(answer: unknown): string {
  const { errorType, errorMessage } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  const parts = [errorType, errorMessage].filter((part) => typeof part === "string" && part !== "");
  return parts.length > 0 ? cleanReason(parts.join(": ")) : "failed without a reason";
}

/** Whether the platform or the runtime says that the function did not start, or ended. */
function isPlatformError(answer: unknown): boolean {
  const { errorType } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  return typeof errorType !== "string" || /^(Runtime|Extension|Sandbox)\./.test(errorType);
}

function describeFailure(error: unknown): PingFailure {
  if (error instanceof TimeLimitExceeded) return { kind: "unanswered", text: "no answer in time" };
  const { name, message, $metadata } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  if (name === "TooManyRequestsException") return { kind: "throttled", text: "throttled" };
  const text = cleanReason(`${name}: ${message}`);
  if (NOT_READY.has(name)) return { kind: "not ready", text };
  const status = $metadata?.httpStatusCode;
  return { kind: status !== undefined && status < 500 ? "refused" : "unreachable", text };
}

/** Makes messages with the same cause equal: removes what differs with each request. */
function cleanReason(text: string): string {
  return toOneLine(text.replaceAll(/RequestId: \S+ (Error: )?/g, ""), MAX_TEXT_CHARACTERS);
}
