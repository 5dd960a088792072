import { isBundled } from "../../environments/code";
import { type Environment } from "../../environments/schema";
import { AwsAccess } from "../aws/access";
import { type CommandContext } from "../cli/command-context";
import { checkAlarms, checkMetrics, checkUrl, type SmokeCheck } from "./checks";
import { type Callable } from "./inputs";

/** How an HTTP API answers callers that it does not know, as this check is one; its function is not called then. */
const STATUS_WITHOUT_TOKEN = { jwt: 401, iam: 403 } as const;

/**
 * Checks a deployment: URLs, alarms, and the first metrics of the functions that have answered.
 *
 * @param alarms the names of the expected ones
 * @param path what every URL answers with status 200, without the first slash
 * @param waitMinutes for how long the first metrics are waited for
 */
export async function runSmoke(
  environment: Environment,
  callables: readonly Callable[],
  alarms: readonly string[],
  { path, waitMinutes }: { readonly path: string; readonly waitMinutes: number },
  context: CommandContext,
): Promise<SmokeCheck[]> {
  const { name, region, functions } = environment;
  const aws = new AwsAccess(region, context.signal);
  const since = context.now();
  const answers = await Promise.all(
    callables.map(async (callable) => {
      const { endpoint, http } = functions[callable.id] ?? {};
      const isSigned = endpoint === "iam";
      const expected =
        http?.authorizer === undefined ? 200 : STATUS_WITHOUT_TOKEN[http.authorizer === "iam" ? "iam" : "jwt"];
      return { callable, expected, check: await checkUrl({ callable, path, region, isSigned, expected }, context) };
    }),
  );
  const alarmCheck = await checkAlarms(aws, name, alarms);
  const called = answers
    .filter(({ check, expected }) => check.outcome === "ok" && expected === 200)
    .map(({ callable }) => callable);
  if (called.length > 0 && waitMinutes > 0)
    context.printAside(`waiting up to ${waitMinutes} minutes for the first metrics in CloudWatch`);
  const publishing = new Set(Object.entries(functions).flatMap(([id, settings]) => (isBundled(settings) ? id : [])));
  const metrics = await checkMetrics(aws, called, publishing, { since, forMinutes: waitMinutes }, context);
  return [...answers.map(({ check }) => check), alarmCheck, ...metrics];
}
