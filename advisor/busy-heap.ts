/** Running work, ordered by end time, earliest first. Only numbers in separate arrays, for speed. */
export class BusyHeap {
  /** When the first one ends; never if nothing is running. */
  public nextEnd = Number.POSITIVE_INFINITY;
  private readonly ends: number[] = [];
  private readonly lifeEnds: number[] = [];
  private readonly kinds: number[] = [];

  /** Number of running items. */
  get size(): number {
    return this.ends.length;
  }

  /** The life span of the first one's instance. */
  get nextLifeEnd(): number {
    return this.lifeEnds[0] ?? 0;
  }

  /** The kind of the first one. */
  get nextKind(): number {
    return this.kinds[0] ?? 0;
  }

  /** Adds one. */
  push(end: number, lifeEnd = 0, kind = 0): void {
    let index = this.ends.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentEnd = this.ends[parent] ?? 0;
      if (parentEnd <= end) break;
      this.put(index, parentEnd, this.lifeEnds[parent] ?? 0, this.kinds[parent] ?? 0);
      index = parent;
    }
    this.put(index, end, lifeEnd, kind);
    this.nextEnd = this.ends[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Removes the first one. */
  pop(): void {
    const end = this.ends.pop() ?? 0;
    const lifeEnd = this.lifeEnds.pop() ?? 0;
    const kind = this.kinds.pop() ?? 0;
    const { length } = this.ends;
    if (length > 0) {
      let index = 0;
      for (let child = 1; child < length; child = 2 * index + 1) {
        const right = this.ends[child + 1] ?? Number.POSITIVE_INFINITY;
        if (right < (this.ends[child] ?? 0)) child++;
        const childEnd = this.ends[child] ?? 0;
        if (end <= childEnd) break;
        this.put(index, childEnd, this.lifeEnds[child] ?? 0, this.kinds[child] ?? 0);
        index = child;
      }
      this.put(index, end, lifeEnd, kind);
    }
    this.nextEnd = this.ends[0] ?? Number.POSITIVE_INFINITY;
  }

  private put(index: number, end: number, lifeEnd: number, kind: number): void {
    this.ends[index] = end;
    this.lifeEnds[index] = lifeEnd;
    this.kinds[index] = kind;
  }
}
