import { makeUniform } from "./distribution";
import { Caller, type InstanceModel, InstancePool, type Routing, Served } from "./instances";
import { type Interval } from "./interval";
import { type Random, createRandom } from "./random";
import { type SeenLives, findSeenLives } from "./seen-lives";
import { inferRouting } from "./seen-routing";

/** What was logged of one function in one stretch of time, in the order of time. */
export interface LoggedRun {
  /** When requests came, from any beginning on. */
  readonly atSeconds: ArrayLike<number>;
  /** How long each was worked on, without its environment's start. */
  readonly workSeconds: ArrayLike<number>;
  readonly isCold: ArrayLike<boolean>;
  /**
   * Which environment answered, where the log names it: then the routing is seen and not guessed, and so is how long
   * environments stay at least.
   */
  readonly environments?: ArrayLike<string>;
  /**
   * The places of the requests with which parts begin, each as long as up to the next: the cold starts of each are
   * compared, which tells more than their sum. What is before the first only shows which environments there were. By
   * default one part, from the second request on: nobody knows what was there before the first.
   */
  readonly parts?: readonly number[];
}

/** Requests without what became of them; cold starts are those of all parts together. */
type Requests = Pick<LoggedRun, "atSeconds" | "workSeconds" | "parts">;

/** What is not documented of a platform, as one guess. */
export interface Mechanism {
  readonly routing: Routing;
  /** How long an environment stays while others are in use: everything between the two is as likely. */
  readonly idleLifeSeconds: Interval;
  /** How long they stay while none is in use: everything between the two is as likely. */
  readonly quietLifeSeconds: Interval;
  /** Everything between the two is as likely. */
  readonly lifeSpanSeconds: Interval;
}

/** Mechanisms that may have made what was logged, with how likely each is; together 1, the likeliest first. */
export interface Fit {
  readonly mechanisms: readonly { readonly mechanism: Mechanism; readonly weight: number }[];
  /**
   * By how much the predicted counts of cold starts differ from the logged ones, as a share of them: what the model
   * cannot explain.
   */
  readonly relativeError: number;
}

/**
 * What is to be expected where a log does not tell, in seconds; half as much or twice as much is one standard deviation
 * away.
 */
export interface Expectation {
  readonly idleLifeSeconds: number;
  readonly quietLifeSeconds: number;
  readonly lifeSpanSeconds: number;
}

/** What a fit may be given besides the log. */
export interface FitSettings {
  /** The same seed gives the same answer. */
  readonly seed?: number;
  /** Without it, a life of any length is as likely before the log is seen. */
  readonly expectation?: Expectation;
  /** Called with the share that is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** How many cold starts are to be expected. */
export interface Prediction {
  readonly coldStarts: number;
  /** With 95 % confidence. */
  readonly interval: Interval;
}

const ROUTINGS = ["newest-first", "oldest-first", "random"] as const;

/**
 * Few runs cannot tell how wide the ranges are. AWS's of 2020: 10.9 minutes after the last use some were there, after
 * 10.7 some were gone.
 */
const QUIET_LIFE_RATIO = 1.05;
const IDLE_LIFE_RATIO = 1.15;
const LIFE_SPAN_RATIO = 2;

/** How many times as long an environment stays while others are in use. */
const IDLE_TO_QUIET = [1, 1.5, 2, 3];

/** From two minutes to an hour without use and from a half hour to a day of life, first in coarse steps. */
const COARSE = { quietSeconds: [120, 3600], lifeSeconds: [1800, 86_400], step: 1.4 } as const;
/** Then around the best of the likeliest families, in finer ones. */
const FAMILIES = 4;
const FINE_STEPS = [1.1, 1.03];
const FINE_REACH = 3;

/** A mechanism less likely than the best by this factor is left out. */
const NEGLIGIBLE = 0.02;
const MOST_MECHANISMS = 60;
const REPETITIONS = 8;

const ALL_BUT_THE_FIRST: readonly number[] = [1];

/** Misfit of what is known not to be so: more than any counts make. */
const REFUTED = 1e6;

/**
 * What a count may differ without speaking against a mechanism: no model is exact, so more than chance alone would
 * allow.
 */
const VARIANCE = { count: 9, share: 0.07 };

/** Finds the mechanisms that make about as many cold starts in each part of each run as were logged. */
export function fitMechanism(runs: readonly LoggedRun[], { seed = 1, expectation, onProgress }: FitSettings = {}): Fit {
  if (runs.length === 0) throw new Error("A fit needs at least one run");
  const named = runs.flatMap(({ environments, ...run }) => (environments ? [{ ...run, environments }] : []));
  const lives = findSeenLives(named);
  let done = 0;
  const judge = (repetitions: number) => (mechanism: Mechanism) => {
    done += repetitions;
    onProgress?.(done / replays);
    const { misfit, ...one } = judgeMechanism(mechanism, runs, repetitions, seed);
    const refuted = isRefuted(mechanism, lives) ? REFUTED : 0;
    return { ...one, misfit: misfit + refuted + (expectation ? computeSurprise(mechanism, expectation) : 0) };
  };
  const seen = inferRouting(named);
  const routings = seen ? [seen] : ROUTINGS;
  const families = routings.flatMap((routing) => IDLE_TO_QUIET.map((idleToQuiet) => ({ routing, idleToQuiet })));
  const spans = listFactors(...COARSE.lifeSeconds, COARSE.step);
  const quiets = listFactors(...COARSE.quietSeconds, COARSE.step);
  const replays =
    families.length * quiets.length * spans.length +
    FAMILIES * FINE_STEPS.length * (2 * FINE_REACH + 1) ** 2 * REPETITIONS;
  const bests = families
    .map((family) => {
      const all = quiets.flatMap((quiet) => spans.map((life) => buildMechanism(family, quiet, life)));
      return { family, best: selectBest(all.map(judge(1))) };
    })
    .toSorted((a, b) => a.best.misfit - b.best.misfit);
  const all = bests.slice(0, FAMILIES).flatMap(({ family, best }) => {
    let finer: Judged[] = [best];
    for (const step of FINE_STEPS) {
      const { quietLifeSeconds, lifeSpanSeconds } = selectBest(finer).mechanism;
      const around = (value: number) => listFactors(value / step ** FINE_REACH, value * step ** FINE_REACH, step);
      const mechanisms = around(quietLifeSeconds.least).flatMap((quiet) =>
        around(lifeSpanSeconds.most).map((life) => buildMechanism(family, quiet, life)),
      );
      finer = mechanisms.map(judge(REPETITIONS));
    }
    return finer;
  });
  return weigh(all, runs);
}

/** How many cold starts these requests are going to have. */
export function predictColdStarts(fit: Fit, run: Requests, seed = 1): Prediction {
  const outcomes = fit.mechanisms.map(({ mechanism, weight }) => ({
    weight,
    counts: repeat(mechanism, run, REPETITIONS, seed).map(sum),
  }));
  const coldStarts = sum(outcomes.map(({ weight, counts }) => weight * mean(counts)));
  const variance = sum(
    outcomes.map(({ weight, counts }) => weight * mean(counts.map((count) => (count - coldStarts) ** 2))),
  );
  const distance = 1.96 * Math.sqrt(variance + (fit.relativeError * coldStarts) ** 2);
  return { coldStarts, interval: { least: Math.max(0, coldStarts - distance), most: coldStarts + distance } };
}

/** A mechanism as a simulation takes it. */
export function buildModel(mechanism: Mechanism, rest: Omit<InstanceModel, keyof Mechanism>): InstanceModel {
  const { routing, idleLifeSeconds, quietLifeSeconds, lifeSpanSeconds } = mechanism;
  return {
    ...rest,
    routing,
    idleLifeSeconds: makeUniform(idleLifeSeconds.least, idleLifeSeconds.most),
    quietLifeSeconds: makeUniform(quietLifeSeconds.least, quietLifeSeconds.most),
    lifeSpanSeconds: makeUniform(lifeSpanSeconds.least, lifeSpanSeconds.most),
  };
}

interface Judged {
  readonly mechanism: Mechanism;
  /** Mean counts of cold starts, by the runs' parts. */
  readonly counts: readonly number[];
  readonly misfit: number;
}

/** What cannot be searched in steps. */
interface Family {
  readonly routing: Routing;
  readonly idleToQuiet: number;
}

function buildMechanism({ routing, idleToQuiet }: Family, quietSeconds: number, lifeSeconds: number): Mechanism {
  const idleSeconds = quietSeconds * idleToQuiet;
  return {
    routing,
    idleLifeSeconds: { least: idleSeconds, most: idleSeconds * IDLE_LIFE_RATIO },
    quietLifeSeconds: { least: quietSeconds, most: quietSeconds * QUIET_LIFE_RATIO },
    lifeSpanSeconds: { least: lifeSeconds / LIFE_SPAN_RATIO, most: lifeSeconds },
  };
}

function listFactors(from: number, to: number, factor: number): number[] {
  const count = Math.round(Math.log(to / from) / Math.log(factor));
  return Array.from({ length: count + 1 }, (_, index) => from * factor ** index);
}

function judgeMechanism(mechanism: Mechanism, runs: readonly LoggedRun[], repetitions: number, seed: number): Judged {
  const counts = runs.flatMap((run) => {
    const all = repeat(mechanism, run, repetitions, seed);
    return (run.parts ?? ALL_BUT_THE_FIRST).map((_, part) => mean(all.map((counted) => counted[part] ?? 0)));
  });
  const misfit = sum(
    countLogged(runs).map(
      (logged, index) => ((counts[index] ?? 0) - logged) ** 2 / (VARIANCE.count + (VARIANCE.share * logged) ** 2),
    ),
  );
  return { mechanism, counts, misfit };
}

/** Whether environments stayed longer than that. */
function isRefuted(
  { idleLifeSeconds, quietLifeSeconds, lifeSpanSeconds }: Mechanism,
  { idleSeconds, quietSeconds, lifeSeconds }: SeenLives,
): boolean {
  return (
    idleLifeSeconds.most < idleSeconds || quietLifeSeconds.most < quietSeconds || lifeSpanSeconds.most < lifeSeconds
  );
}

/** Squares of how far lives are from what is expected, in standard deviations. */
function computeSurprise(mechanism: Mechanism, expectation: Expectation): number {
  const lives = ["idleLifeSeconds", "quietLifeSeconds", "lifeSpanSeconds"] as const;
  return sum(
    lives.map((life) => Math.log2((mechanism[life].least + mechanism[life].most) / 2 / expectation[life]) ** 2),
  );
}

function selectBest(all: readonly Judged[]): Judged {
  return all.reduce((best, one) => (one.misfit < best.misfit ? one : best));
}

function weigh(all: readonly Judged[], runs: readonly LoggedRun[]): Fit {
  const least = selectBest(all).misfit;
  const likely = all
    .map((one) => ({ ...one, likelihood: Math.exp((least - one.misfit) / 2) }))
    .filter(({ likelihood }) => likelihood > NEGLIGIBLE)
    .toSorted((a, b) => b.likelihood - a.likelihood)
    .slice(0, MOST_MECHANISMS);
  const total = sum(likely.map(({ likelihood }) => likelihood));
  const errors = countLogged(runs).map((logged, index) => {
    const predicted = sum(likely.map(({ counts, likelihood }) => (likelihood * (counts[index] ?? 0)) / total));
    return ((predicted - logged) / Math.max(1, logged)) ** 2;
  });
  return {
    mechanisms: likely.map(({ mechanism, likelihood }) => ({ mechanism, weight: likelihood / total })),
    relativeError: Math.sqrt(mean(errors)),
  };
}

function repeat(mechanism: Mechanism, run: Requests, repetitions: number, seed: number): number[][] {
  return Array.from({ length: repetitions }, (_, repetition) => replay(mechanism, run, createRandom(seed, repetition)));
}

/** Cold starts by part. */
function replay(
  mechanism: Mechanism,
  { atSeconds, workSeconds, parts = ALL_BUT_THE_FIRST }: Requests,
  random: Random,
): number[] {
  // How long a start takes hardly changes how many there are.
  const environments = new InstancePool(buildModel(mechanism, { initSeconds: { kind: "fixed", value: 0.3 } }), random);
  return countByPart(parts, atSeconds.length, (index) => {
    const at = atSeconds[index] ?? 0;
    environments.advance(at);
    return environments.serve(at, workSeconds[index] ?? 0, Caller.Request) === Served.Cold;
  });
}

function countLogged(runs: readonly LoggedRun[]): number[] {
  return runs.flatMap(({ isCold, parts = ALL_BUT_THE_FIRST }) =>
    countByPart(parts, isCold.length, (index) => isCold[index] === true),
  );
}

function countByPart(parts: readonly number[], requests: number, isCold: (index: number) => boolean): number[] {
  const counts = parts.map(() => 0);
  let part = -1;
  for (let index = 0; index < requests; index++) {
    while ((parts[part + 1] ?? requests) <= index) part++;
    if (isCold(index) && part >= 0) counts[part] = (counts[part] ?? 0) + 1;
  }
  return counts;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
