import { createRandom } from "../../../advisor/random";
import { type MeasuredRequest, type TunedSize, type TuningBench } from "../../../operations/tune/bench";

/** How a made-up function spends its time and memory. Durations are in milliseconds, on arm64. */
export interface ModelledFunction {
  /** Waiting for others: the same at every size. */
  readonly waits?: number;
  /** Computing, on one vCPU. */
  readonly computes?: number;
  /** How many vCPUs it can use; 1 by default. */
  readonly threads?: number;
  /** How much longer x86_64 computes; 1 by default. */
  readonly x86?: number;
  readonly memoryUsedMb?: number;
  /** It is slow where memory is short: how much of its computing that adds if all memory is used. */
  readonly collects?: number;
  /** Memory that it takes for each MB that it has, as a heap that grows with its limit. */
  readonly growth?: number;
  readonly initMilliseconds?: number;
  /** The spread of durations: about as many percent more or less. */
  readonly noisePercent?: number;
  readonly timeoutSeconds?: number;
}

const ONE_CPU_MB = 1769;
const STRAY_SHARE = 0.02;

/** A request of a size without noise. */
export function modelRequest(
  { waits = 0, computes = 0, threads = 1, x86 = 1, collects = 0, ...rest }: ModelledFunction,
  { memoryMb, architecture }: TunedSize,
  isCold: boolean,
): MeasuredRequest {
  const { memoryUsedMb: base = 80, growth = 0, initMilliseconds: init = 100, timeoutSeconds = 10 } = rest;
  const memoryUsedMb = Math.round(base + growth * memoryMb);
  const ofOneCpu = memoryMb / ONE_CPU_MB;
  const slower = architecture === "x86_64" ? x86 : 1;
  const pressure = 1 + collects * (memoryUsedMb / memoryMb) ** 4;
  const milliseconds = waits + (computes * slower * pressure) / Math.min(ofOneCpu, threads);
  const initMilliseconds = isCold ? init * (0.5 + (0.5 * slower) / Math.min(1, ofOneCpu)) : 0;
  const started = isCold ? { initMilliseconds } : {};
  if (memoryUsedMb > memoryMb) {
    const billedMilliseconds = Math.ceil(milliseconds / 2 + initMilliseconds);
    const failure = { kind: "memory" as const, text: "out of memory" };
    return { ...started, milliseconds: milliseconds / 2, billedMilliseconds, memoryUsedMb: memoryMb, failure };
  }
  if (milliseconds > timeoutSeconds * 1000) {
    const all = timeoutSeconds * 1000;
    const failure = { kind: "timeout" as const, text: `timed out after ${timeoutSeconds} s` };
    return { ...started, milliseconds: all, billedMilliseconds: all + initMilliseconds, memoryUsedMb, failure };
  }
  return { ...started, milliseconds, billedMilliseconds: Math.ceil(milliseconds + initMilliseconds), memoryUsedMb };
}

/** A bench for a made-up function: instances as Lambda has them, and noise. */
export class ModelledBench implements TuningBench {
  /** Sizes in the order in which they were prepared. */
  readonly prepared: TunedSize[] = [];
  private readonly instances = new Map<string, { made: number; busy: number }>();
  private readonly random: () => number;

  constructor(
    private readonly modelled: ModelledFunction,
    seed: number,
  ) {
    this.random = createRandom(seed);
  }

  prepare(size: TunedSize): Promise<string | undefined> {
    this.prepared.push(size);
    return Promise.resolve(undefined);
  }

  async send(size: TunedSize): Promise<MeasuredRequest> {
    const key = `${size.architecture} ${size.memoryMb}`;
    const pool = this.instances.get(key) ?? { made: 0, busy: 0 };
    this.instances.set(key, pool);
    const isCold = ++pool.busy > pool.made;
    if (isCold) pool.made += 1;
    const noise = this.drawNoise();
    await Promise.resolve();
    pool.busy -= 1;
    const { milliseconds, initMilliseconds = 0, ...rest } = modelRequest(this.modelled, size, isCold);
    if (rest.failure) return { milliseconds, ...rest, ...(isCold && { initMilliseconds }) };
    const billedMilliseconds = Math.ceil((milliseconds + initMilliseconds) * noise);
    return {
      ...{ memoryUsedMb: rest.memoryUsedMb, milliseconds: milliseconds * noise, billedMilliseconds },
      ...(isCold && { initMilliseconds: initMilliseconds * noise }),
    };
  }

  private drawNoise(): number {
    const { noisePercent = 6 } = this.modelled;
    const normal = Math.sqrt(-2 * Math.log(1 - this.random())) * Math.cos(2 * Math.PI * this.random());
    const stray = this.random() < STRAY_SHARE ? 1 + 2 * this.random() : 1;
    return Math.exp((noisePercent / 100) * normal) * stray;
  }
}
