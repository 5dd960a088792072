import { type SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { type LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation";
import { Construct } from "constructs";
import { WARMER } from "../../environments/names";
import { type Environment } from "../../environments/schema";
import { type Bundle } from "../bundle";
import { ScheduledWarming } from "./scheduled-warming";
import { listRolledOutFunctions } from "../../model/rollouts";
import { type WarmedFunction, listWarmedFunctions } from "../../model/warmed-functions";
import { WarmerFunction } from "./warmer";

/** Creates the gate that a new version must pass before it gets traffic and pings. */
export type AddGate = (scope: Construct, version: string) => LambdaInvocation;

/** How an environment's functions are kept warm. */
export interface Warming {
  /** The warmer's name in AWS. */
  readonly warmer: string;
  readonly logGroup: string;
  /** The queue of runs that could not be started; undefined without a schedule. */
  readonly missed: SqsQueue | undefined;
  /** A function's gate, by its name in the environment's file; undefined if it has none. */
  readonly gateOf: (id: string) => AddGate | undefined;
}

/** The warmer and its schedules; undefined if no function can be kept warm. */
export function addWarming(stack: Construct, environment: Environment, bundle: Bundle): Warming | undefined {
  const warmed = listWarmedFunctions(environment);
  if (warmed.length === 0) return undefined;
  const group = new Construct(stack, "warming");
  const warmer = new WarmerFunction(group, WARMER, environment, bundle, warmed);
  const { missed } = new ScheduledWarming(group, "schedule", environment, warmer, warmed);
  const firstPercents = new Map(listRolledOutFunctions(environment).map(({ id, plan }) => [id, plan.percents[0]]));
  const gated = new Map(warmed.filter(({ isGated }) => isGated).map((one) => [one.id, one]));
  return {
    warmer: warmer.name,
    logGroup: warmer.logGroup,
    missed,
    gateOf: (id) => {
      const one: WarmedFunction | undefined = gated.get(id);
      return one && ((scope, version) => warmer.addGate(scope, one, version, firstPercents.get(id) ?? 100));
    },
  };
}
