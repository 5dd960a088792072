import { type Environment } from "../../environments/schema";
import { AwsAccess } from "../aws/access";
import { type CommandContext } from "../cli/command-context";
import { checkAlarms, checkMetrics, checkUrl, type SmokeCheck } from "./checks";
import { type Callable } from "./inputs";

/** What is checked of a deployment. */
export interface Smoke {
  readonly environment: Environment;
  readonly callables: readonly Callable[];
  /** The names of the expected alarms. */
  readonly alarms: readonly string[];
  /** What every URL answers with status 200, without the first slash. */
  readonly path: string;
  /** For how long the first metrics are waited for. */
  readonly waitMinutes: number;
}

/**
 * Checks a deployment: URLs, alarms, and the first metrics of the functions that have answered.
 */
export async function runSmoke(
  { environment, callables, alarms, path, waitMinutes }: Smoke,
  context: CommandContext,
): Promise<SmokeCheck[]> {
  const { name, region, functions } = environment;
  const aws = new AwsAccess(region, context.signal);
  const since = context.now();
  const answers = await Promise.all(
    callables.map(async (callable) => {
      const isSigned = functions[callable.id]?.endpoint === "iam";
      return { callable, check: await checkUrl({ callable, path, region, isSigned }, context) };
    }),
  );
  const alarmCheck = await checkAlarms(aws, name, alarms);
  const called = answers.filter(({ check }) => check.outcome === "ok").map(({ callable }) => callable);
  if (called.length > 0 && waitMinutes > 0)
    context.printAside(`waiting up to ${waitMinutes} minutes for the first metrics in CloudWatch`);
  const metrics = await checkMetrics(aws, called, { since, forMinutes: waitMinutes }, context);
  return [...answers.map(({ check }) => check), alarmCheck, ...metrics];
}
