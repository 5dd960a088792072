import { once } from "node:events";
import { runColdStart } from "./profiles/cold-start";
import { runStress, type StressResult } from "./profiles/stress";
import { runSustained } from "./profiles/sustained";
import { type Run } from "./run";
import { type LoadSettings } from "./settings";

/** Runs a profile; rejects as soon as the run's signal is aborted. */
export async function measureLoad(run: Run, settings: LoadSettings): Promise<StressResult | undefined> {
  const interruption = once(run.signal, "abort").then(() => {
    throw new Error("interrupted");
  });
  try {
    // Some waits of a profile cannot be interrupted.
    return await Promise.race([follow(run, settings), interruption]);
  } finally {
    run.stop();
  }
}

async function follow(run: Run, settings: LoadSettings): Promise<StressResult | undefined> {
  switch (settings.profile) {
    case "cold-start":
      await runColdStart(run);
      return undefined;
    case "sustained":
      await runSustained(run, settings);
      return undefined;
    case "stress":
      return runStress(run, settings);
  }
}
