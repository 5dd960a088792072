import { type InvocationResult } from "./execution-environment";

/** Why Lambda is done with an event. */
export type EndCondition = "Success" | "RetriesExhausted" | "EventAgeExceeded";

/**
 * What a destination gets: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export interface DestinationRecord {
  readonly version: "1.0";
  readonly timestamp: string;
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: EndCondition;
    readonly approximateInvokeCount: number;
  };
  readonly requestPayload: unknown;
  /** Missing if the function never ran. */
  readonly responseContext?: {
    readonly statusCode: number;
    readonly executedVersion: string;
    readonly functionError?: string;
  };
  readonly responsePayload?: unknown;
}

/** An event as Lambda accepted it. */
export interface AcceptedEvent {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON. */
  readonly payload: string;
}

/** An event's end. */
export interface EndFacts {
  readonly condition: EndCondition;
  readonly attempts: number;
  /** The function's last answer. */
  readonly last: InvocationResult | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** The record of an event's end. */
export function buildDestinationRecord(
  { requestId, functionArn, payload }: AcceptedEvent,
  { condition, attempts, last, at }: EndFacts,
): DestinationRecord {
  return {
    version: "1.0",
    timestamp: new Date(at).toISOString(),
    requestContext: { requestId, functionArn, condition, approximateInvokeCount: attempts },
    requestPayload: JSON.parse(payload) as unknown,
    ...(last && {
      responseContext: {
        statusCode: 200,
        executedVersion: last.executedVersion,
        ...(last.functionError !== undefined && { functionError: last.functionError }),
      },
      responsePayload: parsePayload(last.payload),
    }),
  };
}

/** A streamed answer need not be JSON. */
function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
