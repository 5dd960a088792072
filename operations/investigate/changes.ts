import { type DeployedFunction, LATEST_VERSION } from "../aws/functions";
import { listConfigurationDifferences } from "./configuration";

const SHOWN_VERSIONS = 5;

/** A version of a function; times are in milliseconds since 1970, undefined if Lambda does not provide them. */
export type Version = ReturnType<typeof toVersion>;

/** A function's deployments. */
export type Changes = ReturnType<typeof buildChanges>;

/**
 * What was deployed, and how it differs from the previous version.
 *
 * @param served the version that users get, `$LATEST` for the function itself; undefined if unknown
 */
export function buildChanges(deployed: readonly DeployedFunction[], served: string | undefined) {
  const published = deployed
    .filter(({ version }) => version !== LATEST_VERSION)
    .sort((one, other) => Number(other.version) - Number(one.version));
  const current = deployed.find(({ version }) => version === served);
  const previous =
    served === LATEST_VERSION
      ? published.find(({ codeHash }) => codeHash !== current?.codeHash)
      : published.find(({ version }) => Number(version) < Number(served));
  return {
    /** The last ones, newest first. */
    versions: published.slice(0, SHOWN_VERSIONS).map(toVersion),
    /** The version that users get, if known. */
    current: current && toVersion(current),
    /** The previous version that users got. */
    previous: previous && toVersion(previous),
    /** How the two differ: `memory: 512 MB -> 1024 MB`. */
    differences: current && previous ? listConfigurationDifferences(previous, current) : [],
  };
}

function toVersion({ version, changedAt, memoryMb, timeoutSeconds }: DeployedFunction) {
  return { version, publishedAt: changedAt, memoryMb, timeoutSeconds };
}
