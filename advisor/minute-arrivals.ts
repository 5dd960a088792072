import { BusyHeap } from "./busy-heap";
import { type Random } from "./random";

const MINUTE_SECONDS = 60;

/** What is known about one minute's requests. */
export interface MinuteDemand {
  /** From the beginning of the history. */
  readonly minute: number;
  readonly count: number;
  /** Maximum number of concurrent requests; if unknown, requests arrive independently of each other. */
  readonly peakConcurrency?: number;
}

/**
 * Draws arrival times of requests if only their number in each minute is known, and possibly their peak concurrency.
 */
export class MinuteArrivals {
  /** End times; used only if a peak is known. */
  private readonly atWork = new BusyHeap();
  /** Used again for each minute. */
  private times = new Float64Array(0);

  constructor(
    private readonly drawWorkSeconds: () => number,
    private readonly random: Random,
  ) {}

  /** Passes on one minute's requests in chronological order. */
  draw(demand: MinuteDemand, request: (atSeconds: number, workSeconds: number) => void): void {
    const { minute, count, peakConcurrency } = demand;
    if (count === 0) return;
    if (count > this.times.length) this.times = new Float64Array(2 * count);
    const times = this.times.subarray(0, count);
    for (let index = 0; index < count; index++) times[index] = (minute + this.random()) * MINUTE_SECONDS;
    times.sort();
    if (peakConcurrency === undefined) {
      for (let index = 0; index < count; index++) request(times[index] ?? 0, this.drawWorkSeconds());
      return;
    }
    this.fitPeak(times, (minute + 1) * MINUTE_SECONDS, Math.max(1, Math.ceil(peakConcurrency)), request);
  }

  /** One burst reaches the peak; other requests are delayed instead of exceeding it, as far as the minute allows. */
  private fitPeak(
    times: Float64Array,
    end: number,
    peak: number,
    request: (atSeconds: number, workSeconds: number) => void,
  ): void {
    const { atWork } = this;
    const burstAt = Math.floor(this.random() * (Math.max(0, times.length - peak) + 1));
    let earliest = 0;
    let burst = 0;
    // An iterator would allocate a pair for each request.
    for (let index = 0; index < times.length; index++) {
      let time = Math.max(times[index] ?? 0, earliest);
      this.free(time);
      if (index === burstAt) burst = peak - atWork.size;
      if (burst > 0 && index >= burstAt) {
        time = index === burstAt ? time : earliest;
        burst--;
      } else if (atWork.size >= peak && atWork.nextEnd < end) {
        time = atWork.nextEnd;
        this.free(time);
      }
      earliest = time;
      const workSeconds = this.drawWorkSeconds();
      atWork.push(time + workSeconds);
      request(time, workSeconds);
    }
  }

  private free(now: number): void {
    while (this.atWork.nextEnd <= now) this.atWork.pop();
  }
}
