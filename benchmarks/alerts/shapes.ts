import { computeSeed, createRandom, type Random } from "../../advisor/random";
import { readAzureFunctions } from "../advisor/traces";
import { drawLogUniform, drawOne } from "./draws";

/** Minutes of a simulated month. */
export const MONTH_MINUTES = 30 * 1440;

/** How often a function is called: expected requests in each minute of a month. */
export interface Shape {
  readonly name: string;
  readonly rates: Float64Array;
}

/** Traffic by requests a day, from `from` up to but not including `to`. */
export interface TrafficClass {
  readonly title: string;
  readonly from: number;
  readonly to: number;
}

const FEWEST_A_DAY = 20;

/** From 20 requests a day to several million; as many functions in each. */
export const TRAFFIC_CLASSES: readonly TrafficClass[] = [
  { title: "20 to 100", from: FEWEST_A_DAY, to: 100 },
  { title: "100 to 1,000", from: 100, to: 1000 },
  { title: "1,000 to 10,000", from: 1000, to: 10_000 },
  { title: "10,000 to 100,000", from: 10_000, to: 100_000 },
  { title: "100,000 to a million", from: 100_000, to: 1_000_000 },
  { title: "more than a million", from: 1_000_000, to: 5_000_000 },
];

const DAY = 1440;
const HOUR = 60;
/** A trace of few requests becomes a busy function of the same rhythm if its requests are spread over this time. */
const SPREAD_MINUTES = 15;

/** The folders of recorded functions. */
export const TRACES = ["azure-14-days", "azure-single-day"];

type Draw = (random: Random) => (minute: number) => number;

const isWeekend = (minute: number) => Math.floor(minute / DAY) % 7 >= 5;
const hourOf = (minute: number) => (minute % DAY) / HOUR;

/** The kinds of generated traffic, without their volume. A month begins on a Monday. */
const KINDS: Readonly<Record<string, Draw>> = {
  diurnal: (random) => {
    const peak = 24 * random();
    const depth = 0.3 + 0.65 * random();
    return (minute) => 1 + depth * Math.cos((2 * Math.PI * (hourOf(minute) - peak)) / 24);
  },
  weekly: (random) => {
    const opens = 6 + 4 * random();
    const closes = opens + 8 + 3 * random();
    const rest = 0.02 + 0.1 * random();
    return (minute) => (!isWeekend(minute) && hourOf(minute) >= opens && hourOf(minute) < closes ? 1 : rest);
  },
  bursts: (random) => {
    const bursts = new Float64Array(MONTH_MINUTES);
    for (let at = 0; at < MONTH_MINUTES; at += drawLogUniform(random, 60, 1200)) {
      const size = drawLogUniform(random, 5, 40);
      bursts.fill(size, Math.floor(at), Math.floor(at + drawLogUniform(random, 2, 30)));
    }
    return (minute) => 1 + (bursts[minute] ?? 0);
  },
  timers: (random) => {
    const every = drawOne(random, [1, 5, 15, 60]);
    return (minute) => (minute % every === 0 ? 1 : 0);
  },
  queues: (random) => {
    const waiting = new Float64Array(MONTH_MINUTES);
    for (let at = 0; at < MONTH_MINUTES; at += drawLogUniform(random, 10, 240)) {
      const batch = drawLogUniform(random, 1, 50);
      const minutes = drawLogUniform(random, 1, 20);
      for (let after = 0; after < minutes; after++) {
        const minute = Math.floor(at + after);
        waiting[minute] = (waiting[minute] ?? 0) + batch / minutes;
      }
    }
    return (minute) => waiting[minute] ?? 0;
  },
  "quiet nights": (random) => {
    const wakes = 5 + 3 * random();
    const sleeps = 20 + 3 * random();
    return (minute) => (hourOf(minute) >= wakes && hourOf(minute) < sleeps ? (isWeekend(minute) ? 0.6 : 1) : 0);
  },
};

/** So many generated functions in each class of traffic. */
export function generateShapes(perClass: number, seed: number): Shape[] {
  const kinds = Object.entries(KINDS);
  return TRAFFIC_CLASSES.flatMap(({ from, to }, row) =>
    Array.from({ length: perClass }, (_, index): Shape => {
      const [kind, draw] = kinds[index % kinds.length] ?? ["diurnal", () => () => 1];
      const random = createRandom(seed, row, index);
      const valueAt = draw(random);
      const rates = Float64Array.from({ length: MONTH_MINUTES }, (_, minute) => valueAt(minute));
      return { name: `${kind} ${row}.${index}`, rates: scaleTo(rates, drawLogUniform(random, from, to)) };
    }),
  );
}

/**
 * So many functions in each class of traffic, from recorded ones: their days are repeated until they fill a month. The
 * data has no function of many requests: for these, recorded ones are scaled, with each request spread over some time.
 */
export function readShapes(folder: string, perClass: number, seed: number): Shape[] {
  const recorded = TRACES.flatMap((name) => readAzureFunctions(folder, name));
  const known = recorded.map(({ name, counts }) => ({
    name,
    counts,
    aDay: computeSum(counts) / (counts.length / DAY),
  }));
  return TRAFFIC_CLASSES.flatMap(({ from, to }, row): Shape[] => {
    const random = createRandom(seed, row, computeSeed("traces"));
    const own = shuffle(
      known.filter(({ aDay }) => aDay >= from && aDay < to),
      random,
    ).slice(0, perClass);
    const scaled = shuffle(
      known.filter(({ aDay }) => aDay >= FEWEST_A_DAY && aDay < from),
      random,
    ).slice(0, perClass - own.length);
    return [
      ...own.map(({ name, counts }) => ({ name: `${name} ${row}`, rates: repeatDays(counts) })),
      ...scaled.map(({ name, counts }) => ({
        name: `${name} ${row} scaled`,
        rates: scaleTo(spread(repeatDays(counts)), drawLogUniform(random, from, to)),
      })),
    ];
  });
}

function repeatDays(counts: readonly number[]): Float64Array {
  return Float64Array.from({ length: MONTH_MINUTES }, (_, minute) => counts[minute % counts.length] ?? 0);
}

function spread(rates: Float64Array): Float64Array {
  let within = 0;
  return rates.map((rate, minute) => (within += rate - (rates[minute - SPREAD_MINUTES] ?? 0)) / SPREAD_MINUTES);
}

function scaleTo(rates: Float64Array, requestsADay: number): Float64Array {
  const factor = (30 * requestsADay) / computeSum(rates);
  return rates.map((rate) => rate * factor);
}

function computeSum(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function shuffle<One>(all: readonly One[], random: Random): One[] {
  return all
    .map((one) => [random(), one] as const)
    .sort(([a], [b]) => a - b)
    .map(([, one]) => one);
}
