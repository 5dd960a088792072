import { jest } from "@jest/globals";

/**
 * A clock that does not wait: as soon as nothing can go on without it, it moves to the next moment that something waits
 * for. Imported first, it takes the place of Node's clock and timers in what is imported after it.
 */

interface Sleeper {
  readonly wakeAt: number;
  readonly wake: () => void;
}

interface Interruptible {
  readonly signal?: AbortSignal;
}

jest.mock("node:perf_hooks", () => ({ performance: { now: readVirtualTime } }));
jest.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number, _: unknown, { signal }: Interruptible = {}) => sleepUnless(milliseconds, signal),
  setImmediate: (_: unknown, { signal }: Interruptible = {}) => sleepUnless(0, signal),
}));

/** Who asks whether a moment has come gets on by as much each time. */
const TICK_MILLISECONDS = 0.05;

const sleepers: Sleeper[] = [];
let time = 0;
let isMoving = false;

/** Milliseconds since the clock was made. */
export function readVirtualTime(): number {
  return time;
}

/** Resolves so many milliseconds later. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    sleepers.push({ wakeAt: time + Math.max(TICK_MILLISECONDS, milliseconds), wake: resolve });
    if (!isMoving) setImmediate(move);
    isMoving = true;
  });
}

/** Takes so many milliseconds in which nothing else can go on, as a computer does that is busy. */
export function block(milliseconds: number): void {
  time += milliseconds;
}

async function sleepUnless(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds);
  signal?.throwIfAborted();
}

function move(): void {
  const [next] = sleepers.sort((one, other) => one.wakeAt - other.wakeAt).splice(0, 1);
  isMoving = next !== undefined;
  if (!next) return;
  time = Math.max(time, next.wakeAt);
  next.wake();
  setImmediate(move);
}
