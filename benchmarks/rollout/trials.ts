import { createRandom } from "../../advisor/random";
import { type Attempt } from "./attempt";
import { deployCanary, EXAMPLE_ALARMS, SHARE_ALARMS } from "./codedeploy";
import { drawFault, type Fault, FAULT_KINDS, type FaultKind, NO_FAULT } from "./faults";
import { type Lateness } from "./late-logs";
import { findHarmShare, type Outcome, type Tool } from "./score";
import { rollOut } from "./warmwatch";
import { drawWorld, type World } from "./world";

/** What is simulated, in the same order by each process. */
export interface Trial {
  readonly tools: readonly Tool[];
  readonly seed: number;
  readonly index: number;
  readonly ratePerSecond: number;
  /** Missing for a version that is as the old one. */
  readonly kind?: FaultKind;
  /** Missing for one that is drawn. */
  readonly failing?: number;
}

/** The traffic that is measured. */
export const RATES = [5, 50, 500] as const;

/** For each seed and rate. */
const FAULTS = 100;
const EQUALS: Readonly<Record<(typeof RATES)[number], number>> = { 5: 334, 50: 334, 500: 100 };
/** Of these, CodeDeploy also rolls out so many. */
const CODEDEPLOY_EQUALS = 50;

/** What cannot be seen with little traffic: requests a minute, and the shares of them that fail. */
export const LOW_RATES = [1, 5, 20, 60, 300] as const;
/** From 0 to 1. */
export const DAMAGES = [1, 0.2, 0.05, 0.02] as const;
const LOW_TRAFFIC_TRIALS = 40;

/** All trials of these seeds at the rates, and those with little traffic. */
export function listTrials(seeds: readonly number[]): { readonly measured: Trial[]; readonly low: Trial[] } {
  const ours = ["Warmwatch"] as const;
  const all = ["Warmwatch", "CodeDeploy, example alarms", "CodeDeploy, alarm on 2 %"] as const;
  const repeat = (count: number, build: (index: number) => Trial) => Array.from({ length: count }, (_, i) => build(i));
  const measured = seeds.flatMap((seed) =>
    RATES.flatMap((ratePerSecond) => [
      ...repeat(FAULTS, (index) => {
        const kind = FAULT_KINDS[index % FAULT_KINDS.length];
        return { tools: all, seed, index, ratePerSecond, ...(kind === undefined ? {} : { kind }) };
      }),
      ...repeat(EQUALS[ratePerSecond], (index) => ({
        tools: index < CODEDEPLOY_EQUALS ? all : ours,
        seed,
        index: FAULTS + index,
        ratePerSecond,
      })),
    ]),
  );
  const low = LOW_RATES.flatMap((requestsAMinute) =>
    DAMAGES.flatMap((failing) =>
      repeat(LOW_TRAFFIC_TRIALS, (index) => ({
        tools: ours,
        seed: seeds[0] ?? 0,
        index,
        ratePerSecond: requestsAMinute / 60,
        kind: "throws always",
        failing,
      })),
    ),
  );
  return { measured, low };
}

/** Rolls out the same version into the same world with each tool. */
export function runTrial({ tools, seed, index, ratePerSecond, kind, failing }: Trial, lateness: Lateness): Outcome[] {
  const random = createRandom(seed, index, Math.round(1000 * ratePerSecond));
  const drawn = drawWorld(random, ratePerSecond);
  const world: World = failing === undefined ? drawn : { ...drawn, outages: [], bursts: [] };
  const fault = failing !== undefined ? { ...NO_FAULT, failing } : kind ? drawFault(random, kind) : NO_FAULT;
  const runSeed = Math.floor(random() * 2 ** 32);
  return tools.map((tool) => {
    const attempt = ATTEMPTS[tool](world, fault, runSeed, lateness);
    const harmShare = kind === undefined ? 0 : findHarmShare(fault, attempt);
    return { ...attempt, tool, seed, ratePerSecond, ...(kind === undefined ? {} : { kind }), harmShare };
  });
}

const ATTEMPTS: Readonly<Record<Tool, (world: World, fault: Fault, seed: number, lateness: Lateness) => Attempt>> = {
  Warmwatch: rollOut,
  "CodeDeploy, example alarms": (world, fault, seed) => deployCanary(world, fault, seed, EXAMPLE_ALARMS),
  "CodeDeploy, alarm on 2 %": (world, fault, seed) => deployCanary(world, fault, seed, SHARE_ALARMS),
};
