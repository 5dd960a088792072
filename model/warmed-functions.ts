import { isAwaited } from "../environments/awaited";
import { isBundled } from "../environments/code";
import { canBeWarmed } from "../environments/durable";
import { formatDeployedName } from "../environments/names";
import { type Environment } from "../environments/schema";
import { hasKnownUsage, isPinged, type WarmingSettings, resolveWarmingSettings } from "../environments/warming";
import { type Price, type Strategy, type WarmingRequest, type WarmingTarget } from "../warming/contract";
import prices from "./prices.json";
import { type Schedules } from "./schedules";

/**
 * The warmer's own settings. It waits for answers most of the time, and a run over hundreds of instances takes some
 * memory.
 */
export const WARMER_SETTINGS = { memoryMb: 512, timeoutSeconds: 900, architecture: "arm64" } as const;

/** A function that is kept warm, deployed from here or elsewhere. */
export interface WarmedFunction {
  /** Its name in the environment's file. */
  readonly id: string;
  /** Its name in AWS. */
  readonly name: string;
  /** The alias that gets pings. */
  readonly qualifier: string;
  readonly settings: WarmingSettings;
  /** Whether each new version must answer before it gets traffic; only possible for functions deployed from here. */
  readonly isGated: boolean;
  /** Whether its code is not bundled from here, so that it may not know pings. */
  readonly mayIgnorePings: boolean;
  readonly reservedConcurrency: number | undefined;
  /** Price of its time; undefined for a function that is deployed elsewhere without its memory in the file. */
  readonly price: Price | undefined;
}

/** Every function of an environment that can be kept warm. A stopped or a durable one cannot. */
export function listWarmedFunctions(environment: Environment): WarmedFunction[] {
  const { name: environmentName, functions, existingFunctions } = environment;
  const deployed = Object.entries(functions)
    .filter(([, settings]) => canBeWarmed(settings))
    .map(([id, deployedSettings]) => {
      const { memoryMb, architecture, reservedConcurrency } = deployedSettings;
      const settings = resolveFunctionWarming(environment, id);
      return {
        id,
        name: formatDeployedName(environmentName, id),
        qualifier: "warm",
        settings,
        isGated: settings.gate.enabled,
        mayIgnorePings: !isBundled(deployedSettings),
        reservedConcurrency,
        price: priceFunctionTime(memoryMb, architecture),
      };
    });
  const existing = Object.entries(existingFunctions).flatMap(
    ([id, { functionName = id, warmingQualifier: qualifier, memoryMb }]) =>
      qualifier === undefined
        ? []
        : {
            id,
            name: functionName,
            qualifier,
            settings: resolveFunctionWarming(environment, id),
            isGated: false,
            mayIgnorePings: false,
            reservedConcurrency: undefined,
            price: memoryMb === undefined ? undefined : priceFunctionTime(memoryMb, "x86_64"),
          },
  );
  return [...deployed, ...existing];
}

/** Functions without pings only because nobody waits for their answers; by their names in the file. */
export function listUnawaitedFunctions(environment: Environment): string[] {
  const { warming, functions } = environment;
  return Object.entries(functions)
    .filter(([, settings]) => canBeWarmed(settings))
    .filter(([, settings]) => isPinged(resolveWarmingSettings(warming, settings.warming)))
    .flatMap(([id]) => (isPinged(resolveFunctionWarming(environment, id)) ? [] : [id]));
}

/** A function's warming settings, by its name in the file. */
export function resolveFunctionWarming(
  { warming, functions, existingFunctions }: Pick<Environment, "warming" | "functions" | "existingFunctions">,
  id: string,
): WarmingSettings {
  const { [id]: deployed } = functions;
  if (deployed) return resolveWarmingSettings(warming, deployed.warming, isAwaited(deployed));
  const { warming: own = {}, warmingQualifier } = existingFunctions[id] ?? {};
  const settings = resolveWarmingSettings(warming, own);
  return hasKnownUsage(warmingQualifier)
    ? settings
    : { ...settings, conditional: { ...settings.conditional, enabled: false } };
}

/** The price of a Lambda function's time: https://aws.amazon.com/lambda/pricing/ */
export function priceFunctionTime(memoryMb: number, architecture: "arm64" | "x86_64"): Price {
  const { perGigabyteSecond, perRequest } = prices.lambda;
  return { perSecond: (memoryMb / 1024) * perGigabyteSecond[architecture], perRequest };
}

/** Approximate duration of a run of the warmer, without its pings. */
const RUN_SECONDS = 0.2;

/** The warmer's own price. */
export const WARMER_PRICE = priceFunctionTime(WARMER_SETTINGS.memoryMb, WARMER_SETTINGS.architecture);

/**
 * Price of a run that a schedule starts, without its pings. EventBridge Scheduler starts it for free: an account has 14
 * million runs a month, as many as 300 warmers need that run every minute: https://aws.amazon.com/eventbridge/pricing/
 */
export const RUN_DOLLARS = RUN_SECONDS * WARMER_PRICE.perSecond + WARMER_PRICE.perRequest;

/** What the warmer gets as its input about a function. */
export function buildWarmingTarget(warmed: WarmedFunction, strategy: Strategy): WarmingTarget {
  const { name, qualifier, settings, reservedConcurrency, mayIgnorePings } = warmed;
  const { price = { perSecond: 0, perRequest: 0 } } = warmed;
  const { enabled, ...conditional } = settings.conditional;
  const followsUse = enabled && (strategy === "scheduled" || strategy === "peak");
  return {
    functionName: name,
    qualifier,
    concurrency: selectConcurrency(settings, strategy),
    ...(reservedConcurrency === undefined ? {} : { reservedConcurrency }),
    ...(mayIgnorePings ? { mayIgnorePings } : {}),
    ...(followsUse ? { conditional } : {}),
    price,
  };
}

/** The request to the warmer that proves a version before an alias points to it, so by its number. */
export function buildGateRequest(warmed: WarmedFunction, version: string): WarmingRequest {
  const target = { ...buildWarmingTarget(warmed, "gate"), qualifier: version, version };
  return { strategy: "gate", targets: [target], price: WARMER_PRICE };
}

function selectConcurrency({ scheduled, peak, preDeployment, gate }: WarmingSettings, strategy: Strategy): number {
  return { scheduled, peak, pre_deployment: preDeployment, gate }[strategy].concurrency;
}

/** The strategies that are switched on. */
export function selectSchedules({ settings: { scheduled, peak } }: Pick<WarmedFunction, "settings">): Schedules {
  return { scheduled: scheduled.enabled ? scheduled : undefined, peak: peak.enabled ? peak : undefined };
}
