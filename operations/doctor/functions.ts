import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  paginateListAliases,
} from "@aws-sdk/client-lambda";
import { type Environment, type ExistingFunctionSettings, type FunctionSettings } from "../../environments/schema";
import { type WatchedFunction } from "../../model/watched-function";
import { type Aws } from "./aws";
import { type Check, fail, ok, once, type Verdict, warn } from "./check";

/** What the checks of one function need. */
export interface FunctionSubject {
  readonly aws: Aws;
  readonly environment: Environment;
  readonly watched: WatchedFunction;
  /** Without it, nothing can be asked. */
  readonly region: Check;
}

/** A function's checks, and the one without which nothing else of it can be looked at. */
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

/** Whether a function that is deployed from here is there, and as it was synthesized. */
export function deployedFunctionChecks(subject: FunctionSubject, { tracing }: FunctionSettings): FunctionChecks {
  const { aws, environment, watched, region } = subject;
  const { id, name } = watched;
  const redeploy = `npx cdktf deploy ${environment.name}`;
  const configuration = once(() => configurationOf(aws, name));
  const aliases = once(() => aliasesOf(aws, name));
  // Traffic meets the version behind `live`, which may be older than the function's newest settings.
  const live = once(async () => (await configurationOf(aws, name, "live")) ?? {});

  const deployed: Check = {
    name: `${id}: deployed`,
    needs: [region],
    look: async () => stateVerdict(name, await configuration(), redeploy),
  };
  const aliased: Check = {
    name: `${id}: aliases`,
    needs: [deployed],
    look: async () => aliasVerdict({ id, name, environment: environment.name }, await aliases()),
  };
  const isLive: Check = {
    name: `${id}: live version`,
    needs: [deployed, aliased],
    look: async () => stateVerdict(`${name}:live`, await live(), redeploy),
  };
  const logged: Check = {
    name: `${id}: log format`,
    needs: [isLive],
    look: async () => loggingVerdict((await live()).LoggingConfig, redeploy),
  };
  const traced: Check = {
    name: `${id}: tracing`,
    needs: [isLive],
    look: async () => {
      const is = (await live()).TracingConfig?.Mode ?? "PassThrough";
      const mode = tracing ? "Active" : "PassThrough";
      return is === mode ? ok(is) : fail(`is ${is}, not ${mode}`, redeploy);
    },
  };
  return { checks: [deployed, aliased, isLive, logged, traced], deployed };
}

/** Whether a function that is deployed elsewhere is there, and as the environment's file says. */
export function existingFunctionChecks(subject: FunctionSubject, settings: ExistingFunctionSettings): FunctionChecks {
  const { aws, environment, watched, region } = subject;
  const { id, name, logFormat, logGroup } = watched;
  const { warmingQualifier, memoryMb } = settings;
  const key = (last: string) => `functions.${id}.${last} in environments/${environment.name}.tfvars`;
  const configuration = once(() => configurationOf(aws, name));
  const deployed: Check = {
    name: `${id}: there`,
    needs: [region],
    look: async () => stateVerdict(name, await configuration(), `correct ${key("function_name")}`),
  };
  const logged: Check = {
    name: `${id}: log format`,
    needs: [deployed],
    look: async () => {
      const { LogFormat = "Text", LogGroup = logGroup, SystemLogLevel } = (await configuration())?.LoggingConfig ?? {};
      if (LogFormat.toLowerCase() !== logFormat) {
        return fail(
          `writes ${LogFormat}, the file says ${logFormat}`,
          `set ${key("log_format")} to "${LogFormat.toLowerCase()}"`,
        );
      }
      if (LogGroup !== logGroup) return fail(`writes into ${LogGroup}`, `set ${key("log_group")} to "${LogGroup}"`);
      return logFormat === "json" && !REPORTING_LEVELS.includes(SystemLogLevel ?? "INFO")
        ? fail(
            `its system level ${SystemLogLevel ?? ""} leaves reports of successful invocations out`,
            `aws lambda update-function-configuration --function-name ${name} --logging-config LogFormat=JSON,SystemLogLevel=INFO`,
          )
        : ok(`${LogFormat}, into ${LogGroup}`);
    },
  };
  const sized: Check = {
    name: `${id}: memory`,
    needs: [deployed],
    look: async () => {
      const { MemorySize: is = 0 } = (await configuration()) ?? {};
      return memoryMb === undefined || memoryMb === is
        ? ok(`${is} MB`)
        : fail(`has ${is} MB, the file says ${memoryMb}`, `set ${key("memory_mb")} to ${is}`);
    },
  };
  const warmable: Check = {
    name: `${id}: warming qualifier`,
    needs: [deployed],
    look: async () =>
      (await configurationOf(aws, name, warmingQualifier))
        ? ok(`pings go to ${warmingQualifier ?? ""}`)
        : fail(`there is no ${name}:${warmingQualifier ?? ""}`, `correct ${key("warming_qualifier")}`),
  };
  return { checks: [deployed, logged, sized, ...(warmingQualifier === undefined ? [] : [warmable])], deployed };
}

/** A function's settings, or those of the version behind an alias. */
export function configurationOf(
  aws: Aws,
  name: string,
  qualifier?: string,
): Promise<FunctionConfiguration | undefined> {
  const input = { FunctionName: name, ...(qualifier === undefined ? {} : { Qualifier: qualifier }) };
  return aws.find("lambda:GetFunctionConfiguration", (options) =>
    aws.lambda.send(new GetFunctionConfigurationCommand(input), options),
  );
}

/** Whether a function can be invoked. */
export function stateVerdict(name: string, found: FunctionConfiguration | undefined, missing: string): Verdict {
  if (!found) return fail(`there is no function ${name}`, missing);
  const {
    State: state = "Active",
    StateReason,
    LastUpdateStatus: update = "Successful",
    LastUpdateStatusReason,
  } = found;
  const again = `aws lambda get-function-configuration --function-name ${name}`;
  if (state === "Inactive")
    return warn(`${name} has not been called for weeks: its next request waits`, "call it once");
  if (state !== "Active") return fail(`${name} is ${state}: ${StateReason ?? "no reason given"}`, again);
  if (update === "Failed")
    return fail(`its last update failed: ${LastUpdateStatusReason ?? "no reason given"}`, missing);
  return update === "InProgress" ? warn(`${name} is being updated`, again) : ok(name);
}

async function aliasesOf(aws: Aws, name: string): Promise<ReadonlyMap<string, string>> {
  const versions = new Map<string, string>();
  await aws.find("lambda:ListAliases", async ({ abortSignal }) => {
    for await (const { Aliases = [] } of paginateListAliases(
      { client: aws.lambda },
      { FunctionName: name },
      { abortSignal },
    )) {
      for (const { Name = "", FunctionVersion = "" } of Aliases) versions.set(Name, FunctionVersion);
    }
  });
  return versions;
}

function aliasVerdict(
  { id, name, environment }: { readonly id: string; readonly name: string; readonly environment: string },
  aliases: ReadonlyMap<string, string>,
): Verdict {
  const [live, warm] = [aliases.get("live"), aliases.get("warm")];
  if (live === undefined || warm === undefined) {
    const missing = ["live", "warm"].filter((alias) => !aliases.has(alias)).join(" and ");
    return fail(`there is no alias ${missing}`, `npx cdktf deploy ${environment}`);
  }
  if (live === warm) return ok(`live and warm lead to version ${live}`);
  return fail(
    `live leads to version ${live}, pings keep ${warm} warm`,
    `aws lambda update-alias --function-name ${name} --name warm --function-version ${live}, and fix the code of ${id} if that was a rollback`,
  );
}

function loggingVerdict(logging: FunctionConfiguration["LoggingConfig"], mend: string): Verdict {
  const { LogFormat = "Text", SystemLogLevel = "INFO", ApplicationLogLevel } = logging ?? {};
  if (LogFormat !== "JSON") return fail(`writes ${LogFormat}: the platform's reports cannot be read`, mend);
  if (!REPORTING_LEVELS.includes(SystemLogLevel)) {
    return fail(`system level ${SystemLogLevel} leaves reports of successful invocations out`, mend);
  }
  if (!METRIC_LEVELS.includes(ApplicationLogLevel)) {
    return fail(`application level ${ApplicationLogLevel ?? ""} may leave lines of metrics out`, mend);
  }
  return ok(`JSON, system level ${SystemLogLevel}`);
}
