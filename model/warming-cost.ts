import { type Environment } from "../environments/schema";
import { type Price } from "../warming/contract";
import { KEPT_MINUTES } from "../warming/recent-rounds";
import { countPingable } from "../warming/demand";
import { computeHold } from "../warming/hold";
import { HOURS_PER_MONTH } from "./hours-per-month";
import prices from "./prices.json";
import { countUsageReadings } from "./usage-reading";
import { countHoursPerWeek } from "./schedules";
import {
  RUN_DOLLARS,
  selectSchedules,
  type WarmedFunction,
  listWarmedFunctions,
  WARMER_PRICE,
} from "./warmed-functions";

const WEEKS_PER_MONTH = HOURS_PER_MONTH / (7 * 24);

/** One strategy's work in a month, for all functions of an environment. */
export interface StrategyCost {
  /** Its display name. */
  readonly what: string;
  /** Minimum to maximum: with conditional warming, usage decides. */
  readonly pings: readonly [least: number, most: number];
  readonly dollars: readonly [least: number, most: number];
  /** Whether the cost is per use instead of per month. */
  readonly eachTime: boolean;
}

/**
 * Cost of keeping one function warm: the time and number of its pings, and reading its usage. It leaves out cold starts
 * that pings cause, and the free tier.
 */
export function priceFunctionWarming(one: WarmedFunction): StrategyCost[] {
  const { conditional, preDeployment } = one.settings;
  const byClock = (["scheduled", "peak"] as const).map((strategy) => {
    const { everyMinutes, concurrency } = one.settings[strategy];
    // Instances that are still warm from an earlier round get no further pings.
    const pingedEveryMinutes = followsUse(one) ? Math.max(KEPT_MINUTES.few, everyMinutes) : everyMinutes;
    const rounds = minutesPerMonth(one, strategy) / pingedEveryMinutes;
    const range = followsUse(one) ? [conditional.minimum, conditional.maximum] : [concurrency, concurrency];
    const [least = NOTHING, most = least] = range.map((wanted) => priceRounds(one, rounds, wanted));
    return toCost(strategy, [least.pings, most.pings], [least.dollars, most.dollars]);
  });
  const metricsRead = followsUse(one) ? countUsageReadings(conditional.readEveryMinutes) : 0;
  const reading = metricsRead * prices.perMetricRead;
  const { everySeconds, forMinutes, concurrency } = preDeployment;
  const { pings, dollars } = priceRounds(one, (forMinutes * 60) / everySeconds, concurrency);
  return [
    ...byClock,
    toCost("reading usage", [0, 0], [reading, reading]),
    { ...toCost("before a deployment", [pings, pings], [dollars, dollars]), eachTime: true },
  ];
}

/** Cost of the warmer's own runs. One run warms all functions that are due at the same time. */
export function priceWarmerRuns(warmed: readonly WarmedFunction[]): StrategyCost[] {
  const byClock = (["scheduled", "peak"] as const).map((strategy) => {
    const runs = warmed.map((one) => minutesPerMonth(one, strategy) / one.settings[strategy].everyMinutes);
    const dollars = Math.max(0, ...runs) * RUN_DOLLARS;
    return toCost(strategy, [0, 0], [dollars, dollars]);
  });
  const minutes = Math.max(0, ...warmed.map(({ settings }) => settings.preDeployment.forMinutes));
  const dollars = minutes * 60 * WARMER_PRICE.perSecond;
  return [...byClock, { ...toCost("before a deployment", [0, 0], [dollars, dollars]), eachTime: true }];
}

/** Cost of keeping all functions of an environment warm, by strategy. */
export function priceWarming(environment: Environment): StrategyCost[] {
  const warmed = listWarmedFunctions(environment);
  const strategies = new Map<string, StrategyCost>();
  for (const cost of [...warmed.flatMap(priceFunctionWarming), ...priceWarmerRuns(warmed)]) {
    const { pings, dollars } = strategies.get(cost.what) ?? toCost(cost.what, [0, 0], [0, 0]);
    strategies.set(cost.what, { ...cost, pings: plus(pings, cost.pings), dollars: plus(dollars, cost.dollars) });
  }
  return [...strategies.values()].filter(({ dollars: [, most] }) => most > 0);
}

const NOTHING = { pings: 0, dollars: 0 };

function toCost(what: string, pings: StrategyCost["pings"], dollars: StrategyCost["dollars"]): StrategyCost {
  return { what, pings, dollars, eachTime: false };
}

function plus(one: StrategyCost["pings"], other: StrategyCost["pings"]): StrategyCost["pings"] {
  return [one[0] + other[0], one[1] + other[1]];
}

/** Minutes of a month during which a strategy warms. */
function minutesPerMonth(one: WarmedFunction, strategy: "scheduled" | "peak"): number {
  return countHoursPerWeek(selectSchedules(one))[strategy] * WEEKS_PER_MONTH * 60;
}

function priceRounds(
  { price, reservedConcurrency }: WarmedFunction,
  rounds: number,
  wanted: number,
): { pings: number; dollars: number } {
  const concurrency = countPingable(wanted, reservedConcurrency);
  const pings = rounds * concurrency;
  return { pings, dollars: price ? pings * priceInvocation(price, computeHold(concurrency) / 1000) : 0 };
}

function priceInvocation({ perSecond, perRequest }: Price, seconds: number): number {
  return seconds * perSecond + perRequest;
}

function followsUse({ settings: { conditional, scheduled, peak } }: WarmedFunction): boolean {
  return conditional.enabled && (scheduled.enabled || peak.enabled);
}
