import { LATEST } from "./function-configuration";
import { makeInvalidParameter } from "./service-errors";

/**
 * What an alias points to: a version and, while traffic moves from one to another, a second one with its share of the
 * invocations. https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
 */
export interface AliasTarget {
  readonly version: string;
  /** A second version's share, from 0 to 1, by its number; the rest is the first one's. */
  readonly additionalWeights?: Readonly<Record<string, number>>;
}

/**
 * Checks a target against Lambda's limits, but not whether there are such versions.
 *
 * @throws LambdaServiceError for a second version that is `$LATEST`, or beside it, or not the only one, or has no share
 *   from 0 to 1
 */
export function checkAliasTarget({ version, additionalWeights = {} }: AliasTarget): void {
  const [first, ...others] = Object.entries(additionalWeights);
  if (!first) return;
  const [second, weight] = first;
  if (others.length > 0)
    throw makeInvalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  if (second === version)
    throw makeInvalidParameter(`The version ${version} cannot be in AdditionalVersionWeights too`);
  if (version === LATEST || second === LATEST) {
    throw makeInvalidParameter(`${LATEST} is not supported for an alias pointing to more than 1 version`);
  }
  if (!(weight >= 0 && weight <= 1))
    throw makeInvalidParameter(`The weight must be between 0.0 and 1.0, got ${weight}`);
}

/** The versions that get invocations. */
export function listVersions({ version, additionalWeights = {} }: AliasTarget): string[] {
  return [version, ...Object.keys(additionalWeights)];
}

/**
 * The version that an invocation gets.
 *
 * @param random at least 0 and less than 1, evenly distributed
 */
export function chooseVersion({ version, additionalWeights = {} }: AliasTarget, random: number): string {
  const [second] = Object.entries(additionalWeights);
  return second !== undefined && random < second[1] ? second[0] : version;
}
