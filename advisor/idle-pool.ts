import { type Random } from "./random";

/**
 * Idle instances in the order in which they became idle. Ended ones are detected only when an instance is needed: there
 * are never more of them than were once busy at the same time.
 */
export class IdlePool {
  /** When the taken instance must be replaced. */
  public takenLifeEnd = 0;
  private readonly goneAts: number[] = [];
  private readonly lifeEnds: number[] = [];
  /** Index of the oldest one: those before it were taken. */
  private first = 0;

  constructor(
    private readonly routing: "newest-first" | "oldest-first" | "random",
    private readonly random: Random,
  ) {}

  /** Adds an instance that became idle. */
  add(goneAt: number, lifeEnd: number): void {
    this.goneAts.push(goneAt);
    this.lifeEnds.push(lifeEnd);
  }

  /** All have ended. */
  clear(): void {
    this.goneAts.length = 0;
    this.lifeEnds.length = 0;
    this.first = 0;
  }

  /** Takes a living one, by the routing; false if there is none. */
  take(now: number): boolean {
    while (this.goneAts.length > this.first) {
      const index = this.choose();
      const goneAt = this.goneAts[index] ?? 0;
      this.takenLifeEnd = this.lifeEnds[index] ?? 0;
      this.remove(index);
      if (goneAt > now) return true;
    }
    return false;
  }

  private choose(): number {
    const last = this.goneAts.length - 1;
    if (this.routing === "newest-first") return last;
    if (this.routing === "oldest-first") return this.first;
    return Math.floor(this.random() * (last + 1));
  }

  private remove(index: number): void {
    if (this.routing === "oldest-first") {
      this.first++;
      // Moving the rest takes time, so it is not done for each one, and more rarely the more there is to move.
      if (this.first > 64 && this.first * 2 > this.goneAts.length) {
        this.goneAts.splice(0, this.first);
        this.lifeEnds.splice(0, this.first);
        this.first = 0;
      }
      return;
    }
    const goneAt = this.goneAts.pop() ?? 0;
    const lifeEnd = this.lifeEnds.pop() ?? 0;
    if (index < this.goneAts.length) {
      this.goneAts[index] = goneAt;
      this.lifeEnds[index] = lifeEnd;
    }
  }
}
