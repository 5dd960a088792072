import { type MetricSource } from "../../local/cloudwatch/metric-data";
import { type ServedRequest } from "./service";

const MINUTE = 60;

interface Counts {
  requests: number;
  failed: number;
}

/**
 * Lambda's metrics of alias `live` and, with a dimension `ExecutedVersion`, of the new version through it. CloudWatch
 * has them some minutes late.
 */
export class AliasMetrics implements MetricSource {
  /** Seconds since the rollout began. */
  now = 0;
  private readonly minutes = new Map<number, Readonly<Record<"all" | "newer", Counts>>>();

  /**
   * @param lag in minutes, at each minute since `firstMinute`
   * @param begin of the rollout, in milliseconds since 1970
   * @param firstMinute since the rollout began; negative if before
   */
  constructor(
    private readonly lag: Uint8Array,
    private readonly begin: number,
    private readonly firstMinute = 0,
  ) {}

  add({ endedAt, isNew, failed }: ServedRequest): void {
    const minute = Math.floor(endedAt / MINUTE);
    let counts = this.minutes.get(minute);
    if (!counts) this.minutes.set(minute, (counts = { all: createCounts(), newer: createCounts() }));
    for (const of of isNew ? [counts.all, counts.newer] : [counts.all]) {
      of.requests++;
      if (failed) of.failed++;
    }
  }

  readStatistic(...[{ name, dimensions }, , { from, to }]: Parameters<MetricSource["readStatistic"]>) {
    const key = "ExecutedVersion" in dimensions ? "newer" : "all";
    const minute = Math.floor(this.now / MINUTE);
    const known = minute - (this.lag[minute - this.firstMinute] ?? 0);
    let requests = 0;
    let failed = 0;
    for (let of = this.findMinute(from); of < Math.min(known, this.findMinute(to)); of++) {
      const counts = this.minutes.get(of)?.[key];
      requests += counts?.requests ?? 0;
      failed += counts?.failed ?? 0;
    }
    // There are data points of both metrics for each minute with a request.
    if (requests === 0) return undefined;
    return name === "Errors" ? failed : requests;
  }

  private findMinute(at: number): number {
    return (at - this.begin) / (1000 * MINUTE);
  }
}

function createCounts(): Counts {
  return { requests: 0, failed: 0 };
}
