const MINUTE = 60_000;

/**
 * How long one round's pings keep instances warm: https://mikhail.io/serverless/coldstarts/aws/intervals/ found 5 to 7
 * minutes. Few instances are kept for certain, which costs little; of many, some may be gone shortly before the next
 * pings.
 */
export const KEPT_MINUTES = { few: 5, many: 6 };
const FEW = 2;

/** When how many instances of a function were asked for, so that it is not done again while they are warm. */
export class RecentRounds {
  /** By the number less one, when as many or more were asked for; in milliseconds since 1970. */
  private readonly lastAt: number[] = [];
  private lastRoundAt = Number.NEGATIVE_INFINITY;

  /** For how long there is no round, if they come as they did. */
  minutesToNext(now: number): number {
    return Math.min(KEPT_MINUTES.many, Math.round((now - this.lastRoundAt) / MINUTE));
  }

  /**
   * How many minutes ago as many were asked for, if they are still warm when the next round comes; undefined when they
   * are not.
   */
  stillWarm(concurrency: number, now: number): number | undefined {
    const ago = Math.round((now - (this.lastAt[concurrency - 1] ?? Number.NEGATIVE_INFINITY)) / MINUTE);
    const kept = concurrency <= FEW ? KEPT_MINUTES.few : KEPT_MINUTES.many;
    return concurrency > 0 && ago + this.minutesToNext(now) <= kept ? ago : undefined;
  }

  /** A round asks for so many, or for none. */
  note(concurrency: number, now: number): void {
    this.lastAt.fill(now, 0, concurrency);
    while (this.lastAt.length < concurrency) this.lastAt.push(now);
    this.lastRoundAt = now;
  }
}
