import { type CrossFieldMistake } from "./cross-field-mistakes";
import { findPartition } from "./regions";

/** Where an environment is, as far as its file says. */
export interface FilePlace {
  readonly region: string;
  /** Leave it out for what may belong to another account. */
  readonly accountId?: string | undefined;
}

/** An ARN's partition must be the environment's, even where its region and account may be others. */
export function findPartitionMistakes(path: readonly string[], arn: string, region: string): CrossFieldMistake[] {
  const [, partition] = arn.split(":");
  const wanted = findPartition(region);
  if (partition === wanted) return [];
  return [{ path, expected: `an ARN in partition ${wanted}, to which ${region} belongs`, got: partition }];
}

/**
 * An ARN contains a partition, a region (unless it is global) and an account. They must be the environment's.
 */
export function findArnMistakes(
  path: readonly string[],
  arn: string | undefined,
  { region, accountId }: FilePlace,
): CrossFieldMistake[] {
  if (arn === undefined) return [];
  const [, , , place, account] = arn.split(":");
  const mistakes = findPartitionMistakes(path, arn, region);
  if (mistakes.length > 0) return mistakes;
  const mistake = (expected: string, got: string | undefined) => [{ path, expected: `an ARN ${expected}`, got }];
  if (place !== "" && place !== region) return mistake(`in the environment's region, ${region}`, place);
  if (accountId !== undefined && account !== accountId) {
    return mistake(`in the environment's account, ${accountId}`, account);
  }
  return [];
}
