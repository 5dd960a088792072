import { type SentRequest } from "./open-loop";

const TOO_MANY_REQUESTS = 429;

/** Whether a request failed. An open request has not failed so far. */
export function isFailed({ ending }: SentRequest): boolean {
  return ending !== undefined && (ending.status === undefined || ending.status >= 400);
}

/** Whether the service was unavailable for a request: no answer, a server error, or a refusal for lack of capacity. */
export function isUnavailable({ ending }: SentRequest): boolean {
  if (!ending) return false;
  return ending.status === undefined || ending.status >= 500 || ending.status === TOO_MANY_REQUESTS;
}

/** Whether a request had a cold start; undefined if unknown. */
export function isCold({ ending }: SentRequest): boolean | undefined {
  return ending?.report && ending.report.initMilliseconds !== undefined;
}

/** Why a request failed, without its details; undefined if it did not. */
export function describeRequestFailure(request: SentRequest): string | undefined {
  if (!isFailed(request)) return undefined;
  const { status, failure } = request.ending ?? {};
  return status === undefined ? failure : `HTTP ${status}`;
}
