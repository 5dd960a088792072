import { GetAliasCommand, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { toOneLine } from "../../performance/foreign-text";
import { type AwsClients, callAws } from "./clients";

/** Which versions get an alias's requests. */
export interface AliasSetting {
  readonly version: string;
  /** Other versions' shares of requests, from 0 to 1. */
  readonly weights: Readonly<Record<string, number>>;
}

/** An alias as it is. */
export interface AliasReading extends AliasSetting {
  readonly description: string;
  /** Changes with each change of the alias. */
  readonly revisionId: string | undefined;
}

/** What changes of an alias: where its requests go, and if given, its description. */
export interface AliasChange {
  readonly functionName: string;
  readonly aliasName: string;
  readonly setting: AliasSetting;
  readonly description?: string | undefined;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
const LONGEST_DESCRIPTION = 256;

const SHARE_TOLERANCE = 1e-6;

/** All requests go to one version. */
export function routeWholly(version: string): AliasSetting {
  return { version, weights: {} };
}

/**
 * A share of the requests goes to a new version:
 * https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
 */
export function routePartly(from: string, to: string, percent: number): AliasSetting {
  return percent >= 100 ? routeWholly(to) : { version: from, weights: { [to]: percent / 100 } };
}

/** A weight, from 0 to 1, as the percentage that it was made from. */
export function toPercent(weight: number): number {
  return Math.round(1e6 * weight) / 1e4;
}

/** Whether two settings route alike. */
export function routesAlike(one: AliasSetting, other: AliasSetting): boolean {
  const versions = Object.keys({ ...one.weights, ...other.weights });
  return (
    one.version === other.version &&
    versions.every((key) => Math.abs((one.weights[key] ?? 0) - (other.weights[key] ?? 0)) < SHARE_TOLERANCE)
  );
}

/** Whether one version gets all requests. */
export function isWhole({ weights }: AliasSetting): boolean {
  return Object.values(weights).every((share) => share === 0);
}

/** Reads an alias; undefined if there is no such function or alias. */
export async function readRouting(
  { lambda }: AwsClients,
  functionName: string,
  aliasName: string,
): Promise<AliasReading | undefined> {
  const command = new GetAliasCommand({ FunctionName: functionName, Name: aliasName });
  try {
    const alias = await callAws((abortSignal) => lambda.send(command, { abortSignal }));
    return {
      version: alias.FunctionVersion ?? "",
      weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {},
      description: alias.Description ?? "",
      revisionId: alias.RevisionId,
    };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Moves an alias, unless it has changed since it was read.
 *
 * @throws Error of the SDK: PreconditionFailedException if it has changed, ResourceNotFoundException if there is no
 *   such alias or version, InvalidParameterValueException if the versions cannot share an alias
 */
export async function moveRouting(
  { lambda }: AwsClients,
  { functionName, aliasName, setting, description }: AliasChange,
  { revisionId }: Pick<AliasReading, "revisionId">,
): Promise<void> {
  const command = new UpdateAliasCommand({
    FunctionName: functionName,
    Name: aliasName,
    FunctionVersion: setting.version,
    // Without it, weights would stay as they are.
    RoutingConfig: { AdditionalVersionWeights: { ...setting.weights } },
    Description: description,
    RevisionId: revisionId,
  });
  await callAws((abortSignal) => lambda.send(command, { abortSignal }));
}

/** Whether AWS says that something does not exist. */
export function isNotFound(error: unknown): boolean {
  return (error as Error).name === "ResourceNotFoundException";
}

/**
 * The description of an alias whose version has lost its traffic again. It replaces an earlier one of this kind.
 *
 * @param at when, in milliseconds since 1970
 */
export function describeRollBack(description: string, version: string, at: number, why: string): string {
  const [own = ""] = description.split(/\.? ?Rolled back from version /);
  const when = new Date(at).toISOString().replace(/\.\d+/, "");
  const begin = own.trim() === "" ? "" : `${own.trim()}. `;
  return toOneLine(`${begin}Rolled back from version ${version} at ${when}: ${why}`, LONGEST_DESCRIPTION);
}
