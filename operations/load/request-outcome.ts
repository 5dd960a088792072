import { type SentRequest } from "./open-loop";

const TOO_MANY_REQUESTS = 429;

/** Whether a request was not answered as asked. One that is still open has not failed so far. */
export function isFailed({ ending }: SentRequest): boolean {
  return ending !== undefined && (ending.status === undefined || ending.status >= 400);
}

/**
 * Whether the service was not there for a request: no answer, an error of its own, or a refusal for lack of capacity.
 */
export function isUnavailable({ ending }: SentRequest): boolean {
  if (!ending) return false;
  return ending.status === undefined || ending.status >= 500 || ending.status === TOO_MANY_REQUESTS;
}

/** Whether a request has met a cold start; undefined when nobody knows. */
export function isCold({ ending }: SentRequest): boolean | undefined {
  return ending?.report && ending.report.initMilliseconds !== undefined;
}

/** What went wrong with a request, without its particulars; undefined when nothing did. */
export function describeRequestFailure(request: SentRequest): string | undefined {
  if (!isFailed(request)) return undefined;
  const { status, failure } = request.ending ?? {};
  return status === undefined ? failure : `HTTP ${status}`;
}
