import { performance } from "node:perf_hooks";
import { type InvocationReport } from "./lambda/local-function";
import { type FunctionSnapshot, type RecentTraffic } from "./snapshot";

/** The alias of traffic. */
export const TRAFFIC_ALIAS = "live";

const RECENT_MILLISECONDS = 60_000;

/** Sorting the latencies of a minute takes time that the functions need. */
const SUMMARY_LIFE_MILLISECONDS = 1000;

const FORGET_EVERY = 1000;

type Recent = Omit<RecentTraffic, "id">;
type Total = "coldStarts" | "requestColdStarts" | "requests" | "errors" | "throttles";

/** Something that happened. */
interface Moment {
  readonly at: number;
  readonly of: Total;
  /** For a request. */
  readonly waitedMilliseconds?: number;
}

/** Counts the events of one function. */
export class FunctionFigures {
  private readonly begunAt = performance.now();
  private readonly counts: Record<Total, number> = {
    coldStarts: 0,
    requestColdStarts: 0,
    requests: 0,
    errors: 0,
    throttles: 0,
  };
  /** Oldest first. */
  private moments: Moment[] = [];
  private summary: { readonly at: number; readonly recent: Recent } | undefined;

  /** An invocation has ended. */
  count({ qualifier, outcome, initMilliseconds, waitedMilliseconds }: InvocationReport): void {
    const isCold = initMilliseconds !== undefined;
    if (outcome === "throttled") this.add("throttles");
    if (isCold) this.add("coldStarts");
    if (qualifier !== TRAFFIC_ALIAS || outcome === "throttled") return;
    this.add("requests", waitedMilliseconds);
    if (isCold) this.add("requestColdStarts");
    if (outcome === "error") this.add("errors");
  }

  /** A request was answered with a failure that Lambda itself does not see. */
  countServerError(): void {
    this.add("errors");
  }

  /** Everything so far. */
  get totals(): Omit<FunctionSnapshot, "id" | "instances" | "busy"> {
    return { ...this.counts };
  }

  /** The last minute, at most a second old. */
  get recent(): Recent {
    const now = performance.now();
    if (!this.summary || now - this.summary.at >= SUMMARY_LIFE_MILLISECONDS) {
      this.summary = { at: now, recent: this.summarize(now) };
    }
    return this.summary.recent;
  }

  private add(of: Total, waitedMilliseconds?: number): void {
    this.counts[of]++;
    const at = performance.now();
    this.moments.push({ at, of, ...(waitedMilliseconds !== undefined && { waitedMilliseconds }) });
    // There may be no viewer.
    if (this.moments.length % FORGET_EVERY === 0) this.forget(at);
  }

  private summarize(now: number): Recent {
    this.forget(now);
    const sorted = Float64Array.from(this.moments.flatMap(({ waitedMilliseconds }) => waitedMilliseconds ?? [])).sort();
    const seconds = Math.min(RECENT_MILLISECONDS, Math.max(1000, now - this.begunAt)) / 1000;
    const countMoments = (wanted: Total) => this.moments.filter(({ of }) => of === wanted).length;
    const percentile = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return {
      requestsPerSecond: sorted.length / seconds,
      coldStarts: countMoments("coldStarts"),
      errors: countMoments("errors"),
      throttles: countMoments("throttles"),
      milliseconds:
        sorted.length === 0 ? undefined : { p50: percentile(0.5), p90: percentile(0.9), p99: percentile(0.99) },
    };
  }

  private forget(now: number): void {
    const kept = this.moments.findIndex(({ at }) => at >= now - RECENT_MILLISECONDS);
    if (kept !== 0) this.moments = kept < 0 ? [] : this.moments.slice(kept);
  }
}
