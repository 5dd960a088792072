import { type Usage, type UsagePeriod } from "../functions/warmer/planner";

/** As the warmer reads them. */
const PERIOD_MINUTES = 5;
const PERIOD_MILLISECONDS = PERIOD_MINUTES * 60_000;
const KEPT_MILLISECONDS = 15 * 24 * 60 * 60_000;

/** How a simulated function was used, in the form in which the warmer gets it from the platform's metrics. */
export class UsageHistory {
  /** When the next period begins, in milliseconds since 1970. */
  public nextStartsAt: number;
  private readonly used: UsagePeriod[] = [];
  private peak = 0;
  private read: readonly UsagePeriod[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly startsAt: number,
    private readonly readEveryMinutes: number,
  ) {
    this.nextStartsAt = (Math.floor(startsAt / PERIOD_MILLISECONDS) + 1) * PERIOD_MILLISECONDS;
  }

  /** So many requests are being worked on. */
  see(concurrency: number): void {
    if (concurrency > this.peak) this.peak = concurrency;
  }

  /** The next period begins, with so many requests still being worked on. */
  nextPeriod(busyRequests: number): void {
    const current = this.current();
    if (current) this.used.push(current);
    const oldest = this.nextStartsAt - KEPT_MILLISECONDS;
    if ((this.used[0]?.startsAt ?? oldest) < oldest) this.used.shift();
    this.peak = busyRequests;
    this.nextStartsAt += PERIOD_MILLISECONDS;
  }

  /** What the warmer knows: what was so when it last read, and no more often than it reads. */
  usage(now: number): Usage {
    if (now - this.readAt >= this.readEveryMinutes * 60_000) {
      const current = this.current();
      const used = current ? [...this.used, current] : this.used;
      // A period without requests has no data: what is missing since the beginning is zero.
      const first = { startsAt: Math.max(this.startsAt, now - KEPT_MILLISECONDS), concurrency: 0 };
      this.read = [first, ...used];
      this.readAt = now;
    }
    return { history: this.read, periodMinutes: PERIOD_MINUTES, now };
  }

  private current(): UsagePeriod | undefined {
    return this.peak > 0 ? { startsAt: this.nextStartsAt - PERIOD_MILLISECONDS, concurrency: this.peak } : undefined;
  }
}
