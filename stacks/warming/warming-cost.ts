import { type Environment } from "../../environments/schema";
import { type Price } from "../../warming/contract";
import { KEPT_MINUTES } from "../../warming/asked";
import { pingable } from "../../warming/demand";
import { holdMilliseconds } from "../../warming/hold";
import { HOURS_PER_MONTH } from "../hours-per-month";
import prices from "../prices.json";
import { schedulesOf } from "./scheduled-warming";
import { hoursPerWeek } from "./schedules";
import { RUN_SECONDS, type WarmedFunction, warmedFunctions, WARMER_PRICE } from "./warmed-functions";

const WEEKS_PER_MONTH = HOURS_PER_MONTH / (7 * 24);

/** Metrics that are read to know how much a function is used: the first reading tells which of them are needed. */
const METRICS_READ = { least: 1, most: 3 };

/** What one strategy does in a month, for all functions of an environment. */
export interface StrategyCost {
  /** As people read of it. */
  readonly what: string;
  /** From the least to the most: with conditional warming, usage decides. */
  readonly pings: readonly [least: number, most: number];
  readonly dollars: readonly [least: number, most: number];
  /** Whether this is what it costs each time instead. */
  readonly eachTime: boolean;
}

/**
 * What keeping an environment's functions warm costs: the time and number of pings and of the warmer's runs, and of
 * reading usage. Cold starts that pings meet, and the free tier, are left out.
 */
export function warmingCost(environment: Environment): StrategyCost[] {
  const warmed = warmedFunctions(environment);
  const byClock = (["scheduled", "peak"] as const).map((strategy) => scheduledCost(warmed, strategy));
  const readings = sum(
    warmed.filter(followsUse).map(({ settings }) => (HOURS_PER_MONTH * 60) / settings.conditional.readEveryMinutes),
  );
  const reading = (metrics: number) => readings * metrics * prices.perMetricRead;
  return [
    ...byClock,
    {
      what: "reading usage",
      pings: [0, 0] as const,
      dollars: [reading(METRICS_READ.least), reading(METRICS_READ.most)] as const,
      eachTime: false,
    },
    preDeploymentCost(warmed),
  ].filter(({ dollars: [, most] }) => most > 0);
}

function scheduledCost(warmed: readonly WarmedFunction[], strategy: "scheduled" | "peak"): StrategyCost {
  let runs = 0;
  const bounds = [0, 1].map((end) => {
    const costs = warmed.map((one) => {
      const { conditional, [strategy]: settings } = one.settings;
      const hours = hoursPerWeek(schedulesOf(one))[strategy] * WEEKS_PER_MONTH;
      // Functions that are due together are warmed by one run.
      runs = Math.max(runs, (hours * 60) / settings.everyMinutes);
      // Instances that are still warm from an earlier round are not pinged again.
      const pingedEveryMinutes = followsUse(one)
        ? Math.max(KEPT_MINUTES.few, settings.everyMinutes)
        : settings.everyMinutes;
      const perMonth = (hours * 60) / pingedEveryMinutes;
      const [least, most] = followsUse(one)
        ? [conditional.minimum, conditional.maximum]
        : [settings.concurrency, settings.concurrency];
      return costOf(one, perMonth, end === 0 ? least : most);
    });
    return { pings: sum(costs.map(({ pings }) => pings)), dollars: sum(costs.map(({ dollars }) => dollars)) };
  });
  const [least = { pings: 0, dollars: 0 }, most = least] = bounds;
  const own = runs * dollarsOf(WARMER_PRICE, RUN_SECONDS);
  return {
    what: strategy,
    pings: [least.pings, most.pings],
    dollars: runs > 0 ? [least.dollars + own, most.dollars + own] : [0, 0],
    eachTime: false,
  };
}

function preDeploymentCost(warmed: readonly WarmedFunction[]): StrategyCost {
  const costs = warmed.map((one) => {
    const { everySeconds, forMinutes, concurrency } = one.settings.preDeployment;
    return costOf(one, (forMinutes * 60) / everySeconds, concurrency);
  });
  const minutes = Math.max(0, ...warmed.map(({ settings }) => settings.preDeployment.forMinutes));
  const pings = sum(costs.map((cost) => cost.pings));
  const dollars = sum(costs.map((cost) => cost.dollars)) + minutes * 60 * WARMER_PRICE.perSecond;
  return { what: "before a deployment", pings: [pings, pings], dollars: [dollars, dollars], eachTime: true };
}

function costOf(
  { price, reservedConcurrency }: WarmedFunction,
  rounds: number,
  wanted: number,
): { pings: number; dollars: number } {
  const concurrency = pingable(wanted, reservedConcurrency);
  const pings = rounds * concurrency;
  return { pings, dollars: price ? pings * dollarsOf(price, holdMilliseconds(concurrency) / 1000) : 0 };
}

function dollarsOf({ perSecond, perRequest }: Price, seconds: number): number {
  return seconds * perSecond + perRequest;
}

function followsUse({ settings: { conditional, scheduled, peak } }: WarmedFunction): boolean {
  return conditional.enabled && (scheduled.enabled || peak.enabled);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
