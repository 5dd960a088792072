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
  return {
    inline: all.filter(({ Resource }) => Resource.length === 1),
    managed: all.filter(({ Resource }) => Resource.length > 1).flatMap((one) => splitStatement(one, measureLength)),
  };
}

/** As few statements as possible, each of which fits into a managed policy by itself. */
function splitStatement<Statement extends { readonly Resource: readonly string[] }>(
  statement: Statement,
  measureLength: (value: unknown) => number,
): Statement[] {
  const left = POLICY_CHARACTERS.managed - FRAME - measureLength({ ...statement, Resource: [] });
  // Where the actions or the condition alone are too long, nothing helps.
  if (left <= 0) return [statement];
  const lists = splitIntoChunks(statement.Resource, left, (arn) => measureLength(arn) + ",".length);
  return lists.map((Resource) => ({ ...statement, Resource }));
}

/**
 * Divides the permissions of a role that plans or deploys among policies that AWS accepts: one inline policy if
 * everything fits, and otherwise managed policies for the rest.
 */
export function divideStatements<Statement extends { readonly Resource: readonly string[] }>(
  statements: readonly Statement[],
): { readonly inline: readonly Statement[]; readonly managed: readonly (readonly Statement[])[] } {
  // An account and a partition that are known later are at most as long as this.
  const measureLength = (value: unknown) =>
    JSON.stringify(value).replaceAll(/\$\{TfToken\[[^\]]*\]\}/g, "1".repeat(12)).length + ",".length;
  if (measureLength(statements) <= POLICY_CHARACTERS.inline - FRAME) return { inline: statements, managed: [] };
  const all = statements.flatMap((statement) => splitStatement(statement, measureLength));
  const [inline = [], ...managed] = splitIntoChunks(all, POLICY_CHARACTERS.managed - FRAME, measureLength);
  return { inline, managed };
}

/** As few lists as possible, each with at most this many characters. */
function splitIntoChunks<Item>(items: readonly Item[], most: number, lengthOf: (item: Item) => number): Item[][] {
  const lists: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const length = lengthOf(item);
    const list = lists.at(-1);
    if (list && length <= left) list.push(item);
    else lists.push([item]);
    left = (list && length <= left ? left : most) - length;
  }
  return lists;
}

/** Inserts the beginning of ARNs for values that are known later. */
function replaceTokens(text: string, region: string): string {
  const prefix = `arn:${findPartition(region)}:lambda:${region}:${"1".repeat(12)}:function:`;
  return text.replaceAll(/\$\{TfToken\[[^\]]*\]\}/g, prefix);
}
