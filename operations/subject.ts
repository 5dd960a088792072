import { type Environment } from "../environments/schema";
import { priceOf, type WarmedFunction, warmedFunctions } from "../model/warmed-functions";
import { type WatchedFunction, watchedFunctions } from "../model/watched-function";

/** A function that is reported on. */
export interface Subject {
  readonly watched: WatchedFunction;
  /** Undefined where the warmer sends it no pings. */
  readonly warmed: WarmedFunction | undefined;
  /** What a second with a gigabyte of memory costs, in dollars. */
  readonly perGigabyteSecond: number;
}

const GIGABYTE_MB = 1024;

/** Every function of an environment. */
export function subjectsOf(environment: Environment): Subject[] {
  const warmed = new Map(warmedFunctions(environment).map((one) => [one.id, one]));
  return watchedFunctions(environment).map((watched) => ({
    watched,
    warmed: warmed.get(watched.id),
    // What is deployed elsewhere does not say its processor: x86_64 is the dearer one, and Lambda's default.
    perGigabyteSecond: priceOf(GIGABYTE_MB, environment.functions[watched.id]?.architecture ?? "x86_64").perSecond,
  }));
}
