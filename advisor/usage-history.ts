import { RecentRounds } from "../warming/recent-rounds";
import { type SeenUsage } from "../warming/demand";
import { MINUTES_KEPT_HOURS, type UsagePeriod } from "../warming/planner";

/** In the form that the warmer reads. */
const PERIOD_MINUTES = 5;
const MINUTE_MILLISECONDS = 60_000;
const PERIOD_MILLISECONDS = PERIOD_MINUTES * MINUTE_MILLISECONDS;
const KEPT_MILLISECONDS = 15 * 24 * 60 * MINUTE_MILLISECONDS;
const MINUTES_KEPT_MILLISECONDS = MINUTES_KEPT_HOURS * 60 * MINUTE_MILLISECONDS;

/** A simulated function's usage, in the form in which the warmer gets it from the platform's metrics. */
export class UsageHistory {
  /** When the next minute begins, in milliseconds since 1970. */
  public nextStartsAt: number;
  private readonly minutes: UsagePeriod[] = [];
  private readonly periods: UsagePeriod[] = [];
  private readonly asked = new RecentRounds();
  private peak = 0;
  private read: Pick<SeenUsage, "history" | "minutes"> = { history: [] };
  private readAt = Number.NEGATIVE_INFINITY;

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
  usage(now: number): SeenUsage {
    if (now - this.readAt >= this.readEveryMinutes * MINUTE_MILLISECONDS) {
      this.keep();
      // A period without requests has no data: missing periods since the beginning are zero.
      const first = { startsAt: Math.max(this.startsAt, now - KEPT_MILLISECONDS), concurrency: 0 };
      this.read = { history: [first, ...this.periods], minutes: [...this.minutes] };
      this.readAt = now;
    }
    return { ...this.read, periodMinutes: PERIOD_MINUTES, now, asked: this.asked };
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
