import { randomUUID } from "node:crypto";
import { findEnvironment } from "../../environments/load";
import { show, InvalidInput } from "../../environments/mistakes";
import { formatDefaultLogGroup, formatDeployedName, WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type WarmingRequest } from "../../warming/contract";
import {
  buildWarmingTarget,
  type WarmedFunction,
  listWarmedFunctions,
  WARMER_PRICE,
} from "../../model/warmed-functions";

/** The request to the warmer for one run. */
export type RunRequest = WarmingRequest & Required<Pick<WarmingRequest, "runId" | "rounds">>;

/** What will be warmed, and by which warmer. */
export interface WarmingPlan {
  readonly environment: string;
  readonly region: string;
  /** The warmer's name in AWS. */
  readonly warmer: string;
  readonly logGroup: string;
  /** One run for all functions with the same rounds. */
  readonly runs: readonly RunRequest[];
  /** The functions with an unknown price, by their names in AWS. */
  readonly unpriced: readonly string[];
}

/** The functions to warm, and how. */
export interface WarmingArguments {
  readonly environment: string;
  /** Their names in the environment's file; if empty, all functions that can be kept warm. */
  readonly functions: readonly string[];
  /** Continues even if the instances are already proven warm. */
  readonly fullTime: boolean;
}

/**
 * Builds the requests to the warmer.
 *
 * @throws InvalidInput if there is no such environment or function
 */
export function planWarming(environments: readonly Environment[], wish: WarmingArguments): WarmingPlan {
  const environment = findEnvironment(wish.environment, environments);
  const chosen = findFunctions(wish.functions, environment);
  const warmer = formatDeployedName(environment.name, WARMER);
  return {
    environment: environment.name,
    region: environment.region,
    warmer,
    logGroup: formatDefaultLogGroup(warmer),
    runs: groupByRounds(chosen).map((group) => buildRequest(group, wish.fullTime)),
    unpriced: chosen.filter(({ price }) => price === undefined).map(({ name }) => name),
  };
}

function findFunctions(names: readonly string[], environment: Environment): WarmedFunction[] {
  const file = `environments/${environment.name}.tfvars`;
  const warmed = listWarmedFunctions(environment);
  if (warmed.length === 0) {
    throw new InvalidInput([{ file, message: "functions: expected one that can be kept warm, found none" }]);
  }
  const known = warmed.map(({ id }) => id);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new InvalidInput(
      unknown.map((name) => ({
        file,
        message: `there is no function ${show(name)} that can be kept warm; available: ${known.join(", ")}`,
      })),
    );
  }
  return names.length === 0 ? warmed : warmed.filter(({ id }) => names.includes(id));
}

/** A run has the same rounds for all its targets. */
function groupByRounds(chosen: readonly WarmedFunction[]): [WarmedFunction, ...WarmedFunction[]][] {
  const groups = new Map<string, [WarmedFunction, ...WarmedFunction[]]>();
  for (const one of chosen) {
    const { everySeconds, forMinutes } = one.settings.preDeployment;
    const key = `${everySeconds} ${forMinutes}`;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups.values()];
}

function buildRequest(group: readonly [WarmedFunction, ...WarmedFunction[]], fullTime: boolean): RunRequest {
  const { everySeconds, forMinutes } = group[0].settings.preDeployment;
  return {
    strategy: "pre_deployment",
    targets: group.map((one) => buildWarmingTarget(one, "pre_deployment")),
    runId: randomUUID(),
    rounds: { everySeconds, forMinutes, fullTime },
    price: WARMER_PRICE,
  };
}
