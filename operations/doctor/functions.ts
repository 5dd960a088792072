import { findRuntime } from "../../environments/code";
import { findNeededProvider, formatLockFile } from "../../environments/provider-lock";
import { findDeprecation, NODE_RUNTIMES, type Runtime } from "../../environments/runtimes";
import { type ExistingFunctionSettings, type FunctionSettings } from "../../environments/schema";
import { type WatchedFunction } from "../../model/watched-function";
import { type Aliases, type DeployedFunction, findFunction, readAliases } from "../aws/functions";
import { type Check, fail, pass, memoize, type CheckVerdict, warn, makeCheck } from "./check";
import { type Examination } from "./examination";

/** A function's checks, and the one that all others need. */
export interface FunctionChecks {
  readonly checks: readonly Check[];
  readonly deployed: Check;
}

/**
 * System levels at which the platform reports every invocation:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
 */
const REPORTING_LEVELS: readonly unknown[] = ["INFO", "DEBUG"];

/** Levels of the function's own records at which lines of metrics arrive. */
const METRIC_LEVELS: readonly unknown[] = ["INFO", "DEBUG", "TRACE", undefined];

/** Checks that a function deployed from here exists, and is as synthesized. */
export function buildDeployedChecks(
  { aws, redeploy, environment, now }: Examination,
  { id, name, isRolledOut }: WatchedFunction,
  settings: FunctionSettings,
  region: Check,
): FunctionChecks {
  const { tracing } = settings;
  const configuration = memoize(() => findFunction(aws, { name }));
  const aliases = memoize(() => readAliases(aws, name));
  // Traffic uses the version behind `live`, which may be older than the function's newest settings.
  const live = memoize(() => findFunction(aws, { name, qualifier: "live" }));

  const deployed = makeCheck(`${id}: deployed`, [region], async () =>
    judgeState(name, await configuration(), redeploy),
  );
  const aliased = makeCheck(`${id}: aliases`, [deployed], async () =>
    judgeAliases(await aliases(), { id, environment: environment.name, isRolledOut }, redeploy),
  );
  const isLive = makeCheck(`${id}: live version`, [deployed, aliased], async () =>
    judgeState(`${name}:live`, await live(), redeploy),
  );
  const logged = makeCheck(`${id}: log format`, [isLive], async () => judgeLogging(await live(), redeploy));
  const traced = makeCheck(`${id}: tracing`, [isLive], async () => {
    const is = (await live())?.tracing ?? "unknown";
    const mode = tracing ? "Active" : "PassThrough";
    return is === mode ? pass(is) : fail(`is ${is}, not ${mode}`, redeploy);
  });
  const runtime = findRuntime(settings);
  const supported =
    runtime && makeCheck(`${id}: runtime`, [region], () => judgeRuntime(environment.name, id, runtime, now()));
  return { checks: [deployed, aliased, isLive, logged, traced, ...(supported ? [supported] : [])], deployed };
}

/** Checks that a function deployed elsewhere exists, and matches the environment's file. */
export function buildExistingChecks(
  { aws, environment }: Examination,
  { id, name, logFormat, logGroup }: WatchedFunction,
  { warmingQualifier, memoryMb }: ExistingFunctionSettings,
  region: Check,
): FunctionChecks {
  const key = (last: string) => `functions.${id}.${last} in environments/${environment.name}.tfvars`;
  const configuration = memoize(() => findFunction(aws, { name }));
  const deployed = makeCheck(`${id}: deployed`, [region], async () =>
    judgeState(name, await configuration(), `correct ${key("function_name")}`),
  );
  const logged = makeCheck(`${id}: log format`, [deployed], async () => {
    const found = await configuration();
    const { logFormat: format = "Text", logGroup: group = logGroup, systemLogLevel: level = "INFO" } = found ?? {};
    if (format.toLowerCase() !== logFormat) {
      return fail(
        `writes ${format}, the file says ${logFormat}`,
        `set ${key("log_format")} to "${format.toLowerCase()}"`,
      );
    }
    if (group !== logGroup) return fail(`writes into ${group}`, `set ${key("log_group")} to "${group}"`);
    return logFormat === "json" && !REPORTING_LEVELS.includes(level)
      ? fail(
          `its system level ${level} leaves out reports of successful invocations`,
          `aws lambda update-function-configuration --function-name ${name} --logging-config LogFormat=JSON,SystemLogLevel=INFO`,
        )
      : pass(`${format}, into ${group}`);
  });
  const sized = makeCheck(`${id}: memory`, [deployed], async () => {
    const { memoryMb: is } = (await configuration()) ?? {};
    if (is === undefined) return fail("Lambda does not report its memory", `correct ${key("function_name")}`);
    return memoryMb === undefined || memoryMb === is
      ? pass(`${is} MB`)
      : fail(`has ${is} MB, the file says ${memoryMb}`, `set ${key("memory_mb")} to ${is}`);
  });
  const warmable = makeCheck(`${id}: warming qualifier`, [deployed], async () =>
    (await findFunction(aws, { name, qualifier: warmingQualifier }))
      ? pass(`pings go to ${warmingQualifier ?? ""}`)
      : fail(`there is no ${name}:${warmingQualifier ?? ""}`, `correct ${key("warming_qualifier")}`),
  );
  return { checks: [deployed, logged, sized, ...(warmingQualifier === undefined ? [] : [warmable])], deployed };
}

/** Whether a function can be invoked. */
export function judgeState(name: string, found: DeployedFunction | undefined, missing: string): CheckVerdict {
  if (!found) return fail(`there is no function ${name}`, missing);
  const { state, stateReason = "no reason given", updateStatus, updateReason = "no reason given" } = found;
  const again = `aws lambda get-function-configuration --function-name ${name}`;
  if (state === "Inactive")
    return warn(`${name} has not been called for weeks: its next request has to wait`, "call it once");
  if (state !== "Active") return fail(`${name} is ${state}: ${stateReason}`, again);
  if (updateStatus === "Failed") return fail(`its last update failed: ${updateReason}`, missing);
  return updateStatus === "InProgress" ? warn(`${name} is being updated`, again) : pass(name);
}

/** Whether Lambda supports what a function is to run on. */
export function judgeRuntime(environment: string, id: string, runtime: Runtime, now: number): CheckVerdict {
  const deprecation = findDeprecation(runtime, now);
  if (!deprecation) return pass(runtime);
  const needed = NODE_RUNTIMES.flatMap((one) => {
    const provider = findNeededProvider(one, "0");
    return provider === undefined ? [] : [`${one} needs AWS provider ${provider} or later`];
  });
  const fix = `set a newer runtime of functions.${id} in environments/${environment}.tfvars; ${needed.join(", ")} in ${formatLockFile(environment)}`;
  return deprecation.isBlocked ? fail(deprecation.sentence, fix) : warn(deprecation.sentence, fix);
}

function judgeAliases(
  aliases: Aliases,
  { id, environment, isRolledOut }: { id: string; environment: string; isRolledOut: boolean },
  redeploy: string,
): CheckVerdict {
  const [live, warm] = [aliases["live"]?.version, aliases["warm"]?.version];
  if (live === undefined || warm === undefined) {
    const missing = ["live", "warm"].filter((alias) => !(alias in aliases)).join(" and ");
    return fail(`there is no alias ${missing}`, redeploy);
  }
  if (live === warm) return pass(`live and warm point to version ${live}`);
  // Toward its end, a rollout has them on two versions; whether one is running is another check.
  if (isRolledOut) return pass(`live points to version ${live}, warm to ${warm}`);
  return fail(
    `live points to version ${live}, but pings keep ${warm} warm`,
    `npm run ops -- rollback ${environment} ${id} --to ${live}, and fix the code of ${id} if that was a rollback`,
  );
}

function judgeLogging(found: DeployedFunction | undefined, fix: string): CheckVerdict {
  const { logFormat = "Text", systemLogLevel = "INFO", applicationLogLevel } = found ?? {};
  if (logFormat !== "JSON") return fail(`writes ${logFormat}: the platform's reports cannot be read`, fix);
  if (!REPORTING_LEVELS.includes(systemLogLevel)) {
    return fail(`system level ${systemLogLevel} leaves out reports of successful invocations`, fix);
  }
  if (!METRIC_LEVELS.includes(applicationLogLevel)) {
    return fail(`application level ${applicationLogLevel ?? ""} may leave out lines of metrics`, fix);
  }
  return pass(`JSON, system level ${systemLogLevel}`);
}
