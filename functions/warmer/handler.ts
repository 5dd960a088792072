import { type WarmingRecord } from "../../warming/contract";
import { parseRequest } from "./request";
import { Warmer } from "./run";

/** The relevant part of Lambda's context: https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
export interface WarmerContext {
  readonly awsRequestId: string;
  readonly getRemainingTimeInMillis: () => number;
}

/** Time reserved at the end of a run to write its results. */
const MARGIN_MILLISECONDS = 1000;

const warmer = new Warmer();

/**
 * Keeps functions warm: takes a WarmingRequest, logs a WarmingRecord for each round and metrics for each target, and
 * returns the last record.
 *
 * @throws Error for a malformed request, and for a gate, if a version must not go live
 */
export async function handler(event: unknown, context: WarmerContext): Promise<WarmingRecord> {
  const request = parseRequest(event);
  const endsAt = Date.now() + context.getRemainingTimeInMillis() - MARGIN_MILLISECONDS;
  return warmer.run(request, { runId: request.runId ?? context.awsRequestId, endsAt });
}
