import { type AwsAccess } from "../aws/access";
import { readTracedRequests, TRACES_PER_CALL, type TracedRequest } from "../aws/traces";
import { type TracePart, listTraceParts } from "./trace-parts";
import { type Window } from "./window";

/** X-Ray refuses longer time ranges than this, in milliseconds: only the end of a longer one is read. */
export const LONGEST_TRACED = 6 * 3_600_000;

/** A slow request. */
export interface TraceFindings extends TracedRequest {
  /** Where the time went, longest first; empty if X-Ray does not provide it. */
  readonly parts: readonly TracePart[];
}

/**
 * The slowest traced requests that failed or took longer than usual.
 *
 * @param usualMilliseconds faster requests are left out; undefined for all
 * @throws AwsFailure
 */
export async function readSlowest(
  aws: AwsAccess,
  name: string,
  { from, to }: Window,
  usualMilliseconds: number | undefined,
): Promise<TracedRequest[]> {
  const service = `service(id(name: "${name}", type: "AWS::Lambda::Function"))`;
  const slow = usualMilliseconds === undefined ? "" : ` { fault = true OR responsetime > ${usualMilliseconds / 1000} }`;
  const range = { from: Math.max(from, to - LONGEST_TRACED), to };
  const requests = await readTracedRequests(aws, { ...range, filter: `${service}${slow}` });
  return requests.sort((one, other) => (other.milliseconds ?? 0) - (one.milliseconds ?? 0)).slice(0, TRACES_PER_CALL);
}

/** @param segments by the requests' ids; undefined if they could not be read */
export function buildTraces(
  name: string,
  requests: readonly TracedRequest[],
  segments: ReadonlyMap<string, readonly string[]> | undefined,
): TraceFindings[] {
  return requests.map((request) => ({ ...request, parts: listTraceParts(name, segments?.get(request.id) ?? []) }));
}
