import { type Random } from "./random";

/**
 * Idle environments in the order in which they became idle. The gone ones are found out when one is wanted: there are
 * never more of them than were once busy together.
 */
export class IdlePool {
  /** When the environment that was taken is to be replaced. */
  public takenLifeEnd = 0;
  private readonly goneAts: number[] = [];
  private readonly lifeEnds: number[] = [];
  /** Where the oldest is: those before were taken. */
  private first = 0;

  constructor(
    private readonly routing: "newest-first" | "oldest-first" | "random",
    private readonly random: Random,
  ) {}

  /** An environment became idle. */
  add(goneAt: number, lifeEnd: number): void {
    this.goneAts.push(goneAt);
    this.lifeEnds.push(lifeEnd);
  }

  /** All are gone. */
  clear(): void {
    this.goneAts.length = 0;
    this.lifeEnds.length = 0;
    this.first = 0;
  }

  /** Takes one that is still there, by the routing; false when there is none. */
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
      // Moving what is left takes time: not at each one, and as rarely as there is much to move.
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
