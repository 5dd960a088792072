import { makeUniform } from "./distribution";
import { Caller, type InstanceModel, InstancePool, type Routing, Served } from "./instances";
import { type Interval } from "./interval";
import { type Random, createRandom } from "./random";
import { type SeenLives, findSeenLives } from "./seen-lives";
import { inferRouting } from "./seen-routing";

/** Log records of one function in one period, in chronological order. */
export interface LoggedRun {
  /** Arrival times of requests, from any starting point. */
  readonly atSeconds: ArrayLike<number>;
  /** Duration of each, without its instance's start. */
  readonly workSeconds: ArrayLike<number>;
  readonly isCold: ArrayLike<boolean>;
  /**
   * The instance that answered, if the log names it: the routing and the minimum lives of instances are then observed
   * instead of guessed.
   */
  readonly instances?: ArrayLike<string>;
  /**
   * Indexes of the requests with which parts begin; each part ends where the next one begins. The cold starts of each
   * part are compared, which shows more than their sum. Requests before the first part only show which instances
   * existed. By default there is one part, from the second request on, because it is unknown which instances existed
   * before the first.
   */
  readonly parts?: readonly number[];
}

/** Requests without their outcomes; cold starts are those of all parts together. */
type Requests = Pick<LoggedRun, "atSeconds" | "workSeconds" | "parts">;

/** One guess about a platform's undocumented behavior. */
export interface Mechanism {
  readonly routing: Routing;
  /** Idle life of an instance while others are in use: all values between the two are equally likely. */
  readonly idleLifeSeconds: Interval;
  /** Idle life of all instances while none is in use: all values between the two are equally likely. */
  readonly quietLifeSeconds: Interval;
  /** All values between the two are equally likely. */
  readonly lifeSpanSeconds: Interval;
}

/** Mechanisms that may explain the log, with their probabilities, which sum to 1; most likely first. */
export interface Fit {
  readonly mechanisms: readonly { readonly mechanism: Mechanism; readonly weight: number }[];
  /**
   * Difference between predicted and logged counts of cold starts, as a share of the logged ones: what the model cannot
   * explain.
   */
  readonly relativeError: number;
}

/** Prior values for what a log does not show, in seconds; half or twice a value is one standard deviation away. */
export interface Expectation {
  readonly idleLifeSeconds: number;
  readonly quietLifeSeconds: number;
  readonly lifeSpanSeconds: number;
}

/** Options of a fit. */
export interface FitSettings {
  /** The same seed gives the same answer. */
  readonly seed?: number;
  /** Without it, all lives are equally likely a priori. */
  readonly expectation?: Expectation;
  /** Called with the finished share, from 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Expected number of cold starts. */
export interface Prediction {
  readonly coldStarts: number;
  /** With 95 % confidence. */
  readonly interval: Interval;
}

const ROUTINGS = ["newest-first", "oldest-first", "random"] as const;

/**
 * A few runs do not show how wide the ranges are. In AWS's runs of 2020, some instances were alive 10.9 minutes after
 * the last use, and some had ended after 10.7.
 */
const QUIET_LIFE_RATIO = 1.05;
const IDLE_LIFE_RATIO = 1.15;
const LIFE_SPAN_RATIO = 2;

/** Factor by which an instance lives longer while others are in use. */
const IDLE_TO_QUIET = [1, 1.5, 2, 3];

/** From two minutes to an hour of idle life, and from half an hour to a day of life span, first in coarse steps. */
const COARSE = { quietSeconds: [120, 3600], lifeSeconds: [1800, 86_400], step: 1.4 } as const;
/** Then in finer steps around the best of the most likely families. */
const FAMILIES = 4;
const FINE_STEPS = [1.1, 1.03];
const FINE_REACH = 3;

/** Mechanisms that are less likely than the best by this factor are left out. */
const NEGLIGIBLE = 0.02;
const MOST_MECHANISMS = 60;
const REPETITIONS = 8;

const ALL_BUT_THE_FIRST: readonly number[] = [1];

/** Misfit of mechanisms that are known to be wrong: more than counts can cause. */
const REFUTED = 1e6;

/**
 * Allowed difference of a count before it counts against a mechanism: more than chance alone would allow, because no
 * model is exact.
 */
const VARIANCE = { count: 9, share: 0.07 };

/** Finds the mechanisms that produce about as many cold starts in each part of each run as were logged. */
export function fitMechanism(runs: readonly LoggedRun[], { seed = 1, expectation, onProgress }: FitSettings = {}): Fit {
  if (runs.length === 0) throw new Error("A fit needs at least one run");
  const named = runs.flatMap(({ instances, ...run }) => (instances ? [{ ...run, instances }] : []));
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

/** Predicts how many cold starts these requests will have. */
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

/** A mechanism in the form that a simulation uses. */
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

/** Parameters that cannot be searched in steps. */
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

/** Whether instances are known to have lived longer than that. */
function isRefuted(
  { idleLifeSeconds, quietLifeSeconds, lifeSpanSeconds }: Mechanism,
  { idleSeconds, quietSeconds, lifeSeconds }: SeenLives,
): boolean {
  return (
    idleLifeSeconds.most < idleSeconds || quietLifeSeconds.most < quietSeconds || lifeSpanSeconds.most < lifeSeconds
  );
}

/** Squared distances of lives from their prior values, in standard deviations. */
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
  // The duration of a start hardly changes the number of starts.
  const instances = new InstancePool(buildModel(mechanism, { initSeconds: { kind: "fixed", value: 0.3 } }), random);
  return countByPart(parts, atSeconds.length, (index) => {
    const at = atSeconds[index] ?? 0;
    instances.advance(at);
    return instances.serve(at, workSeconds[index] ?? 0, Caller.Request) === Served.Cold;
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
