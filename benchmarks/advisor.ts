import { comparePolicies, type PolicyOutcome } from "../advisor/compare";
import { makeEmpirical, makeFixed, makeUniform } from "../advisor/distribution";
import { type InstanceModel } from "../advisor/instances";
import { fitMechanism, predictColdStarts } from "../advisor/fit";
import { type Policy } from "../advisor/policy";
import { createRandom, computeSeed } from "../advisor/random";
import { Simulation } from "../advisor/simulation";
import { WARMING_DEFAULTS } from "../environments/warming";
import prices from "../model/prices.json";
import { countUsageReadings } from "../model/usage-reading";
import { priceFunctionTime, RUN_DOLLARS } from "../model/warmed-functions";
import { type AzureFunction, readAwsRuns, readAzureFunctions, readStressFunctions } from "./advisor/traces";
import { describeComputer, formatFigureTable, formatTargetRow, TARGET_HEADINGS } from "./measure";

/**
 * The advisor's figures against its targets: npm run bench:advisor -- --traces <folder> The folder contains the public
 * data that docs/advisor.md names.
 */

/** The stress test's numbers are sums over days, so that large ones say nothing about any function. */
const MOST_STRESS_REQUESTS = 60_000;
const DAY_SECONDS = 86_400;
const MEMORY_MB = 128;

/** Requests are known by the minute. Each draw gives them other times within their minutes. */
const DRAWS = 2;

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
  // As if the warmer ran for this function alone.
  perWarmerRun: RUN_DOLLARS,
};

const { scheduled, peak, conditional } = WARMING_DEFAULTS;
const PING_PRICE = priceFunctionTime(MEMORY_MB, "x86_64");

const BY_USE = "by use (prod, staging)";

/** What the shipped environments have: fixed numbers for dev, conditional warming for the others. */
const SHIPPED: Policy = { kind: "conditional", ...scheduled, ...conditional };
const SHIPPED_FIXED: Policy = {
  kind: "fixed",
  ...scheduled,
  peak: { ...peak, days: [0, 1, 2, 3, 4, 5, 6] },
};

const POLICIES: Readonly<Record<string, Policy>> = {
  none: { kind: "none" },
  "every 5 minutes x 1": { kind: "fixed", everyMinutes: 5, concurrency: 1 },
  "every 5 minutes x 3": { kind: "fixed", everyMinutes: 5, concurrency: 3 },
  "fixed numbers with a peak (dev)": SHIPPED_FIXED,
  [BY_USE]: SHIPPED,
  "the same, use read every hour": { ...SHIPPED, readEveryMinutes: 60 },
  "the same, use read every 4 hours": { ...SHIPPED, readEveryMinutes: 240 },
  "the same, rounds every minute": { ...SHIPPED, everyMinutes: 1 },
  "provisioned x 3": { kind: "provisioned", concurrency: 3 },
};

/** Traffic to judge by. */
interface Traffic {
  readonly title: string;
  readonly functions: readonly AzureFunction[];
  /** What comes before only shows the warmer how the functions are used. */
  readonly countFromSeconds: number;
}

function readTraffic(folder: string): Readonly<Record<"fortnight" | "day" | "stress", Traffic>> {
  return {
    fortnight: {
      title: "Days 8 to 14 of 14",
      functions: readAzureFunctions(folder, "azure-14-days"),
      countFromSeconds: 7 * DAY_SECONDS,
    },
    day: {
      title: "A single day, of functions that were not known before",
      functions: readAzureFunctions(folder, "azure-single-day"),
      countFromSeconds: 0,
    },
    stress: {
      title: "Stress test: 14 days in one",
      functions: readStressFunctions(folder, MOST_STRESS_REQUESTS),
      countFromSeconds: 0,
    },
  };
}

/** Figures of one policy over all functions. */
interface Overall {
  readonly coldPercent: number;
  /** Over functions, of each one's share. */
  readonly medianPercent: number;
  readonly meanPercent: number;
  readonly pingsPerDay: number;
  /** Pings, reading, runs of the warmer and provisioned concurrency, for each function. */
  readonly dollarsPerMonth: number;
}

/** The outcomes of every policy, for every function. */
async function simulateTraffic({ functions, countFromSeconds }: Traffic): Promise<PolicyOutcome[][]> {
  const byFunction: PolicyOutcome[][] = [];
  for (const { name, counts, workSeconds } of functions) {
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
        seconds: counts.length * 60,
        countFromSeconds,
        policies: Object.values(POLICIES),
        models: [PLATFORM],
        prices: PRICES,
        memoryMb: MEMORY_MB,
        repetitions: DRAWS,
        seed: computeSeed(name),
      }),
    );
  }
  return byFunction;
}

function summarizeOutcomes(outcomes: readonly PolicyOutcome[]): Overall {
  const total = (value: (outcome: PolicyOutcome) => number) => outcomes.reduce((sum, one) => sum + value(one), 0);
  const used = outcomes.filter(({ requests }) => requests > 0);
  const shares = used.map(({ coldShare }) => 100 * coldShare).sort((a, b) => a - b);
  const middle = (shares.length - 1) / 2;
  return {
    coldPercent: (100 * total(({ coldShare, requests }) => coldShare * requests)) / total(({ requests }) => requests),
    medianPercent: ((shares[Math.floor(middle)] ?? 0) + (shares[Math.ceil(middle)] ?? 0)) / 2,
    meanPercent: shares.reduce((sum, share) => sum + share, 0) / shares.length,
    pingsPerDay: total(({ pingsPerDay }) => pingsPerDay) / outcomes.length,
    dollarsPerMonth:
      total(
        ({ dollarsPerMonth: { warming, provisioned }, policy }) => warming + provisioned + priceMonthlyReading(policy),
      ) / outcomes.length,
  };
}

function priceMonthlyReading(policy: Policy): number {
  if (policy.kind !== "conditional") return 0;
  return countUsageReadings(policy.readEveryMinutes) * prices.perMetricRead;
}

function formatOverall(name: string, one: Overall): string[] {
  return [
    name,
    `${one.coldPercent.toFixed(2)} %`,
    `${one.medianPercent.toFixed(2)} %`,
    `${one.meanPercent.toFixed(2)} %`,
    one.pingsPerDay.toFixed(0),
    `$${one.dollarsPerMonth.toFixed(3)}`,
  ];
}

/** What the shipped policy does to eight in ten random halves of the functions: how much depends on their choice. */
function describeHalves(outcomes: readonly PolicyOutcome[]): string {
  const random = createRandom(1);
  const halves = Array.from({ length: 200 }, () => {
    const shuffled = outcomes.map((one) => [random(), one] as const).sort(([a], [b]) => a - b);
    return summarizeOutcomes(shuffled.slice(0, shuffled.length / 2).map(([, one]) => one));
  });
  const range = (key: keyof Overall, digits: number) => {
    const sorted = halves.map((half) => half[key]).sort((a, b) => a - b);
    return [0.1, 0.9].map((share) => (sorted[Math.floor(share * sorted.length)] ?? 0).toFixed(digits)).join(" to ");
  };
  return `Eight in ten random halves of the functions: ${range("coldPercent", 2)} % cold, mean ${range("meanPercent", 2)} %, ${range("pingsPerDay", 0)} pings`;
}

/** Prints the figures of every policy, and returns those of the shipped one. */
async function judgePolicies(traffic: Traffic): Promise<Overall> {
  const byFunction = await simulateTraffic(traffic);
  const overall = Object.keys(POLICIES).map(
    (name, index) => [name, summarizeOutcomes(byFunction.flatMap((all) => all[index] ?? []))] as const,
  );
  const rows = overall.map(([name, one]) => formatOverall(name, one));
  console.log(`${traffic.title}: ${traffic.functions.length} functions`);
  console.log(formatFigureTable([["Policy", "Cold", "Median", "Mean", "Pings a day", "A month"], ...rows]));
  const shipped = Object.keys(POLICIES).indexOf(BY_USE);
  console.log(`${describeHalves(byFunction.flatMap((all) => all[shipped] ?? []))}\n`);
  return overall[shipped]?.[1] ?? summarizeOutcomes([]);
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
  const simulation = new Simulation({ model: PLATFORM, policy, startsAt: 0, seed: 1, price: PING_PRICE });
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

  const { fortnight, day, stress } = readTraffic(folder);
  const known = await judgePolicies(fortnight);
  const fresh = await judgePolicies(day);
  await judgePolicies(stress);

  const aws = predictAwsRuns(folder);
  console.log(`${formatFigureTable(aws.rows)}\n`);

  const speeds = ["none", "every 5 minutes x 3", BY_USE].map((name) => ({
    name,
    ...measureSpeed(POLICIES[name] ?? { kind: "none" }, 5_000_000),
  }));
  const speedRows = speeds.map(({ name, millionsPerSecond, grownMegabytes }) => [
    name,
    millionsPerSecond.toFixed(1),
    `${grownMegabytes.toFixed(1)} MB`,
  ]);
  console.log(`${formatFigureTable([["Simulated", "Million requests a second", "Heap grown by"], ...speedRows])}\n`);

  const slowest = Math.min(...speeds.map(({ millionsPerSecond }) => millionsPerSecond));
  console.log(
    formatFigureTable([
      TARGET_HEADINGS,
      formatTargetRow("By use: % of requests cold, 14 days", known.coldPercent, 0.15),
      formatTargetRow("By use: % cold, median function", known.medianPercent, 0.05),
      formatTargetRow("By use: % cold, mean over functions", known.meanPercent, 1.2),
      formatTargetRow("By use: pings per function and day", known.pingsPerDay, 864, 0),
      formatTargetRow("By use: cents per function and month", 100 * known.dollarsPerMonth, 3),
      formatTargetRow("By use: % of requests cold, single days", fresh.coldPercent, 0.3),
      formatTargetRow("Cold starts of AWS runs: mean error in %", aws.errorPercent, 5),
      formatTargetRow("Intervals that miss the truth: % of runs", aws.missedPercent, 10, 0),
      formatTargetRow("Microseconds per simulated request", 1 / slowest, 1),
    ]),
  );
}
