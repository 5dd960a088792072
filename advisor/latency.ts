/** Bins with this ratio give latencies within 2 %. */
const GROWTH = Math.log(1.02);
const LEAST_SECONDS = 0.001;
const BINS = 800;

/** The delay of requests through cold starts, as a histogram, so that its size does not grow with their number. */
export class AddedLatency {
  private readonly counts = new Uint32Array(BINS);
  private cold = 0;

  /** Adds a request that had to wait for a start. */
  add(seconds: number): void {
    const bin = Math.floor(Math.log(Math.max(LEAST_SECONDS, seconds) / LEAST_SECONDS) / GROWTH);
    const index = Math.min(BINS - 1, bin);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.cold++;
  }

  /** The maximum delay of a share (0 to 1) of this many requests. */
  quantileSeconds(share: number, requests: number): number {
    let left = share * requests - (requests - this.cold);
    if (left <= 0) return 0;
    for (let bin = 0; bin < BINS; bin++) {
      left -= this.counts[bin] ?? 0;
      if (left <= 0) return LEAST_SECONDS * Math.exp((bin + 0.5) * GROWTH);
    }
    return 0;
  }

  /** Adds the requests of another histogram. */
  merge(other: AddedLatency): void {
    other.counts.forEach((count, bin) => (this.counts[bin] = (this.counts[bin] ?? 0) + count));
    this.cold += other.cold;
  }
}
