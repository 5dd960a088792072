import { type Environment } from "../environments/schema";
import { priceFunctionTime, type WarmedFunction, listWarmedFunctions } from "./warmed-functions";
import { type WatchedFunction, listWatchedFunctions } from "./watched-function";

/** A function that is reported on. */
export interface MeasuredFunction {
  readonly watched: WatchedFunction;
  /** Undefined where the warmer sends it no pings. */
  readonly warmed: WarmedFunction | undefined;
  /** What a second with a gigabyte of memory costs, in dollars. */
  readonly perGigabyteSecond: number;
}

const GIGABYTE_MB = 1024;

/** Every function of an environment. */
export function listMeasuredFunctions(environment: Environment): MeasuredFunction[] {
  const warmed = new Map(listWarmedFunctions(environment).map((one) => [one.id, one]));
  return listWatchedFunctions(environment).map((watched) => ({
    watched,
    warmed: warmed.get(watched.id),
    // What is deployed elsewhere does not say its processor: x86_64 is the dearer one, and Lambda's default.
    perGigabyteSecond: priceFunctionTime(GIGABYTE_MB, environment.functions[watched.id]?.architecture ?? "x86_64")
      .perSecond,
  }));
}
