import { createRandom } from "../../advisor/random";
import { deployCanary, EXAMPLE_ALARMS, SHARE_ALARMS } from "./codedeploy";
import { drawFault, FAULT_KINDS, type FaultKind, NO_FAULT } from "./faults";
import { type Lateness } from "./late-logs";
import { findHarmShare, type Outcome, TOOLS } from "./score";
import { rollOut } from "./warmwatch";
import { drawWorld, type World } from "./world";

/** What is simulated, in the same order by each process. */
export interface Trial {
  /** Whether CodeDeploy rolls it out, too. */
  readonly isCompared: boolean;
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
const EQUALS: Readonly<Record<(typeof RATES)[number], number>> = { 5: 170, 50: 170, 500: 50 };
/** Of these, CodeDeploy also rolls out so many. */
const CODEDEPLOY_EQUALS = 34;

/** What cannot be seen with little traffic: requests a minute, and the shares of them that fail. */
export const LOW_RATES = [1, 5, 20, 60, 300] as const;
/** From 0 to 1. */
export const DAMAGES = [1, 0.2, 0.05, 0.02] as const;
const LOW_TRAFFIC_TRIALS = 40;

/** All trials of these seeds at the rates, and those with little traffic. */
export function listTrials(seeds: readonly number[]): { readonly measured: Trial[]; readonly low: Trial[] } {
  const repeat = (count: number, build: (index: number) => Trial) => Array.from({ length: count }, (_, i) => build(i));
  const measured = seeds.flatMap((seed) =>
    RATES.flatMap((ratePerSecond) => [
      ...repeat(FAULTS, (index) => {
        const kind = FAULT_KINDS[index % FAULT_KINDS.length];
        return { isCompared: true, seed, index, ratePerSecond, ...(kind === undefined ? {} : { kind }) };
      }),
      ...repeat(EQUALS[ratePerSecond], (index) => ({
        isCompared: index < CODEDEPLOY_EQUALS,
        seed,
        index: FAULTS + index,
        ratePerSecond,
      })),
    ]),
  );
  const low = LOW_RATES.flatMap((requestsAMinute) =>
    DAMAGES.flatMap((failing) =>
      repeat(LOW_TRAFFIC_TRIALS, (index) => ({
        isCompared: false,
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
export function runTrial(
  { isCompared, seed, index, ratePerSecond, kind, failing }: Trial,
  lateness: Lateness,
): Outcome[] {
  const random = createRandom(seed, index, Math.round(1000 * ratePerSecond));
  const drawn = drawWorld(random, ratePerSecond);
  const world: World = failing === undefined ? drawn : { ...drawn, outages: [], bursts: [] };
  const fault = failing !== undefined ? { ...NO_FAULT, failing } : kind ? drawFault(random, kind) : NO_FAULT;
  const runSeed = Math.floor(random() * 2 ** 32);
  const attempts = [
    rollOut(world, fault, runSeed, lateness),
    ...(isCompared ? deployCanary(world, fault, runSeed, [EXAMPLE_ALARMS, SHARE_ALARMS]) : []),
  ];
  return TOOLS.flatMap((tool, column) => {
    const attempt = attempts[column];
    if (!attempt) return [];
    const harmShare = kind === undefined ? 0 : findHarmShare(fault, attempt);
    return [{ ...attempt, tool, seed, ratePerSecond, ...(kind === undefined ? {} : { kind }), harmShare }];
  });
}
