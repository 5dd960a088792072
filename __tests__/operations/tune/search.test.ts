import { describe, expect, test } from "@jest/globals";
import { type TunedSize, type TuningBench } from "../../../operations/tune/bench";
import { Budget, priceRequest } from "../../../operations/tune/budget";
import { chooseSize, judgeSize, type SizeRequirements } from "../../../operations/tune/judge";
import { searchSizes } from "../../../operations/tune/search";
import { ModelledBench, type ModelledFunction, modelRequest } from "./modelled-function";

interface Case extends ModelledFunction {
  readonly name: string;
  readonly nowMb?: number;
  readonly coldShare?: number;
  readonly targets?: SizeRequirements["responseMilliseconds"];
  readonly limitDollars?: number;
}

const CASES: readonly Case[] = [
  { name: "waits only", waits: 80 },
  { name: "waits long", waits: 2000, nowMb: 1024 },
  { name: "computes only", computes: 100 },
  { name: "computes long", computes: 2500, timeoutSeconds: 60, nowMb: 1769 },
  { name: "computes and waits", computes: 40, waits: 60 },
  { name: "computes a little", computes: 2, waits: 30, nowMb: 1024 },
  { name: "computes better on x86_64", computes: 300, waits: 20, x86: 0.6 },
  { name: "computes worse on x86_64", computes: 300, waits: 20, x86: 1.3 },
  { name: "must answer fast", computes: 60, waits: 40, targets: { p50: 200 }, nowMb: 256 },
  { name: "must answer fast, also rarely", computes: 50, waits: 20, targets: { p90: 300 } },
  { name: "must answer fast, on x86_64 at least", computes: 90, waits: 10, x86: 0.7, targets: { p50: 150 } },
  {
    name: "threads, fast",
    computes: 3000,
    threads: 4,
    waits: 50,
    targets: { p50: 1200 },
    nowMb: 1769,
    timeoutSeconds: 30,
  },
  { name: "threads, slowly", computes: 3000, threads: 6, waits: 500, nowMb: 1024, timeoutSeconds: 30 },
  { name: "needs much memory", waits: 100, computes: 20, memoryUsedMb: 700, nowMb: 2048 },
  { name: "needs more memory than it has", waits: 100, computes: 20, memoryUsedMb: 600, nowMb: 512 },
  { name: "collects garbage where memory is short", computes: 50, waits: 20, memoryUsedMb: 240, collects: 12 },
  { name: "fills what it has", computes: 20, waits: 50, memoryUsedMb: 150, growth: 0.3 },
  { name: "times out where it is slow", computes: 800, waits: 300, timeoutSeconds: 3, nowMb: 1024 },
  { name: "is often cold, and starts slowly", computes: 10, waits: 40, coldShare: 0.3, initMilliseconds: 1500 },
  { name: "is noisy", computes: 30, waits: 30, noisePercent: 12 },
];

const SEEDS = [1, 2, 3, 4, 5];
const NEAR = 1.03;
const LIMIT_DOLLARS = 0.05;
const EVERY_MB = [1769, ...Array.from({ length: 159 }, (_, index) => 128 + 64 * index)];
const ARCHITECTURES = ["arm64", "x86_64"] as const;

function buildRequirements({ coldShare = 0.01, targets = {} }: Case): SizeRequirements {
  return { coldShare, temporaryStorageMb: 512, responseMilliseconds: targets, memoryPercent: 80 };
}

/** What a request really costs at a size, and whether it may be chosen; a little too slow is not told from noise. */
function priceTruly(one: Case, size: TunedSize, tolerance = 1) {
  const { coldShare, memoryPercent, responseMilliseconds } = buildRequirements(one);
  const [warm, cold] = [false, true].map((isCold) => modelRequest(one, size, isCold));
  const price = (billed = 0) => priceRequest(size, billed, 512);
  const { noisePercent = 6 } = one;
  // Of a normal distribution, and of the stray ones.
  const slower = { p50: 1.002, p90: Math.exp((1.34 * noisePercent) / 100) };
  const isFast = Object.entries(responseMilliseconds).every(
    ([name, limit]) => (warm?.milliseconds ?? 0) * slower[name as "p50" | "p90"] < tolerance * limit,
  );
  return {
    dollars: (1 - coldShare) * price(warm?.billedMilliseconds) + coldShare * price(cold?.billedMilliseconds),
    isPossible: isFast && !warm?.failure && (warm?.memoryUsedMb ?? 0) <= (memoryPercent / 100) * size.memoryMb,
  };
}

async function tuneModelled(one: Case, seed: number) {
  const { nowMb = 512, limitDollars = LIMIT_DOLLARS, timeoutSeconds = 10 } = one;
  const now = { memoryMb: nowMb, architecture: "arm64" as const };
  const bench = new ModelledBench(one, seed);
  const budget = new Budget(limitDollars, { timeoutSeconds, temporaryStorageMb: 512 });
  const requirements = buildRequirements(one);
  const task = { now, others: ["x86_64" as const], requirements, targets: { responseMilliseconds: {} } };
  const { sizes } = await searchSizes(task, bench, budget, () => undefined);
  const judged = sizes.map((size) => judgeSize(size, requirements));
  return { chosen: chooseSize(judged, now), judged, budget, bench };
}

describe("the chosen size", () => {
  test.each(CASES.map((one) => [one.name, one] as const))(
    "costs at most 3 % more than the best of all sizes, for a function that %s",
    async (_, one) => {
      const every = ARCHITECTURES.flatMap((architecture) =>
        EVERY_MB.map((memoryMb) => priceTruly(one, { memoryMb, architecture })),
      );
      const least = Math.min(...every.filter(({ isPossible }) => isPossible).map(({ dollars }) => dollars));

      for (const seed of SEEDS) {
        const { chosen, budget, judged } = await tuneModelled(one, seed);

        const truth = chosen && priceTruly(one, chosen.size, NEAR);
        expect({ seed, ...chosen?.size, isPossible: truth?.isPossible }).toMatchObject({ isPossible: true });
        expect((truth?.dollars ?? Infinity) / least).toBeLessThanOrEqual(NEAR);
        expect(budget.spentDollars).toBeLessThanOrEqual(LIMIT_DOLLARS);
        expect(judged.length).toBeLessThan(EVERY_MB.length / 10);
      }
    },
  );
});

describe("the limit", () => {
  const slow: Case = { name: "is slow", computes: 4000, waits: 500, timeoutSeconds: 60 };

  test.each([0.002, 0.005, 0.02])("of $%s is kept, whatever the function does", async (limitDollars) => {
    for (const one of [slow, { ...slow, computes: 90_000 }, { ...slow, memoryUsedMb: 900 }]) {
      for (const seed of SEEDS) {
        const { budget, judged } = await tuneModelled({ ...one, limitDollars }, seed);

        expect(budget.spentDollars).toBeGreaterThan(0);
        expect(budget.spentDollars).toBeLessThanOrEqual(limitDollars);
        expect(judged.length).toBeGreaterThan(0);
      }
    }
  });

  test("that is small takes fewer requests, but still cold and warm ones of several sizes", async () => {
    const { judged } = await tuneModelled({ ...slow, limitDollars: 0.005 }, 1);

    const counts = judged.map(({ figures }) => figures.requests).filter((count) => count > 0);
    expect(counts.length).toBeGreaterThan(2);
    expect(Math.max(...counts)).toBeLessThan(23);
  });
});

test("a function that fails at its present size is asked once", async () => {
  const size = { memoryMb: 512, architecture: "arm64" as const };
  const sent: TunedSize[] = [];
  const bench: TuningBench = {
    prepare: () => Promise.resolve(undefined),
    send: (one) => {
      sent.push(one);
      const failure = { kind: "error" as const, text: "Error: no" };
      return Promise.resolve({ milliseconds: 5, billedMilliseconds: 5, memoryUsedMb: 80, failure });
    },
  };
  const requirements = buildRequirements({ name: "fails" });
  const task = { now: size, others: ["x86_64" as const], requirements, targets: requirements };
  const budget = new Budget(LIMIT_DOLLARS, { timeoutSeconds: 10, temporaryStorageMb: 512 });

  await searchSizes(task, bench, budget, () => undefined);

  expect(sent).toEqual([size]);
});
