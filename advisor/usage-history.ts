import { type KnownUsage } from "../warming/demand";
import { PERIOD_MINUTES, Peaks, type UsagePeriod } from "../warming/peaks";
import { HISTORY_DAYS, MINUTES_KEPT_HOURS } from "../warming/planner";
import { computeReadingInterval } from "../warming/reading";
import { RecentRounds } from "../warming/recent-rounds";

const MINUTE_MILLISECONDS = 60_000;
const PERIOD_MILLISECONDS = PERIOD_MINUTES * MINUTE_MILLISECONDS;
const KEPT_MILLISECONDS = HISTORY_DAYS * 24 * 60 * MINUTE_MILLISECONDS;
const MINUTES_KEPT_MILLISECONDS = MINUTES_KEPT_HOURS * 60 * MINUTE_MILLISECONDS;

/** A simulated function's usage, in the form in which the warmer gets it from the platform's metrics. */
export class UsageHistory {
  /** When the next minute begins, in milliseconds since 1970. */
  public nextStartsAt: number;
  private readonly minutes: UsagePeriod[] = [];
  private readonly periods: UsagePeriod[] = [];
  private readonly asked = new RecentRounds();
  private peak = 0;
  private read: { readonly peaks: Peaks; readonly minutes: readonly UsagePeriod[] } | undefined;
  private nextReadAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly startsAt: number,
    private readonly readEveryMinutes: number,
  ) {
    this.nextStartsAt = startsAt + MINUTE_MILLISECONDS;
  }

  /** Records the current number of requests in progress. */
  see(concurrency: number): void {
    if (concurrency > this.peak) this.peak = concurrency;
  }

  /** Starts the next minute, with the number of requests still in progress. */
  nextPeriod(busyRequests: number): void {
    this.keep();
    this.peak = busyRequests;
    this.nextStartsAt += MINUTE_MILLISECONDS;
  }

  /** What the warmer knows: the state at its last reading, no more frequent than it reads. */
  usage(now: number): KnownUsage {
    if (now >= this.nextReadAt) this.readAll(now);
    return this.read ? { ...this.read, now, asked: this.asked } : "no usage is known";
  }

  private readAll(now: number): void {
    this.keep();
    const earliest = now - KEPT_MILLISECONDS;
    const first = this.periods.find(({ startsAt }) => startsAt >= earliest)?.startsAt;
    const from = first ?? (this.startsAt <= earliest ? earliest : now);
    this.nextReadAt = now + MINUTE_MILLISECONDS * computeReadingInterval(this.readEveryMinutes, now - from);
    this.read = from < now ? { peaks: new Peaks(this.periods, from, now), minutes: [...this.minutes] } : undefined;
  }

  /** The state of the current, incomplete minute. */
  private keep(): void {
    if (this.peak === 0) return;
    const startsAt = this.nextStartsAt - MINUTE_MILLISECONDS;
    const periodStartsAt = Math.floor(startsAt / PERIOD_MILLISECONDS) * PERIOD_MILLISECONDS;
    put(this.minutes, { startsAt, concurrency: this.peak }, startsAt - MINUTES_KEPT_MILLISECONDS);
    put(this.periods, { startsAt: periodStartsAt, concurrency: this.peak }, startsAt - KEPT_MILLISECONDS);
  }
}

/**
 * Adds a period's peak, or raises the last one if it belongs to the same period, and removes periods that began too
 * early.
 */
function put(periods: UsagePeriod[], period: UsagePeriod, earliest: number): void {
  const last = periods.at(-1);
  if (last?.startsAt !== period.startsAt) periods.push(period);
  else if (last.concurrency < period.concurrency) periods[periods.length - 1] = period;
  while ((periods[0]?.startsAt ?? earliest) < earliest) periods.shift();
}
