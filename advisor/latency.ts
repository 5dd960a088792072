/** Bins this much apart tell latencies within 2 %. */
const GROWTH = Math.log(1.02);
const LEAST_SECONDS = 0.001;
const BINS = 800;

/**
 * How much later requests were answered because of cold starts: a histogram, so that its size does not grow with them.
 */
export class AddedLatency {
  private readonly counts = new Uint32Array(BINS);
  private cold = 0;

  /** One request had to wait for a start. */
  add(seconds: number): void {
    const bin = Math.floor(Math.log(Math.max(LEAST_SECONDS, seconds) / LEAST_SECONDS) / GROWTH);
    const index = Math.min(BINS - 1, bin);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.cold++;
  }

  /** What a share of so many requests, from 0 to 1, did not wait longer than. */
  quantileSeconds(share: number, requests: number): number {
    let left = share * requests - (requests - this.cold);
    if (left <= 0) return 0;
    for (let bin = 0; bin < BINS; bin++) {
      left -= this.counts[bin] ?? 0;
      if (left <= 0) return LEAST_SECONDS * Math.exp((bin + 0.5) * GROWTH);
    }
    return 0;
  }

  /** Counts another's requests as well. */
  merge(other: AddedLatency): void {
    other.counts.forEach((count, bin) => (this.counts[bin] = (this.counts[bin] ?? 0) + count));
    this.cold += other.cold;
  }
}
