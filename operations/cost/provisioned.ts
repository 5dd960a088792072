import { type Environment } from "../../environments/schema";
import prices from "../../model/prices.json";
import { countHoursPerWeek } from "../../model/schedules";
import { selectSchedules, type WarmedFunction, listWarmedFunctions } from "../../model/warmed-functions";
import { type CostLine, makeExactRange, type CostRange } from "./cost-report";
import { HOURS_PER_MONTH } from "../../model/hours-per-month";

const HOURS_PER_WEEK = 7 * 24;

/** A function's use of provisioned concurrency. */
export interface ProvisionedUse {
  /** Number of instances; undefined to use the file's number. */
  readonly instances?: number | undefined;
  /** Users' requests in a month, which are cheaper on such instances. */
  readonly gigabyteSeconds?: number | undefined;
}

/**
 * The cost of a function's instances as provisioned concurrency: always, and only in the peak. While it is on, AWS
 * charges every GB-second: https://aws.amazon.com/lambda/pricing/
 *
 * @param id the function's name in the environment's file
 * @returns no lines, and the reason, for a function without this alternative
 */
export function priceProvisioned(
  environment: Environment,
  id: string,
  { instances, gigabyteSeconds = 0 }: ProvisionedUse = {},
): { readonly lines: CostLine[]; readonly note?: string } {
  const one = listWarmedFunctions(environment).find((warmed) => warmed.id === id);
  if (!one) return { lines: [] };
  const size = findFunctionSize(environment, id);
  if (!size)
    return {
      lines: [],
      note: `${id}: its memory is unknown, so neither pings nor instances have a price: set memory_mb`,
    };
  const { scheduled, peak } = one.settings;
  const inPeak = countInstances(one, peak.enabled ? [peak.concurrency] : [], instances);
  const always = countInstances(
    one,
    [scheduled, peak].filter(({ enabled }) => enabled).map(({ concurrency }) => concurrency),
    instances,
  );
  const line = (what: string, count: CostRange, hours: number): CostLine => ({
    what,
    count,
    unit: "instances",
    dollars: priceInstances(count, { ...size, hours, gigabyteSeconds }),
  });
  const peakHours = (countHoursPerWeek(selectSchedules(one)).peak / HOURS_PER_WEEK) * HOURS_PER_MONTH;
  return {
    lines: [
      ...(always[1] > 0 ? [line("always", always, HOURS_PER_MONTH)] : []),
      ...(inPeak[1] > 0 ? [line("in the peak only", inPeak, peakHours)] : []),
    ],
  };
}

interface Size {
  readonly gigabytes: number;
  readonly architecture: "arm64" | "x86_64";
}

/**
 * The size of a function, if the file has it; a function deployed elsewhere is assumed to use x86_64, which costs more.
 */
export function findFunctionSize({ functions, existingFunctions }: Environment, id: string): Size | undefined {
  const { [id]: deployed } = functions;
  const { [id]: existing } = existingFunctions;
  const memoryMb = deployed?.memoryMb ?? existing?.memoryMb;
  return memoryMb === undefined
    ? undefined
    : { gigabytes: memoryMb / 1024, architecture: deployed?.architecture ?? "x86_64" };
}

function countInstances(
  { settings: { conditional } }: WarmedFunction,
  fixed: readonly number[],
  measured: number | undefined,
): CostRange {
  if (fixed.length === 0) return makeExactRange(0);
  if (measured !== undefined) return makeExactRange(measured);
  return conditional.enabled ? [conditional.minimum, conditional.maximum] : makeExactRange(Math.max(...fixed));
}

/** The minimum is with all requests on these instances, as far as their time allows. */
function priceInstances(
  instances: CostRange,
  {
    gigabytes,
    architecture,
    hours,
    gigabyteSeconds,
  }: Size & { readonly hours: number; readonly gigabyteSeconds: number },
): CostRange {
  const { perGigabyteSecond, provisioned } = prices.lambda;
  const perWork = perGigabyteSecond[architecture] - provisioned.workPerGigabyteSecond[architecture];
  const [least, most] = instances.map((count) => {
    const capacity = count * gigabytes * hours * 3600;
    const dollars = capacity * provisioned.perGigabyteSecond[architecture];
    return { dollars, saved: Math.min(gigabyteSeconds, capacity) * perWork };
  });
  return [(least?.dollars ?? 0) - (least?.saved ?? 0), most?.dollars ?? 0];
}
