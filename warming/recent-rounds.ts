const MINUTE = 60_000;

/**
 * How long one round's pings keep instances warm: https://mikhail.io/serverless/coldstarts/aws/intervals/ found 5 to 7
 * minutes. Small numbers are kept reliably, which costs little. Of large numbers, some may end shortly before the next
 * pings.
 */
export const KEPT_MINUTES = { few: 5, many: 6 };
const FEW = 2;

/**
 * Remembers how many instances of a function were requested and when, so they are not requested again while they are
 * warm.
 */
export class RecentRounds {
  /** Index: number minus one. Value: when at least that many were last requested, in milliseconds since 1970. */
  private readonly lastAt: number[] = [];
  private lastRoundAt = Number.NEGATIVE_INFINITY;

  /** Expected time until the next round, if the interval stays the same. */
  minutesToNext(now: number): number {
    return Math.min(KEPT_MINUTES.many, Math.round((now - this.lastRoundAt) / MINUTE));
  }

  /** How many minutes ago as many were requested, if they will still be warm at the next round; otherwise undefined. */
  stillWarm(concurrency: number, now: number): number | undefined {
    const ago = Math.round((now - (this.lastAt[concurrency - 1] ?? Number.NEGATIVE_INFINITY)) / MINUTE);
    const kept = concurrency <= FEW ? KEPT_MINUTES.few : KEPT_MINUTES.many;
    // A clock that was set back shows nothing.
    return concurrency > 0 && ago >= 0 && ago + this.minutesToNext(now) <= kept ? ago : undefined;
  }

  /** Records a round that requests this many, or none. */
  note(concurrency: number, now: number): void {
    this.lastAt.fill(now, 0, concurrency);
    while (this.lastAt.length < concurrency) this.lastAt.push(now);
    this.lastRoundAt = now;
  }
}
