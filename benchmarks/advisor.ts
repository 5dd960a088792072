import { comparePolicies, type PolicyOutcome } from "../advisor/compare";
import { makeEmpirical, makeFixed, makeUniform } from "../advisor/distribution";
import { type InstanceModel } from "../advisor/instances";
import { fitMechanism, predictColdStarts } from "../advisor/fit";
import { type Policy } from "../advisor/policy";
import { createRandom, computeSeed } from "../advisor/random";
import { Simulation } from "../advisor/simulation";
import prices from "../model/prices.json";
import { readAwsRuns, readAzureFunctions } from "./advisor/traces";
import { describeComputer, formatFigureTable, formatTargetRow, TARGET_HEADINGS } from "./measure";

/**
 * The advisor's figures against its targets: npm run bench:advisor -- --traces <folder> The folder contains the public
 * data that docs/advisor.md names.
 */

const MOST_REQUESTS_PER_DAY = 60_000;
const DAY_SECONDS = 86_400;
/** Number of days drawn from the same numbers of requests; the figures are means over these days. */
const DAYS = 5;
const MEMORY_MB = 128;

const PLATFORM: InstanceModel = {
  idleLifeSeconds: makeUniform(300, 420),
  lifeSpanSeconds: makeFixed(1e9),
  routing: "newest-first",
  initSeconds: makeFixed(0.3),
};

/** Provisioned concurrency as of 2026-11 for x86_64 in us-east-1: https://aws.amazon.com/lambda/pricing/ */
const PRICES = {
  perRequest: prices.lambda.perRequest,
  perGigabyteSecond: prices.lambda.perGigabyteSecond.x86_64,
  provisionedPerGigabyteSecond: 0.0000041667,
  provisionedWorkPerGigabyteSecond: 0.0000097222,
  perWarmerRun: prices.lambda.perRequest,
};

/** Rounds in which nothing is due send no pings. */
const RECOMMENDED = "conditional, rounds every minute";

const CONDITIONAL: Policy = {
  kind: "conditional",
  everyMinutes: 1,
  concurrency: 3,
  minimum: 1,
  maximum: 30,
  readEveryMinutes: 6,
};

const POLICIES: Readonly<Record<string, Policy>> = {
  none: { kind: "none" },
  "fixed, 5 minutes x 1": { kind: "fixed", everyMinutes: 5, concurrency: 1 },
  "fixed, 5 minutes x 3": { kind: "fixed", everyMinutes: 5, concurrency: 3 },
  "fixed, 6 minutes x 3": { kind: "fixed", everyMinutes: 6, concurrency: 3 },
  [RECOMMENDED]: CONDITIONAL,
  "conditional, read every 15 minutes": { ...CONDITIONAL, readEveryMinutes: 15 },
  "conditional, rounds every 5 minutes": { ...CONDITIONAL, everyMinutes: 5, readEveryMinutes: 5 },
  "conditional, rounds every 6 minutes": { ...CONDITIONAL, everyMinutes: 6 },
  "provisioned x 3": { kind: "provisioned", concurrency: 3 },
};

/** One policy's figures over all functions, for one day. */
interface Overall {
  readonly coldPercent: number;
  readonly medianPercent: number;
  readonly pingsPerDay: number;
  readonly dollarsPerMonth: number;
}

async function comparePoliciesOnAzure(folder: string): Promise<ReadonlyMap<string, Overall>> {
  const days: ReadonlyMap<string, Overall>[] = [];
  for (let day = 1; day <= DAYS; day++) days.push(await simulateDay(folder, day));
  const average = (name: string, key: keyof Overall) =>
    days.reduce((sum, day) => sum + (day.get(name)?.[key] ?? Number.NaN), 0) / DAYS;
  return new Map(
    Object.keys(POLICIES).map((name) => [
      name,
      {
        coldPercent: average(name, "coldPercent"),
        medianPercent: average(name, "medianPercent"),
        pingsPerDay: average(name, "pingsPerDay"),
        dollarsPerMonth: average(name, "dollarsPerMonth"),
      },
    ]),
  );
}

async function simulateDay(folder: string, day: number): Promise<ReadonlyMap<string, Overall>> {
  const byFunction: PolicyOutcome[][] = [];
  for (const { name, counts, workSeconds } of readAzureFunctions(folder, MOST_REQUESTS_PER_DAY)) {
    byFunction.push(
      await comparePolicies({
        demand: {
          kind: "minutes",
          // eslint-disable-next-line @typescript-eslint/require-await -- a stream to the advisor, an array to us
          read: async function* () {
            for (const [minute, count] of counts.entries()) yield { minute, count };
          },
          workSeconds: makeEmpirical(workSeconds),
        },
        startsAt: Date.UTC(2019, 6, 15),
        seconds: DAY_SECONDS,
        policies: Object.values(POLICIES),
        models: [PLATFORM],
        prices: PRICES,
        memoryMb: MEMORY_MB,
        repetitions: 1,
        seed: computeSeed(name) + day,
      }),
    );
  }
  return new Map(
    Object.keys(POLICIES).map((name, policy) => [
      name,
      summarizeOutcomes(byFunction.flatMap((all) => all[policy] ?? [])),
    ]),
  );
}

function summarizeOutcomes(outcomes: readonly PolicyOutcome[]): Overall {
  const total = (value: (outcome: PolicyOutcome) => number) => outcomes.reduce((sum, one) => sum + value(one), 0);
  const shares = outcomes.map(({ coldShare }) => coldShare).sort((a, b) => a - b);
  const middle = (shares.length - 1) / 2;
  return {
    coldPercent: (100 * total(({ coldShare, requests }) => coldShare * requests)) / total(({ requests }) => requests),
    medianPercent: 50 * ((shares[Math.floor(middle)] ?? 0) + (shares[Math.ceil(middle)] ?? 0)),
    pingsPerDay: total(({ pingsPerDay }) => pingsPerDay) / outcomes.length,
    dollarsPerMonth:
      total(({ dollarsPerMonth }) => dollarsPerMonth.warming + dollarsPerMonth.provisioned) / outcomes.length,
  };
}

function predictAwsRuns(folder: string): { rows: string[][]; errorPercent: number; missedPercent: number } {
  const runs = readAwsRuns(folder);
  const predictions = runs.map(({ name, run }) => {
    const fit = fitMechanism(runs.filter((other) => other.name !== name).map((other) => other.run));
    const { coldStarts, interval } = predictColdStarts(fit, run);
    const logged = Array.from(run.isCold).filter(Boolean).length;
    const error = Math.abs(coldStarts - logged) / logged;
    return { name, logged, coldStarts, interval, error, covered: interval.least <= logged && logged <= interval.most };
  });
  const rows = predictions.map(({ name, logged, coldStarts, interval, error, covered }) => [
    name,
    logged.toFixed(0),
    coldStarts.toFixed(1),
    `${interval.least.toFixed(1)} to ${interval.most.toFixed(1)}`,
    `${(100 * error).toFixed(1)} %`,
    covered ? "yes" : "no",
  ]);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    rows: [["Run", "Cold starts", "Predicted", "Interval", "Error", "Covered"], ...rows],
    errorPercent: 100 * mean(predictions.map(({ error }) => error)),
    missedPercent: 100 * mean(predictions.map(({ covered }) => (covered ? 0 : 1))),
  };
}

/** For Poisson requests of a function with ten busy instances. */
function measureSpeed(policy: Policy, requests: number): { millionsPerSecond: number; grownMegabytes: number } {
  const simulation = new Simulation({ model: PLATFORM, policy, startsAt: 0, seed: 1 });
  const random = createRandom(1);
  let at = 0;
  const some = (count: number) => {
    for (let index = 0; index < count; index++) {
      at -= Math.log(1 - random()) / 10;
      simulation.request(at, 2 * random());
    }
  };
  some(requests / 10);
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  some(requests);
  const seconds = (performance.now() - start) / 1000;
  const grownMegabytes = Math.max(0, process.memoryUsage().heapUsed - before) / 1e6;
  return { millionsPerSecond: requests / seconds / 1e6, grownMegabytes };
}

/** Measures the quality and speed of the advisor on traces of real traffic. Resolves to the exit code. */
export default async function main(): Promise<number> {
  try {
    await measure(process.argv.slice(2));
    return 0;
  } catch (failure) {
    console.error(failure instanceof Error ? failure.message : failure);
    return 1;
  }
}

async function measure([option, folder]: readonly string[]): Promise<void> {
  if (option !== "--traces" || folder === undefined) {
    throw new Error("Say where the traces are: npm run bench:advisor -- --traces <folder>");
  }
  console.log(`${describeComputer()}\n`);

  const azure = await comparePoliciesOnAzure(folder);
  const rows = [...azure].map(([name, { coldPercent, medianPercent, pingsPerDay, dollarsPerMonth }]) => [
    name,
    `${coldPercent.toFixed(2)} %`,
    `${medianPercent.toFixed(2)} %`,
    pingsPerDay.toFixed(0),
    `$${dollarsPerMonth.toFixed(3)}`,
  ]);
  console.log(`${formatFigureTable([["Policy", "Cold", "Median function", "Pings a day", "A month"], ...rows])}\n`);

  const aws = predictAwsRuns(folder);
  console.log(`${formatFigureTable(aws.rows)}\n`);

  const speeds = ["none", "fixed, 5 minutes x 3", RECOMMENDED].map((name) => ({
    name,
    ...measureSpeed(POLICIES[name] ?? { kind: "none" }, 5_000_000),
  }));
  const speedRows = speeds.map(({ name, millionsPerSecond, grownMegabytes }) => [
    name,
    millionsPerSecond.toFixed(1),
    `${grownMegabytes.toFixed(1)} MB`,
  ]);
  console.log(`${formatFigureTable([["Simulated", "Million requests a second", "Heap grown by"], ...speedRows])}\n`);

  const conditional = azure.get(RECOMMENDED);
  const slowest = Math.min(...speeds.map(({ millionsPerSecond }) => millionsPerSecond));
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      formatTargetRow("Conditional: % of requests cold", conditional?.coldPercent ?? Number.NaN, 0.6),
      formatTargetRow("Conditional: % cold, median function", conditional?.medianPercent ?? Number.NaN, 0.2),
      formatTargetRow("Conditional: pings per function and day", conditional?.pingsPerDay ?? Number.NaN, 864, 0),
      formatTargetRow("Cold starts of AWS runs: mean error in %", aws.errorPercent, 6),
      formatTargetRow("Intervals that miss the truth: % of runs", aws.missedPercent, 20, 0),
      formatTargetRow("Microseconds per simulated request", 1 / slowest, 1),
    ]),
  );
}
