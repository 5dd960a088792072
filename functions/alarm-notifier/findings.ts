import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  LambdaClient,
  paginateListVersionsByFunction,
} from "@aws-sdk/client-lambda";
import { formatFunctionLink, formatTracesLink } from "../../model/console-links";
import { type FailureCategory, formatExampleQuery, parseExample, parseFailures } from "../../model/failures";
import { QUERIES } from "../../model/queries";
import { runBefore } from "../warmer/time-limit";
import { type Link } from "./alarm";
import { readBudget } from "./budget";
import { type Configuration } from "./configuration";
import { askLog } from "./log-query";

/** What was found out about an incident. What could not be read in time is missing. */
export interface Findings {
  readonly deployed?: Deployed | undefined;
  /** Categories, the most frequent first. */
  readonly failures?: readonly FailureCategory[] | undefined;
  /** A line of the log, of the most frequent category. */
  readonly example?: string | undefined;
  readonly budget?: string | undefined;
  readonly links?: readonly Link[];
}

/** What requests reach. */
export interface Deployed {
  /** The function's name in AWS. */
  readonly name: string;
  /** The alias that requests enter through; undefined for a function without one. */
  readonly qualifier: string | undefined;
  readonly version: string;
  /** When it was published or changed, in milliseconds since 1970. */
  readonly at: number;
  /** The version before it. */
  readonly previous?: string | undefined;
}

interface KnownFunction extends Deployed {
  readonly logGroup: string;
  readonly logFormat: "json" | "text";
}

/** What failed this long before the alarm belongs to it. */
const HISTORY_MILLISECONDS = 30 * 60_000;

/**
 * Finds out what a card says about a function. Never rejects: what AWS does not tell until `endsAt` is missing.
 *
 * @param subject the name of the function's alarms without their ends, as in `prod-api`
 * @param since when the first alarm rang, in milliseconds since 1970
 */
export async function findOut(
  subject: string,
  since: number,
  { environment, region, objectives }: Pick<Configuration, "environment" | "region" | "objectives">,
  endsAt: number,
): Promise<Findings> {
  const lambda = new LambdaClient();
  const logs = new CloudWatchLogsClient();
  const findings: { -readonly [Key in keyof Findings]: Findings[Key] } = {};
  const look = async (signal: AbortSignal) => {
    const found = await findFunction(lambda, subject, environment, signal);
    if (!found) return;
    const { name, logGroup, logFormat, ...deployed } = found;
    findings.deployed = { name, ...deployed };
    findings.links = [
      { text: "Traces", url: formatTracesLink(region, name) },
      { text: "Function", url: formatFunctionLink(region, name) },
    ];
    const ask = (query: string) =>
      askLog(logs, { logGroup, query, from: since - HISTORY_MILLISECONDS, to: Date.now() }, signal);
    const readFailures = async () => {
      const failures = parseFailures(await ask(QUERIES.failures[logFormat] ?? ""));
      findings.failures = failures;
      const [first] = failures;
      if (first && /^[\w-]{1,64}$/.test(first.requestId)) {
        findings.example = parseExample(await ask(formatExampleQuery(first.requestId)));
      }
    };
    const readPrevious = async () => {
      const previous = await findPrevious(lambda, found, signal);
      findings.deployed = { name, ...deployed, previous };
    };
    const readLeft = async () => {
      const objective = Object.hasOwn(objectives, name) ? objectives[name] : objectives["*"];
      if (objective) findings.budget = await readBudget(name, found.qualifier !== undefined, objective, signal);
    };
    await Promise.allSettled([readFailures(), readPrevious(), readLeft()]);
  };
  try {
    await runBefore(endsAt, look);
  } catch {
    // What has been found until now is enough for a card.
  } finally {
    lambda.destroy();
    logs.destroy();
  }
  return findings;
}

/**
 * The function that a name of alarms belongs to. The role may only read the environment's functions, so of several
 * possible names, the first one that Lambda answers for is right.
 */
async function findFunction(
  lambda: LambdaClient,
  subject: string,
  environment: string,
  abortSignal: AbortSignal,
): Promise<KnownFunction | undefined> {
  const prefix = `${environment}-`;
  const candidates = [
    { FunctionName: subject, Qualifier: "live" },
    { FunctionName: subject },
    // The alarms of a function from elsewhere begin with the environment's name, unlike the function's own name.
    ...(subject.startsWith(prefix) ? [{ FunctionName: subject.slice(prefix.length) }] : []),
  ];
  for (const candidate of candidates) {
    try {
      const found = await lambda.send(new GetFunctionConfigurationCommand(candidate), { abortSignal });
      return toKnownFunction(found, "Qualifier" in candidate ? candidate.Qualifier : undefined);
    } catch {
      // It has another name, or Lambda does not answer.
    }
  }
  return undefined;
}

function toKnownFunction(
  { FunctionName: name = "", Version: version = "", LastModified = "", LoggingConfig }: FunctionConfiguration,
  qualifier: string | undefined,
): KnownFunction {
  return {
    name,
    qualifier,
    version,
    // JavaScript's own format has a colon in the time zone.
    at: Date.parse(LastModified.replace(/([+-]\d\d)(\d\d)$/, "$1:$2")),
    logGroup: LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    logFormat: LoggingConfig?.LogFormat === "JSON" ? "json" : "text",
  };
}

/** The newest version that is older than the current one. */
async function findPrevious(
  client: LambdaClient,
  { name, qualifier, version }: KnownFunction,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  if (qualifier === undefined) return undefined;
  let previous = 0;
  for await (const { Versions = [] } of paginateListVersionsByFunction(
    { client },
    { FunctionName: name },
    { abortSignal },
  )) {
    for (const { Version } of Versions) {
      const number = Number(Version);
      if (number < Number(version)) previous = Math.max(previous, number);
    }
  }
  return previous === 0 ? undefined : String(previous);
}
