import { type WarmingRequest } from "../warming/contract";

/**
 * The request to the warmer that warms a version, by its number, for a share of a function's requests: so many of the
 * instances that all requests would need, and at least one.
 *
 * @param request for all requests
 */
export function buildWarmUp(request: WarmingRequest, version: string, percent: number): WarmingRequest {
  return {
    ...request,
    targets: request.targets.map((target) => ({
      ...target,
      qualifier: version,
      version,
      concurrency: Math.max(1, Math.ceil((target.concurrency * percent) / 100)),
    })),
  };
}
