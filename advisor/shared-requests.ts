import { BusyHeap } from "./busy-heap";

const MOST_EVENTS = 8192;

/** Arrivals and ends of requests, in chronological order. */
export interface SharedEvents {
  readonly atSeconds: Float64Array;
  /** Of an arrival, the request's duration; of an end, -1. */
  readonly workSeconds: Float64Array;
  /** Requests that run at the same time have different ones, from 0 on. */
  readonly slots: Int32Array;
  readonly length: number;
}

/**
 * Requests for several simulations. A request that finds a warm instance ends at the same time in all of them, and
 * nearly all do: so their ends are put in order once, and not by each simulation.
 */
export class SharedRequests {
  private readonly running = new BusyHeap();
  private readonly freeSlots: number[] = [];
  private slotCount = 0;
  private readonly events = {
    atSeconds: new Float64Array(MOST_EVENTS),
    workSeconds: new Float64Array(MOST_EVENTS),
    slots: new Int32Array(MOST_EVENTS),
    length: 0,
  };

  constructor(private readonly simulations: readonly { readonly handle: (events: SharedEvents) => void }[]) {}

  /** Adds a request, later than all earlier ones. */
  add(atSeconds: number, workSeconds: number): void {
    this.endUntil(atSeconds);
    const slot = this.freeSlots.pop() ?? this.slotCount++;
    this.put(atSeconds, workSeconds, slot);
    this.running.push(atSeconds + workSeconds, slot);
  }

  /** Passes on everything until the end. */
  finish(endSeconds: number): void {
    this.endUntil(endSeconds);
    this.flush();
  }

  private endUntil(now: number): void {
    const { running } = this;
    while (running.nextEnd <= now) {
      const slot = running.nextLifeEnd;
      this.put(running.nextEnd, -1, slot);
      running.pop();
      this.freeSlots.push(slot);
    }
  }

  private put(atSeconds: number, workSeconds: number, slot: number): void {
    const { events } = this;
    if (events.length === MOST_EVENTS) this.flush();
    const index = events.length++;
    events.atSeconds[index] = atSeconds;
    events.workSeconds[index] = workSeconds;
    events.slots[index] = slot;
  }

  private flush(): void {
    for (const simulation of this.simulations) simulation.handle(this.events);
    this.events.length = 0;
  }
}
