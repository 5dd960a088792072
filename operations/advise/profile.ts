import { BusyHeap } from "../../advisor/busy-heap";
import { makeSampler } from "../../advisor/distribution";
import { MinuteArrivals } from "../../advisor/minute-arrivals";
import { createRandom } from "../../advisor/random";
import { readDemand, type History } from "./history";

/** The profile of a history's requests, by the minute since its beginning. */
export interface TrafficProfile {
  readonly requests: number;
  readonly counts: Float64Array;
  /** Maximum number of concurrent requests: measured, or from the drawn times of the requests. */
  readonly peaks: Float64Array;
}

/** Reads a history once. */
export async function buildTrafficProfile(
  history: History,
  seed: number,
  signal?: AbortSignal,
): Promise<TrafficProfile> {
  const minutes = history.seconds / 60;
  const counts = new Float64Array(minutes);
  const peaks = new Float64Array(minutes);
  const busy = new BusyHeap();
  let requests = 0;
  let minute = 0;
  const request = (atSeconds: number, workSeconds: number) => {
    for (const now = Math.min(minutes - 1, Math.floor(atSeconds / 60)); minute < now;) {
      minute++;
      freeEnded(busy, minute * 60);
      peaks[minute] = busy.size;
    }
    freeEnded(busy, atSeconds);
    busy.push(atSeconds + workSeconds);
    requests++;
    counts[minute] = (counts[minute] ?? 0) + 1;
    peaks[minute] = Math.max(peaks[minute] ?? 0, busy.size);
  };
  const demand = readDemand(history, signal);
  if (demand.kind === "minutes") {
    const random = createRandom(seed);
    const arrivals = new MinuteArrivals(makeSampler(demand.workSeconds, random), random);
    for await (const one of demand.read()) arrivals.draw(one, request);
  } else {
    for await (const { atSeconds, workSeconds } of demand.read()) {
      for (let index = 0; index < atSeconds.length; index++) request(atSeconds[index] ?? 0, workSeconds[index] ?? 0);
    }
  }
  return { requests, counts, peaks };
}

/** The usual time between two minutes with requests; undefined if there is only one. */
export function findMedianGapMinutes({ counts }: TrafficProfile): number | undefined {
  const used = Array.from(counts.keys()).filter((minute) => (counts[minute] ?? 0) > 0);
  const gaps = used.slice(1).map((minute, index) => minute - (used[index] ?? 0));
  return gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)];
}

function freeEnded(busy: BusyHeap, now: number): void {
  while (busy.nextEnd <= now) busy.pop();
}
