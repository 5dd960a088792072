import {
  type FunctionConfiguration,
  GetFunctionConcurrencyCommand,
  paginateListAliases,
  paginateListVersionsByFunction,
} from "@aws-sdk/client-lambda";
import { type InvestigationReader, collectItems } from "./aws";
import { listConfigurationDifferences } from "./configuration";

/** The function itself: what runs where nobody publishes versions. */
export const LATEST_VERSION = "$LATEST";
const SHOWN_VERSIONS = 5;

/** A version of a function. */
export interface Version {
  readonly version: string;
  /** In milliseconds since 1970; undefined where Lambda does not tell it. */
  readonly publishedAt: number | undefined;
  readonly memoryMb: number | undefined;
  readonly timeoutSeconds: number | undefined;
}

/** What was deployed of a function. */
export interface Changes {
  /** The last ones, newest first. */
  readonly versions: readonly Version[];
  /** What users meet, as far as it can be told. */
  readonly current: Version | undefined;
  /** What they met before. */
  readonly previous: Version | undefined;
  /** How the two differ: `memory: 512 MB -> 1024 MB`. */
  readonly differences: readonly string[];
}

/** Where an alias leads: to one version, or to several with their shares of the traffic. */
export interface Alias {
  readonly version: string;
  readonly others: Readonly<Record<string, number>>;
}

/** A function's aliases, by their names. */
export type Aliases = Readonly<Record<string, Alias>>;

/**
 * A function's configuration now, and of every version that is kept.
 *
 * @throws AwsFailure
 */
export function readVersions(aws: InvestigationReader, name: string): Promise<FunctionConfiguration[]> {
  return aws.ask("lambda:ListVersionsByFunction", `there is no function ${name}`, (options) => {
    const pages = paginateListVersionsByFunction({ client: aws.lambda }, { FunctionName: name }, options);
    return collectItems(pages, ({ Versions }) => Versions);
  });
}

/** @throws AwsFailure */
export async function readAliases(aws: InvestigationReader, name: string): Promise<Aliases> {
  const aliases = await aws.ask("lambda:ListAliases", `there is no function ${name}`, (options) =>
    collectItems(
      paginateListAliases({ client: aws.lambda }, { FunctionName: name }, options),
      ({ Aliases }) => Aliases,
    ),
  );
  return Object.fromEntries(
    aliases.map(({ Name = "", FunctionVersion = "", RoutingConfig }) => [
      Name,
      { version: FunctionVersion, others: RoutingConfig?.AdditionalVersionWeights ?? {} },
    ]),
  );
}

/**
 * How many instances a function may have at most.
 *
 * @returns undefined where it shares the account's limit with all others
 * @throws AwsFailure
 */
export async function readReservedConcurrency(aws: InvestigationReader, name: string): Promise<number | undefined> {
  const { ReservedConcurrentExecutions } = await aws.ask(
    "lambda:GetFunctionConcurrency",
    `there is no function ${name}`,
    (options) => aws.lambda.send(new GetFunctionConcurrencyCommand({ FunctionName: name }), options),
  );
  return ReservedConcurrentExecutions;
}

/**
 * What was deployed, and how it differs from what was there before.
 *
 * @param served the version that users meet, `$LATEST` for the function itself; undefined where it is not known
 */
export function buildChanges(configurations: readonly FunctionConfiguration[], served: string | undefined): Changes {
  const published = configurations
    .filter(({ Version: version }) => version !== undefined && version !== LATEST_VERSION)
    .sort((one, other) => Number(other.Version) - Number(one.Version));
  const current = configurations.find(({ Version: version }) => version === served);
  const previous =
    served === LATEST_VERSION
      ? published.find(({ CodeSha256 }) => CodeSha256 !== current?.CodeSha256)
      : published.find(({ Version: version }) => Number(version) < Number(served));
  return {
    versions: published.slice(0, SHOWN_VERSIONS).map(buildVersion),
    current: current && buildVersion(current),
    previous: previous && buildVersion(previous),
    differences: current && previous ? listConfigurationDifferences(previous, current) : [],
  };
}

function buildVersion({
  Version: version = LATEST_VERSION,
  LastModified = "",
  MemorySize,
  Timeout,
}: FunctionConfiguration): Version {
  const publishedAt = Date.parse(LastModified);
  return {
    version,
    publishedAt: Number.isNaN(publishedAt) ? undefined : publishedAt,
    memoryMb: MemorySize,
    timeoutSeconds: Timeout,
  };
}
