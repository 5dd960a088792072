import { type Random } from "./random";

const FIRST_CAPACITY = 16;

/**
 * Idle instances in the order in which they became idle. Ended ones are detected only when an instance is needed: there
 * are never more of them than were once busy at the same time.
 */
export class IdlePool {
  /** When the taken instance must be replaced. */
  public takenLifeEnd = 0;
  private goneAts = new Float64Array(FIRST_CAPACITY);
  private lifeEnds = new Float64Array(FIRST_CAPACITY);
  /** Index of the oldest one: those before it were taken. */
  private first = 0;
  /** Index after the newest one. */
  private end = 0;

  constructor(
    private readonly routing: "newest-first" | "oldest-first" | "random",
    private readonly random: Random,
  ) {}

  /** Adds an instance that became idle. */
  add(goneAt: number, lifeEnd: number): void {
    if (this.end === this.goneAts.length) this.makeRoom();
    this.goneAts[this.end] = goneAt;
    this.lifeEnds[this.end++] = lifeEnd;
  }

  /** All have ended. */
  clear(): void {
    this.first = 0;
    this.end = 0;
  }

  /** Takes a living one, by the routing; false if there is none. */
  take(now: number): boolean {
    const { goneAts, lifeEnds } = this;
    while (this.end > this.first) {
      const index = this.choose();
      const goneAt = goneAts[index] ?? 0;
      this.takenLifeEnd = lifeEnds[index] ?? 0;
      if (this.routing === "oldest-first") this.first++;
      else {
        const last = --this.end;
        goneAts[index] = goneAts[last] ?? 0;
        lifeEnds[index] = lifeEnds[last] ?? 0;
      }
      if (goneAt > now) return true;
    }
    return false;
  }

  private choose(): number {
    const last = this.end - 1;
    if (this.routing === "newest-first") return last;
    if (this.routing === "oldest-first") return this.first;
    return Math.floor(this.random() * (last + 1));
  }

  /** Moves the rest to the beginning if at least half was taken, or else doubles the room. */
  private makeRoom(): void {
    const { goneAts, lifeEnds, first, end } = this;
    if (2 * first < end) {
      this.goneAts = new Float64Array(2 * end);
      this.lifeEnds = new Float64Array(2 * end);
    }
    this.goneAts.set(goneAts.subarray(first, end));
    this.lifeEnds.set(lifeEnds.subarray(first, end));
    this.first = 0;
    this.end = end - first;
  }
}
