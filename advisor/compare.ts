import { priceMonth, type MonthlyCost, type Prices } from "./cost";
import { type Distribution, makeSampler } from "./distribution";
import { type InstanceModel } from "./instances";
import { meanInterval, type Interval } from "./interval";
import { AddedLatency } from "./latency";
import { MinuteArrivals, type MinuteDemand } from "./minute-arrivals";
import { type Policy } from "./policy";
import { createRandom } from "./random";
import { SharedRequests } from "./shared-requests";
import { Simulation, type SimulationResult } from "./simulation";

/** A sequence of requests, in large batches for speed. */
export interface ArrivalBatch {
  /** From the beginning of the history, in chronological order. */
  readonly atSeconds: ArrayLike<number>;
  /** Duration of each, without its instance's start. */
  readonly workSeconds: ArrayLike<number>;
}

/** A function's usage. It is read once per repetition, and never as a whole. */
export type Demand =
  | { readonly kind: "arrivals"; readonly read: () => AsyncIterable<ArrivalBatch> }
  | {
      readonly kind: "minutes";
      readonly read: () => AsyncIterable<MinuteDemand>;
      readonly workSeconds: Distribution;
    };

/** A policy on a platform. */
export interface ComparisonCase {
  readonly policy: Policy;
  /** Assumptions about the platform; if there are several, each repetition uses the next one. */
  readonly models: readonly [InstanceModel, ...InstanceModel[]];
}

/** Input of a comparison of cases. */
export interface CaseComparison {
  readonly cases: readonly ComparisonCase[];
  readonly demand: Demand;
  /** When the history begins: a whole minute in milliseconds since 1970, UTC. */
  readonly startsAt: number;
  /** Duration of the history. */
  readonly seconds: number;
  /** What comes before this second, a whole minute, does not count; it only shows the warmer the function's usage. */
  readonly countFromSeconds?: number;
  readonly prices: Prices;
  readonly memoryMb: number;
  /** With only one, intervals are a rule of thumb. */
  readonly repetitions: number;
  readonly seed: number;
  /** Called with the finished share, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Input of a comparison of policies on the same platform. */
export interface PolicyComparison extends Omit<CaseComparison, "cases">, Pick<ComparisonCase, "models"> {
  readonly policies: readonly Policy[];
}

/** The effect of a policy on a function. Figures are means over all repetitions. */
export interface PolicyOutcome {
  readonly policy: Policy;
  readonly requests: number;
  /** Share of the requests, from 0 to 1. */
  readonly coldShare: number;
  /** Interval of the expected cold share, with 95 % confidence. */
  readonly coldShareInterval: Interval;
  readonly throttledShare: number;
  /** Delay of requests through cold starts. */
  readonly addedLatencySeconds: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly pingsPerDay: number;
  readonly dollarsPerMonth: MonthlyCost;
}

const SECONDS_PER_DAY = 24 * 3600;
const ARRIVALS = 1;
const INSTANCES = 2;

/** Simulates every policy on the same requests. */
export function comparePolicies({ policies, models, ...rest }: PolicyComparison): Promise<PolicyOutcome[]> {
  return compareCases({ ...rest, cases: policies.map((policy) => ({ policy, models })) });
}

/** Simulates every case on the same requests, which are drawn once per repetition. */
export async function compareCases(comparison: CaseComparison): Promise<PolicyOutcome[]> {
  const { cases, repetitions, startsAt, seconds, countFromSeconds = 0, seed, onProgress } = comparison;
  const { prices, memoryMb } = comparison;
  const price = { perSecond: (memoryMb / 1024) * prices.perGigabyteSecond, perRequest: prices.perRequest };
  const results: SimulationResult[][] = cases.map(() => []);
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const instanceSeed = drawSeed(seed, INSTANCES, repetition);
    const setup = { startsAt, seed: instanceSeed, price, countFromSeconds };
    const simulations = cases.map(
      ({ policy, models }) => new Simulation({ ...setup, model: selectModel(models, repetition), policy }),
    );
    await feed(comparison, drawSeed(seed, ARRIVALS, repetition), simulations, (share) =>
      onProgress?.((repetition + share) / repetitions),
    );
    simulations.forEach((simulation, index) => results[index]?.push(simulation.finish(seconds)));
  }
  onProgress?.(1);
  return cases.map((one, index) => buildOutcome(one, results[index] ?? [], comparison));
}

function selectModel(models: ComparisonCase["models"], repetition: number): InstanceModel {
  return models[repetition % models.length] ?? models[0];
}

async function feed(
  { demand, seconds }: CaseComparison,
  seed: number,
  simulations: readonly Simulation[],
  onProgress: (share: number) => void,
): Promise<void> {
  const requests = new SharedRequests(simulations);
  let last = 0;
  const request = (atSeconds: number, workSeconds: number) => {
    if (!(atSeconds >= last && atSeconds <= seconds)) throw new Error(describeMisplaced(atSeconds, last, seconds));
    if (!(workSeconds >= 0)) throw new Error(`A request at ${atSeconds} s has a duration of ${workSeconds} s`);
    last = atSeconds;
    requests.add(atSeconds, workSeconds);
  };
  if (demand.kind === "minutes") {
    const random = createRandom(seed);
    const arrivals = new MinuteArrivals(makeSampler(demand.workSeconds, random), random);
    for await (const minute of demand.read()) {
      if (!(minute.count >= 0)) throw new Error(`Minute ${minute.minute} has ${minute.count} requests`);
      arrivals.draw(minute, request);
      onProgress(last / seconds);
    }
  } else {
    for await (const { atSeconds, workSeconds } of demand.read()) {
      for (let index = 0; index < atSeconds.length; index++) request(atSeconds[index] ?? 0, workSeconds[index] ?? 0);
      onProgress(last / seconds);
    }
  }
  requests.finish(seconds);
}

function describeMisplaced(atSeconds: number, last: number, end: number): string {
  const place = atSeconds < last ? `is before ${last} s, where the one before was` : `is not within 0 to ${end} s`;
  return `A request at ${atSeconds} s ${place}`;
}

function buildOutcome(
  { policy, models }: ComparisonCase,
  results: readonly SimulationResult[],
  { prices, memoryMb }: CaseComparison,
): PolicyOutcome {
  const average = (value: (result: SimulationResult, index: number) => number) =>
    results.reduce((sum, result, index) => sum + value(result, index), 0) / results.length;
  const requests = average((result) => result.requests);
  const share = (count: number) => (requests === 0 ? 0 : Math.min(1, count / requests));
  const { least, most } = meanInterval(results.map(({ coldStarts }) => coldStarts));
  const latency = new AddedLatency();
  for (const { addedLatency } of results) latency.merge(addedLatency);
  const quantile = (of: number) => latency.quantileSeconds(of, requests * results.length);
  const costs = results.map((result, repetition) =>
    priceMonth(result, prices, memoryMb, computeMean(selectModel(models, repetition).initSeconds)),
  );
  const cost = (key: keyof MonthlyCost) => average((_, index) => costs[index]?.[key] ?? 0);
  return {
    policy,
    requests,
    coldShare: share(average(({ coldStarts }) => coldStarts)),
    coldShareInterval: { least: share(least), most: share(most) },
    throttledShare: share(average(({ throttled }) => throttled)),
    addedLatencySeconds: { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) },
    pingsPerDay: average(({ pings, seconds }) => (SECONDS_PER_DAY * pings) / seconds),
    dollarsPerMonth: { warming: cost("warming"), starts: cost("starts"), provisioned: cost("provisioned") },
  };
}

function computeMean(distribution: Distribution): number {
  switch (distribution.kind) {
    case "fixed":
      return distribution.value;
    case "uniform":
      return (distribution.least + distribution.most) / 2;
    case "empirical":
      return distribution.values.reduce((sum, value) => sum + value, 0) / distribution.values.length;
  }
}

/** Separate random streams for different purposes. */
function drawSeed(...seeds: readonly number[]): number {
  return Math.floor(createRandom(...seeds)() * 2 ** 32);
}
