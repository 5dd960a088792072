import { describe, expect, test } from "@jest/globals";
import { makeFixed } from "../../../advisor/distribution";
import { listCandidates } from "../../../operations/advise/candidates";
import { runTasks, type SimulationTask } from "../../../operations/advise/pool";
import { buildTrafficProfile } from "../../../operations/advise/profile";
import { ASSUMPTION, buildModels } from "../../../operations/advise/platform-assumptions";
import { WARMING_DEFAULTS } from "../../../environments/warming";
import { makeHistory } from "./support";

async function sampleTasks(): Promise<SimulationTask[]> {
  const history = makeHistory();
  const candidates = listCandidates(history, await buildTrafficProfile(history, 1), WARMING_DEFAULTS);
  const models = buildModels(ASSUMPTION, { initSeconds: makeFixed(0.3) }, 1);
  const task = {
    prices: {
      perRequest: 1e-6,
      perGigabyteSecond: 1e-5,
      provisionedPerGigabyteSecond: 1e-6,
      provisionedWorkPerGigabyteSecond: 1e-6,
      perWarmerRun: 1e-6,
    },
    memoryMb: 512,
    repetitions: 2,
    seed: 1,
  };
  return candidates.map(({ policy }) => ({ ...task, cases: [{ policy, models }] }));
}

describe("work that is divided", () => {
  test("has the same result in this process, in two others, and in larger pieces", async () => {
    const tasks = await sampleTasks();
    const [first] = tasks;
    if (!first) throw new Error("no task");
    const whole: SimulationTask = { ...first, cases: tasks.flatMap(({ cases }) => cases) };

    const alone = await runTasks(makeHistory(), tasks, { workers: 1 });
    const divided = await runTasks(makeHistory(), tasks, { workers: 2 });
    const [together] = await runTasks(makeHistory(), [whole], { workers: 1 });

    expect(divided).toEqual(alone);
    expect(alone.flat()).toEqual(together);
  });

  test("says how far it is, and never goes back", async () => {
    const shares: number[] = [];

    await runTasks(makeHistory(), await sampleTasks(), { workers: 2, onProgress: (share) => shares.push(share) });

    expect(shares.at(-1)).toBeCloseTo(1);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  });

  test("ends when it is interrupted, here and in other processes", async () => {
    const tasks = await sampleTasks();
    for (const workers of [1, 2]) {
      const interruption = new AbortController();
      const work = runTasks(makeHistory(), tasks, {
        workers,
        signal: interruption.signal,
        onProgress: () => {
          interruption.abort();
        },
      });

      await expect(work).rejects.toThrow();
    }
  });
});
