import { type DeployedFunction, LATEST_VERSION } from "../aws/functions";
import { listConfigurationDifferences } from "./configuration";

const SHOWN_VERSIONS = 5;

/** A version of a function. */
export interface Version {
  readonly version: string;
  /** In milliseconds since 1970; undefined if Lambda does not provide it. */
  readonly publishedAt: number | undefined;
  readonly memoryMb: number | undefined;
  readonly timeoutSeconds: number | undefined;
}

/** A function's deployments. */
export interface Changes {
  /** The last ones, newest first. */
  readonly versions: readonly Version[];
  /** The version that users get, if known. */
  readonly current: Version | undefined;
  /** The previous version that users got. */
  readonly previous: Version | undefined;
  /** How the two differ: `memory: 512 MB -> 1024 MB`. */
  readonly differences: readonly string[];
}

/**
 * What was deployed, and how it differs from the previous version.
 *
 * @param served the version that users get, `$LATEST` for the function itself; undefined if unknown
 */
export function buildChanges(deployed: readonly DeployedFunction[], served: string | undefined): Changes {
  const published = deployed
    .filter(({ version }) => version !== LATEST_VERSION)
    .sort((one, other) => Number(other.version) - Number(one.version));
  const current = deployed.find(({ version }) => version === served);
  const previous =
    served === LATEST_VERSION
      ? published.find(({ codeHash }) => codeHash !== current?.codeHash)
      : published.find(({ version }) => Number(version) < Number(served));
  return {
    versions: published.slice(0, SHOWN_VERSIONS).map(toVersion),
    current: current && toVersion(current),
    previous: previous && toVersion(previous),
    differences: current && previous ? listConfigurationDifferences(previous, current) : [],
  };
}

function toVersion({ version, changedAt, memoryMb, timeoutSeconds }: DeployedFunction): Version {
  return { version, publishedAt: changedAt, memoryMb, timeoutSeconds };
}
