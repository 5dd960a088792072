import { findPartition } from "../environments/regions";
import { type RoleStatement } from "../model/permissions";
import { POLICY_CHARACTERS } from "./quotas";

/** Characters of a policy besides its statements. */
const FRAME = JSON.stringify({ Version: "2012-10-17", Statement: [] }).length;

/**
 * The ARN of a log group is this much longer than the beginning of a function's ARN, which is used in its place here.
 */
const LONGEST_LOG_GROUP = 100;

/**
 * Divides a role's permissions among policies that AWS accepts: one inline policy if everything fits, and otherwise
 * managed policies for the actions on many resources.
 *
 * @param region decides how long the beginning of ARNs can be
 */
export function packStatements(
  statements: readonly RoleStatement[],
  region: string,
): { readonly inline: readonly RoleStatement[]; readonly managed: readonly RoleStatement[] } {
  const measureLength = (value: unknown) => replaceTokens(JSON.stringify(value), region).length;
  if (measureLength(statements) <= POLICY_CHARACTERS.inline - FRAME - LONGEST_LOG_GROUP)
    return { inline: statements, managed: [] };

  const merged = new Map<string, RoleStatement & { readonly Resource: readonly string[] }>();
  for (const { Resource, ...rest } of statements) {
    const key = JSON.stringify(rest);
    merged.set(key, { ...rest, Resource: [...(merged.get(key)?.Resource ?? []), ...[Resource].flat()] });
  }
  const all = [...merged.values()];
  const split = (statement: RoleStatement & { readonly Resource: readonly string[] }): RoleStatement[] => {
    const left = POLICY_CHARACTERS.managed - FRAME - measureLength({ ...statement, Resource: [] });
    const lists = splitIntoChunks(statement.Resource, left, (arn) => measureLength(arn) + ",".length);
    return lists.map((Resource) => ({ ...statement, Resource }));
  };
  return {
    inline: all.filter(({ Resource }) => Resource.length === 1),
    managed: all.filter(({ Resource }) => Resource.length > 1).flatMap(split),
  };
}

/** As few lists as possible, each with at most this many characters. */
function splitIntoChunks(texts: readonly string[], most: number, lengthOf: (text: string) => number): string[][] {
  const lists: string[][] = [];
  let left = 0;
  for (const text of texts) {
    const length = lengthOf(text);
    const list = lists.at(-1);
    if (list && length <= left) list.push(text);
    else lists.push([text]);
    left = (list && length <= left ? left : most) - length;
  }
  return lists;
}

/** Inserts the beginning of ARNs for values that are known later. */
function replaceTokens(text: string, region: string): string {
  const prefix = `arn:${findPartition(region)}:lambda:${region}:${"1".repeat(12)}:function:`;
  return text.replaceAll(/\$\{TfToken\[[^\]]*\]\}/g, prefix);
}
