import { type Stats, statSync } from "node:fs";

/**
 * What a path leads to now; undefined if there is nothing, or nothing that can be looked at: a file has taken the place
 * of one of its folders, or it is a symbolic link to itself.
 */
export function findStats(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}
