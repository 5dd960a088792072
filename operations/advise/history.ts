import { open } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { type ArrivalBatch, type Demand } from "../../advisor/compare";
import { type Distribution } from "../../advisor/distribution";
import { type MinuteDemand } from "../../advisor/minute-arrivals";

/** A function's usage, and where to read it repeatedly. It can be sent to another process. */
export interface History {
  /** A whole minute in milliseconds since 1970, UTC. */
  readonly startsAt: number;
  /** Whole minutes. */
  readonly seconds: number;
  readonly source: DemandSource;
}

/** The source of the requests. */
export type DemandSource =
  /** A file of pairs of 64-bit numbers, written by {@link RequestFile}, so that many requests do not need memory. */
  | { readonly kind: "requests"; readonly file: string }
  | {
      readonly kind: "minutes";
      /** Requests by the minute since the beginning. */
      readonly counts: Float64Array;
      /** Maximum number of concurrent requests in each minute; 0 if unknown. */
      readonly peaks: Float64Array;
      readonly workSeconds: Distribution;
    };

const NUMBERS_PER_REQUEST = 2;
const REQUESTS_PER_BLOCK = 65_536;

/** After this many drawn requests, other work of this process gets its turn. */
const REQUESTS_PER_TURN = 100_000;
const MINUTES_PER_TURN = 1440;

/** A history's requests, in the form that a simulation reads. */
export function readDemand({ source }: History, signal?: AbortSignal): Demand {
  if (source.kind === "requests") return { kind: "arrivals", read: () => readRequests(source.file, signal) };
  const { counts, peaks, workSeconds } = source;
  return { kind: "minutes", read: () => readMinutes(counts, peaks, signal), workSeconds };
}

async function* readMinutes(
  counts: Float64Array,
  peaks: Float64Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<MinuteDemand> {
  let requests = 0;
  for (const [minute, count] of counts.entries()) {
    requests += count;
    if (requests >= REQUESTS_PER_TURN || minute % MINUTES_PER_TURN === 0) {
      requests = 0;
      await setImmediate();
      signal?.throwIfAborted();
    }
    const peakConcurrency = peaks[minute] ?? 0;
    yield { minute, count, ...(peakConcurrency > 0 && { peakConcurrency }) };
  }
}

async function* readRequests(path: string, signal: AbortSignal | undefined): AsyncGenerator<ArrivalBatch> {
  const file = await open(path);
  try {
    for (;;) {
      const block = new Float64Array(REQUESTS_PER_BLOCK * NUMBERS_PER_REQUEST);
      // Only at its end does reading a regular file return less than requested.
      const { bytesRead } = await file.read(block, 0, block.byteLength);
      signal?.throwIfAborted();
      const requests = bytesRead / Float64Array.BYTES_PER_ELEMENT / NUMBERS_PER_REQUEST;
      if (requests === 0) return;
      const atSeconds = new Float64Array(requests);
      const workSeconds = new Float64Array(requests);
      for (let index = 0; index < requests; index++) {
        atSeconds[index] = block[index * 2] ?? 0;
        workSeconds[index] = block[index * 2 + 1] ?? 0;
      }
      yield { atSeconds, workSeconds };
    }
  } finally {
    await file.close();
  }
}

/** Writes requests to a file of numbers, which takes a tenth of the time that reading text takes. */
export class RequestFile {
  private readonly block = new Float64Array(REQUESTS_PER_BLOCK * NUMBERS_PER_REQUEST);
  private used = 0;

  private constructor(
    readonly path: string,
    private readonly file: Awaited<ReturnType<typeof open>>,
  ) {}

  /** A new file. */
  static async create(path: string): Promise<RequestFile> {
    return new RequestFile(path, await open(path, "wx", 0o600));
  }

  /** Adds one; call {@link flush} if it returns that the block is full. */
  add(atSeconds: number, workSeconds: number): boolean {
    this.block[this.used++] = atSeconds;
    this.block[this.used++] = workSeconds;
    return this.used === this.block.length;
  }

  /** Writes what was added. */
  async flush(): Promise<void> {
    const bytes = this.used * Float64Array.BYTES_PER_ELEMENT;
    this.used = 0;
    for (let written = 0; written < bytes;) {
      written += (await this.file.write(this.block, written, bytes - written)).bytesWritten;
    }
  }

  /** Finishes: nothing more is added. */
  async close(): Promise<void> {
    await this.file.close();
  }
}
