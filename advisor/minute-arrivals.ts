import { BusyHeap } from "./busy-heap";
import { type Random } from "./random";

const MINUTE_SECONDS = 60;

/** What is known of one minute's requests. */
export interface MinuteDemand {
  /** From the beginning of the history on. */
  readonly minute: number;
  readonly count: number;
  /** The most requests at work at once; when it is unknown, requests come independently of each other. */
  readonly peakConcurrency?: number;
}

/**
 * Draws the times of requests of which only their number in each minute is known, and maybe how many were at work at
 * once.
 */
export class MinuteArrivals {
  /** What ends when; only looked at where a peak is known. */
  private readonly atWork = new BusyHeap();

  constructor(
    private readonly drawWorkSeconds: () => number,
    private readonly random: Random,
  ) {}

  /** Hands over one minute's requests in the order of time. */
  draw(demand: MinuteDemand, request: (atSeconds: number, workSeconds: number) => void): void {
    const { minute, count, peakConcurrency } = demand;
    if (count === 0) return;
    const times = new Float64Array(count);
    for (let index = 0; index < count; index++) times[index] = (minute + this.random()) * MINUTE_SECONDS;
    times.sort();
    if (peakConcurrency === undefined) {
      for (const time of times) request(time, this.drawWorkSeconds());
      return;
    }
    this.fitPeak(times, (minute + 1) * MINUTE_SECONDS, Math.max(1, Math.ceil(peakConcurrency)), request);
  }

  /**
   * The peak is reached once, by a burst; elsewhere requests wait rather than exceed it, as long as the minute allows.
   */
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
    for (const [index, drawn] of times.entries()) {
      let time = Math.max(drawn, earliest);
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
