import { buildTarget, type Policy, countProvisioned, countScheduledPings } from "../../advisor/policy";
import { UsageHistory } from "../../advisor/usage-history";
import { computeDemand } from "../../warming/demand";
import { type Price } from "../../warming/contract";
import { type Candidate } from "./candidates";
import { type History } from "./history";
import { type TrafficProfile } from "./profile";
import { type FunctionAdvice } from "./report";

const MINUTE = 60_000;
const MINUTES_PER_DAY = 1440;

/** The length of each bucket. */
export const BUCKET_MINUTES = 5;

/** The day (UTC) with the most requests, and how many instances a policy keeps warm on it. */
export function findBusiestDay(
  { startsAt }: History,
  { counts, peaks }: TrafficProfile,
  { name, policy }: Candidate,
  price: Price,
  reservedConcurrency?: number,
): NonNullable<FunctionAdvice["day"]> {
  const offset = Math.floor(startsAt / MINUTE) % MINUTES_PER_DAY;
  const byDay = new Map<number, number>();
  counts.forEach((count, minute) => {
    const day = Math.floor((minute + offset) / MINUTES_PER_DAY);
    byDay.set(day, (byDay.get(day) ?? 0) + count);
  });
  const [busiest] = [...byDay].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0]);
  const first = busiest * MINUTES_PER_DAY - offset;
  const kept = simulateInstances(startsAt, peaks, policy, {
    from: first,
    to: first + MINUTES_PER_DAY,
    price,
    reservedConcurrency,
  });
  const buckets = Array.from({ length: MINUTES_PER_DAY / BUCKET_MINUTES }, (_, index) => {
    const minutes = Array.from({ length: BUCKET_MINUTES }, (_, minute) => first + index * BUCKET_MINUTES + minute);
    return {
      /** Since the day's beginning. */
      minute: index * BUCKET_MINUTES,
      requests: minutes.reduce((sum, minute) => sum + (counts[minute] ?? 0), 0),
      /** Maximum number of concurrent requests. */
      peak: Math.max(...minutes.map((minute) => peaks[minute] ?? 0)),
      /** Maximum number of instances that were requested or provisioned: recently pinged ones are not pinged again. */
      kept: Math.max(...kept.slice(index * BUCKET_MINUTES, (index + 1) * BUCKET_MINUTES)),
    };
  });
  return { startsAt: new Date(startsAt + first * MINUTE).toISOString(), policy: name, buckets };
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly price: Price;
  readonly reservedConcurrency: number | undefined;
}

/** By the minute, with the same decisions as in the simulation and the warmer. */
function simulateInstances(
  startsAt: number,
  peaks: Float64Array,
  policy: Policy,
  { from, to, price, reservedConcurrency }: Span,
): number[] {
  const history = policy.kind === "conditional" ? new UsageHistory(startsAt, policy.readEveryMinutes) : undefined;
  const kept: number[] = [];
  let last = 0;
  for (let minute = Math.min(0, from); minute < to; minute++) {
    const now = startsAt + minute * MINUTE;
    if (minute >= 0 && history && history.nextStartsAt <= now) history.nextPeriod(0);
    if (minute >= from) {
      const scheduled = countScheduledPings(policy, now / MINUTE);
      if (policy.kind === "provisioned") last = countProvisioned(policy, now / MINUTE);
      else if (scheduled !== undefined) {
        const target = buildTarget(policy, scheduled, price, reservedConcurrency);
        last = computeDemand(target, minute < 0 ? undefined : history?.usage(now)).concurrency;
      }
      kept.push(last);
    }
    history?.see(peaks[minute] ?? 0);
  }
  return kept;
}
