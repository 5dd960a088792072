import { type Random } from "../../advisor/random";
import { type MinuteFigures, type VersionFigures } from "../../rollout/contract";
import { findBucket } from "../../rollout/histogram";
import { type ServedRequest } from "./service";

/** How late lines of the log can be queried: uniformly distributed, in seconds. */
export interface Lateness {
  readonly least: number;
  readonly most: number;
}

type Growing<Of> = {
  -readonly [Key in keyof Of]: Of[Key] extends number ? number : Record<string, number>;
};

type Minute = Record<string, Growing<VersionFigures>>;

const MINUTE = 60;

/** The log of a function, as queries of it find it some seconds later. */
export class LateLogs {
  /** Of lines that become visible with each query. */
  private readonly arriving: Minute[][] = [];
  private readonly arrived = new Map<number, Minute>();
  private queries = 0;

  /**
   * @param begin of the rollout, in milliseconds since 1970
   * @param everySeconds seconds from one query to the next
   */
  constructor(
    private readonly random: Random,
    private readonly lateness: Lateness,
    private readonly everySeconds: number,
    private readonly begin: number,
  ) {}

  add(version: string, request: ServedRequest): void {
    const figures = this.findFigures(version, request.endedAt);
    figures.requests++;
    if (request.failed) figures.failures++;
    if (request.timedOut) figures.timeouts++;
    count(figures.durations, request.milliseconds);
    count(figures.memory, request.memoryPercent);
    if (request.initMilliseconds !== undefined) count(figures.inits, request.initMilliseconds);
  }

  /** Of a ping. */
  addInit(version: string, endedAt: number, milliseconds: number): void {
    count(this.findFigures(version, endedAt).inits, milliseconds);
  }

  /** What the next query finds. */
  query(): readonly MinuteFigures[] {
    for (const [key, versions] of Object.entries(this.arriving[this.queries] ?? [])) {
      const minute = Number(key);
      const known = this.arrived.get(minute) ?? {};
      for (const [version, figures] of Object.entries(versions)) addTo((known[version] ??= createFigures()), figures);
      this.arrived.set(minute, known);
    }
    this.queries++;
    return [...this.arrived]
      .map(([minute, versions]) => ({ minute: this.begin + 1000 * MINUTE * minute, versions }))
      .sort((one, other) => one.minute - other.minute);
  }

  private findFigures(version: string, endedAt: number): Growing<VersionFigures> {
    const { least, most } = this.lateness;
    const visibleAt = endedAt + least + (most - least) * this.random();
    const query = Math.max(this.queries, Math.ceil(visibleAt / this.everySeconds) - 1);
    const minute = Math.floor(endedAt / MINUTE);
    const minutes = (this.arriving[query] ??= []);
    const versions = (minutes[minute] ??= {});
    return (versions[version] ??= createFigures());
  }
}

function createFigures(): Growing<VersionFigures> {
  return { requests: 0, failures: 0, timeouts: 0, durations: {}, inits: {}, memory: {} };
}

function count(histogram: Record<string, number>, value: number): void {
  const bucket = findBucket(value);
  histogram[bucket] = (histogram[bucket] ?? 0) + 1;
}

function addTo(figures: Growing<VersionFigures>, more: Growing<VersionFigures>): void {
  figures.requests += more.requests;
  figures.failures += more.failures;
  figures.timeouts += more.timeouts;
  for (const key of ["durations", "inits", "memory"] as const) {
    for (const [bucket, values] of Object.entries(more[key])) {
      figures[key][bucket] = (figures[key][bucket] ?? 0) + values;
    }
  }
}
