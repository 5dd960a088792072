import { type WatchedFunction } from "../../model/watched-function";
import { type Price } from "../../warming/contract";
import { type Point } from "../aws/metrics";
import { type FunctionData } from "./function-data";
import { REPORT_PARTS } from "./parts";
import { type WarmingEffect } from "./report-schema";

/** Minimum number of requests in hours without pings to estimate how many would have had a cold start. */
const LEAST_REQUESTS = 100;

/**
 * The effect and the cost of warming a function; undefined if the warmer does not ping it, or its figures could not be
 * read.
 */
export function estimateWarmingEffect({ subject, now, hours }: FunctionData): WarmingEffect | undefined {
  const { warmed, watched } = subject;
  if (!warmed || !now) return undefined;
  const { pings = 0, pingMilliseconds = 0, pingFailures = 0, startedForPings = 0 } = now;
  const { averageInstances, leastInstances } = now;
  return {
    pings,
    failures: pingFailures,
    startedForPings,
    ...(averageInstances !== undefined && { averageInstances }),
    ...(leastInstances !== undefined && { leastInstances }),
    ...(watched.publishesMetrics ? compareHours(hours) : { comparisonNote: explainMixture(watched) }),
    ...(warmed.price
      ? { dollars: priceInvocations(warmed.price, pings, pingMilliseconds) }
      : { costNote: "its memory is unknown: set memory_mb" }),
  };
}

function explainMixture({ deployedHere }: WatchedFunction): string {
  return deployedHere
    ? "cold starts of users' requests cannot be distinguished from those of pings: the function does not publish them"
    : "users' requests cannot be distinguished from pings: the function is deployed elsewhere";
}

/** The cost of invocations. */
export function priceInvocations({ perRequest, perSecond }: Price, invocations: number, milliseconds: number): number {
  return invocations * perRequest + (milliseconds / 1000) * perSecond;
}

/**
 * An estimate: without pings, the share of requests with a cold start would have been the same as in hours without
 * pings.
 */
function compareHours(hours: FunctionData["hours"]): Pick<WarmingEffect, "comparison" | "comparisonNote"> {
  if (!hours) return { comparisonNote: `${REPORT_PARTS.hours} could not be read` };
  const at = (points: readonly Point[] = []) => new Map(points.map((point) => [point.at, point.value]));
  const [pings, coldStarts] = [at(hours.pings), at(hours.coldStarts)];
  const warm = { hours: 0, requests: 0, coldStarts: 0 };
  const unwarmed = { hours: 0, requests: 0, coldStarts: 0 };
  for (const { at: hour, value: requests } of hours.requests ?? []) {
    if (requests === 0) continue;
    const total = (pings.get(hour) ?? 0) > 0 ? warm : unwarmed;
    total.hours += 1;
    total.requests += requests;
    total.coldStarts += coldStarts.get(hour) ?? 0;
  }
  if (warm.requests === 0) return { comparisonNote: "no hour with pings had requests" };
  if (unwarmed.requests < LEAST_REQUESTS) {
    const there = unwarmed.requests === 0 ? "none" : `only ${unwarmed.requests} requests`;
    return { comparisonNote: `nothing to compare with: ${there} in hours without pings` };
  }
  const withoutPercent = (100 * unwarmed.coldStarts) / unwarmed.requests;
  return {
    comparison: {
      unwarmedHours: unwarmed.hours,
      unwarmedRequests: unwarmed.requests,
      coldPercentWithout: withoutPercent,
      coldPercentWith: (100 * warm.coldStarts) / warm.requests,
      avoided: (withoutPercent / 100) * warm.requests - warm.coldStarts,
    },
  };
}
