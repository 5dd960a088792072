import { type Random } from "../../advisor/random";

/** From here on, a normal distribution is close enough, and takes the same time for every mean. */
const NORMAL_FROM = 30;

/** A number of independent events of which this many are expected. */
export function drawPoisson(random: Random, mean: number): number {
  if (mean <= 0) return 0;
  if (mean >= NORMAL_FROM) return Math.max(0, Math.round(mean + Math.sqrt(mean) * drawNormal(random)));
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count++;
  return count;
}

/** How many of a number of requests have something that each has with the given probability. */
export function drawBinomial(random: Random, of: number, probability: number): number {
  if (of === 0 || probability <= 0) return 0;
  if (probability >= 1) return of;
  const mean = of * probability;
  if (of > NORMAL_FROM && mean < NORMAL_FROM && probability < 0.1) return Math.min(of, drawPoisson(random, mean));
  if (of > NORMAL_FROM) {
    const drawn = Math.round(mean + Math.sqrt(mean * (1 - probability)) * drawNormal(random));
    return Math.min(of, Math.max(0, drawn));
  }
  let count = 0;
  for (let one = 0; one < of; one++) if (random() < probability) count++;
  return count;
}

/** A number between two others, such that each factor is as likely as every other. */
export function drawLogUniform(random: Random, from: number, to: number): number {
  return from * (to / from) ** random();
}

/** One of several, each as likely as the others. */
export function drawOne<One>(random: Random, from: readonly [One, ...One[]]): One {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

/** Of the standard normal distribution. */
export function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
