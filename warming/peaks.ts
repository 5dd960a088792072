/** How many instances were busy at once in one period. */
export interface UsagePeriod {
  /** In milliseconds since 1970, UTC. */
  readonly startsAt: number;
  /** The period's peak; a fraction counts as a whole instance. */
  readonly concurrency: number;
}

/**
 * The peak of a period whose concurrency was not measured, by Little's law: on average, requests per time, times their
 * duration. Peaks are up to three standard deviations higher.
 */
export function estimatePeak(requests: number, averageMilliseconds: number, periodMilliseconds: number): number {
  const average = (requests * averageMilliseconds) / periodMilliseconds;
  return average + 3 * Math.sqrt(average);
}

/** Length of the periods of {@link Peaks}. */
export const PERIOD_MINUTES = 5;
const PERIOD = PERIOD_MINUTES * 60_000;

/** A function's peaks of concurrency in all periods of five minutes, as of one reading. Times are in milliseconds. */
export class Peaks {
  private readonly values: Uint16Array;
  private risesOfAll: Rises | undefined;

  /**
   * @param periods in any order; a missing period counts as unused
   * @param from since when usage is known
   * @param until until when usage is known
   */
  constructor(
    periods: readonly UsagePeriod[],
    readonly from: number,
    readonly until: number,
  ) {
    this.values = new Uint16Array(Math.max(0, Math.ceil((until - this.start) / PERIOD)));
    for (const { startsAt, concurrency } of periods) {
      const index = this.findIndex(startsAt);
      this.values[index] = Math.max(this.values[index] ?? 0, Math.ceil(concurrency));
    }
  }

  /** The highest peak between two times; 0 where nothing is known. */
  findHighest(from: number, to: number): number {
    return this.select(from, to).reduce((highest, peak) => Math.max(highest, peak), 0);
  }

  /** The lowest peak between two times; 0 if not all of that time is known. A period in progress has no peak yet. */
  findLowest(from: number, to: number): number {
    if (from < this.from || to > this.until) return 0;
    const [first = 0, ...others] = this.select(from, Math.floor(to / PERIOD) * PERIOD);
    return others.reduce((lowest, peak) => Math.min(lowest, peak), first);
  }

  /** Counts rises between pairs of times, as far as they are known. */
  countRises(spans: readonly (readonly [from: number, to: number])[]): Rises {
    const rises = new Rises();
    for (const [from, to] of spans) {
      const end = Math.min(this.values.length, this.findIndex(to - 1) + 1);
      for (let index = Math.max(0, this.findIndex(from)); index < end; index++) {
        rises.add(this.values[index - 1] ?? 0, this.values[index] ?? 0);
      }
    }
    return rises;
  }

  /** Rises in all of the known time. */
  countAllRises(): Rises {
    return (this.risesOfAll ??= this.countRises([[this.from, this.until]]));
  }

  private get start(): number {
    return Math.floor(this.from / PERIOD) * PERIOD;
  }

  private findIndex(time: number): number {
    return Math.floor((time - this.start) / PERIOD);
  }

  private select(from: number, to: number): Uint16Array {
    return this.values.subarray(Math.max(0, this.findIndex(from)), Math.max(0, this.findIndex(to - 1) + 1));
  }
}

/** How often the concurrency rose to each number of instances. */
export class Rises {
  private periods = 0;
  /** Index: number of instances. Value: periods that rose to it, and periods after one that had reached it. */
  private readonly risen: number[] = [];
  private readonly reached: number[] = [];

  add(before: number, peak: number): void {
    this.periods++;
    for (let number = 1; number <= before; number++) this.reached[number] = (this.reached[number] ?? 0) + 1;
    for (let number = before + 1; number <= peak; number++) this.risen[number] = (this.risen[number] ?? 0) + 1;
  }

  /** Number of periods that rose to a number of instances. */
  count(instances: number): number {
    return this.risen[instances] ?? 0;
  }

  /** Share of the periods that could rise to it: those after a period that had not reached it. */
  computeShare(instances: number): number {
    return this.count(instances) / Math.max(1, this.periods - (this.reached[instances] ?? 0));
  }
}
