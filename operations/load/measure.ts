import { coldStart } from "./profiles/cold-start";
import { stress, type StressResult } from "./profiles/stress";
import { sustained } from "./profiles/sustained";
import { type Run } from "./run";
import { type LoadSettings } from "./settings";

/** Does what a profile says; rejects as soon as the run's signal is aborted. */
export async function measure(run: Run, settings: LoadSettings): Promise<StressResult | undefined> {
  let interrupt: () => void = () => undefined;
  const interruption = new Promise<never>((_, reject) => {
    interrupt = () => {
      reject(new Error("interrupted"));
    };
  });
  run.signal.addEventListener("abort", interrupt, { once: true });
  try {
    // Not everything that a profile waits for can be interrupted.
    return await Promise.race([follow(run, settings), interruption]);
  } finally {
    run.signal.removeEventListener("abort", interrupt);
    run.stop();
  }
}

async function follow(run: Run, settings: LoadSettings): Promise<StressResult | undefined> {
  switch (settings.profile) {
    case "cold-start":
      await coldStart(run);
      return undefined;
    case "sustained":
      await sustained(run, settings);
      return undefined;
    case "stress":
      return stress(run, settings);
  }
}
