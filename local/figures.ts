import { performance } from "node:perf_hooks";
import { type InvocationReport } from "./lambda/local-function";
import { type FunctionSnapshot, type RecentTraffic } from "./snapshot";

/** The alias of traffic. */
export const TRAFFIC_ALIAS = "live";

const RECENT_MILLISECONDS = 60_000;

/** A rate is to follow what happens, so it is of less than a minute. */
const RATE_MILLISECONDS = 10_000;

/** Sorting the latencies of a minute takes time that the functions need. */
const SUMMARY_LIFE_MILLISECONDS = 1000;

const FORGET_EVERY_REQUESTS = 1000;

type Recent = Omit<RecentTraffic, "id">;

/** Counts what happens to one function. */
export class FunctionFigures {
  private readonly begunAt = performance.now();
  private coldStarts = 0;
  private requestColdStarts = 0;
  private requests = 0;
  private errors = 0;
  private throttles = 0;
  /** Oldest first: when each request ended, and what it took, in turns. */
  private latencies: number[] = [];
  private summary: { readonly at: number; readonly recent: Recent } | undefined;

  /** An invocation has ended. */
  count({ qualifier, outcome, initMilliseconds, waitedMilliseconds }: InvocationReport): void {
    const isCold = initMilliseconds !== undefined;
    if (outcome === "throttled") this.throttles++;
    if (isCold) this.coldStarts++;
    if (qualifier !== TRAFFIC_ALIAS || outcome === "throttled") return;
    this.requests++;
    if (isCold) this.requestColdStarts++;
    if (outcome === "error") this.errors++;
    this.latencies.push(performance.now(), waitedMilliseconds);
    // Nobody need be looking.
    if (this.requests % FORGET_EVERY_REQUESTS === 0) this.forget(performance.now());
  }

  /** A request was answered with a failure that Lambda itself does not see. */
  countServerError(): void {
    this.errors++;
  }

  /** All there was so far. */
  get totals(): Omit<FunctionSnapshot, "id" | "instances" | "busy"> {
    const { coldStarts, requestColdStarts, requests, errors, throttles } = this;
    return { coldStarts, requestColdStarts, requests, errors, throttles };
  }

  /** The last minute, at most a second old. */
  get recent(): Recent {
    const now = performance.now();
    if (!this.summary || now - this.summary.at >= SUMMARY_LIFE_MILLISECONDS) {
      this.summary = { at: now, recent: this.summarize(now) };
    }
    return this.summary.recent;
  }

  private summarize(now: number): Recent {
    this.forget(now);
    const sorted = Float64Array.from(this.latencies.filter((_, index) => index % 2 === 1)).sort();
    const since = now - Math.min(RATE_MILLISECONDS, Math.max(1000, now - this.begunAt));
    const counted = this.latencies.filter((endedAt, index) => index % 2 === 0 && endedAt >= since).length;
    const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return {
      requestsPerSecond: (counted * 1000) / (now - since),
      milliseconds:
        sorted.length === 0 ? undefined : { p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99) },
    };
  }

  private forget(now: number): void {
    let kept = 0;
    while (kept < this.latencies.length && (this.latencies[kept] ?? 0) < now - RECENT_MILLISECONDS) kept += 2;
    if (kept > 0) this.latencies = this.latencies.slice(kept);
  }
}
