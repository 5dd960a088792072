import { setTimeout } from "node:timers/promises";
import { makeBurst } from "../open-loop";
import { type Run } from "../run";

/** Numbers of simultaneous requests. */
const BURSTS = [1, 2, 5, 10, 20] as const;

/** The parts of the run. */
export const COLD_START_PARTS = { without: "without warming", with: "with warming" } as const;

/** Time for instances to become free again, and between two bursts in the charts. */
const PAUSE_MILLISECONDS = 1000;

/**
 * Bursts of growing size, after the instances have ended: without warming, and again with a round of the warmer before
 * each burst that requests one instance per request.
 */
export async function runColdStart(run: Run): Promise<void> {
  await run.target.checkWarmer();
  for (const part of [COLD_START_PARTS.without, COLD_START_PARTS.with]) {
    run.activity = "waiting until no instance is left";
    await run.loop.leaveOut(() => run.target.waitUntilIdle(run.signal));
    for (const size of BURSTS) await sendBurst(run, part, size);
  }
}

async function sendBurst(run: Run, part: string, size: number): Promise<void> {
  const { target, loop, signal } = run;
  let warming;
  if (part === COLD_START_PARTS.with) {
    run.activity = `warming ${size}`;
    warming = await target.warm(size);
  }
  const name = `burst of ${size}, ${part}`;
  await run.send({ name, part, ...(warming && { warming }) }, makeBurst(size));
  await loop.settle();
  await setTimeout(PAUSE_MILLISECONDS, undefined, { signal });
}
