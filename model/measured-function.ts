import { type Environment } from "../environments/schema";
import { priceFunctionTime, type WarmedFunction, listWarmedFunctions } from "./warmed-functions";
import { type WatchedFunction, listWatchedFunctions } from "./watched-function";

/** A function in a report. */
export interface MeasuredFunction {
  readonly watched: WatchedFunction;
  /** Undefined if the warmer does not ping it. */
  readonly warmed: WarmedFunction | undefined;
  /** Price of a second with a gigabyte of memory, in dollars. */
  readonly perGigabyteSecond: number;
}

const GIGABYTE_MB = 1024;

/** Every function of an environment. */
export function listMeasuredFunctions(environment: Environment): MeasuredFunction[] {
  const warmed = new Map(listWarmedFunctions(environment).map((one) => [one.id, one]));
  return listWatchedFunctions(environment).map((watched) => ({
    watched,
    warmed: warmed.get(watched.id),
    // The processor of a function deployed elsewhere is unknown. x86_64 is more expensive, and Lambda's default.
    perGigabyteSecond: priceFunctionTime(GIGABYTE_MB, environment.functions[watched.id]?.architecture ?? "x86_64")
      .perSecond,
  }));
}
