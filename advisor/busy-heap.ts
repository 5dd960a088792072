const FIRST_CAPACITY = 16;

/** Running work, ordered by end time, earliest first. Only numbers in typed arrays, for speed. */
export class BusyHeap {
  /** When the first one ends; never if nothing is running. */
  public nextEnd = Number.POSITIVE_INFINITY;
  /** Number of running items. */
  public size = 0;
  private ends = new Float64Array(FIRST_CAPACITY);
  private lifeEnds = new Float64Array(FIRST_CAPACITY);
  private kinds = new Uint8Array(FIRST_CAPACITY);

  /** The life span of the first one's instance. */
  get nextLifeEnd(): number {
    return this.lifeEnds[0] ?? 0;
  }

  /** The kind of the first one, from 0 to 255. */
  get nextKind(): number {
    return this.kinds[0] ?? 0;
  }

  /** Adds one. */
  push(end: number, lifeEnd = 0, kind = 0): void {
    if (this.size === this.ends.length) this.grow();
    const { ends, lifeEnds, kinds } = this;
    let index = this.size++;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentEnd = ends[parent] ?? 0;
      if (parentEnd <= end) break;
      ends[index] = parentEnd;
      lifeEnds[index] = lifeEnds[parent] ?? 0;
      kinds[index] = kinds[parent] ?? 0;
      index = parent;
    }
    ends[index] = end;
    lifeEnds[index] = lifeEnd;
    kinds[index] = kind;
    this.nextEnd = ends[0] ?? 0;
  }

  /** Removes the first one. */
  pop(): void {
    const { ends, lifeEnds, kinds } = this;
    const last = --this.size;
    if (last <= 0) {
      this.size = 0;
      this.nextEnd = Number.POSITIVE_INFINITY;
      return;
    }
    const end = ends[last] ?? 0;
    let index = 0;
    for (let child = 1; child < last; child = 2 * index + 1) {
      if (child + 1 < last && (ends[child + 1] ?? 0) < (ends[child] ?? 0)) child++;
      const childEnd = ends[child] ?? 0;
      if (end <= childEnd) break;
      ends[index] = childEnd;
      lifeEnds[index] = lifeEnds[child] ?? 0;
      kinds[index] = kinds[child] ?? 0;
      index = child;
    }
    ends[index] = end;
    lifeEnds[index] = lifeEnds[last] ?? 0;
    kinds[index] = kinds[last] ?? 0;
    this.nextEnd = ends[0] ?? 0;
  }

  private grow(): void {
    this.ends = double(this.ends, new Float64Array(2 * this.ends.length));
    this.lifeEnds = double(this.lifeEnds, new Float64Array(2 * this.lifeEnds.length));
    this.kinds = double(this.kinds, new Uint8Array(2 * this.kinds.length));
  }
}

function double<Numbers extends Float64Array | Uint8Array>(numbers: Numbers, larger: Numbers): Numbers {
  larger.set(numbers);
  return larger;
}
