import { partitionOf } from "../environments/regions";
import { type Statement } from "./execution-role";
import { POLICY_CHARACTERS } from "./quotas";

/** What a policy has besides its statements. */
const FRAME = JSON.stringify({ Version: "2012-10-17", Statement: [] }).length;

/** The ARN of a log group is so much longer than the beginning of one of a function's, which stands for it here. */
const LONGEST_LOG_GROUP = 100;

/**
 * Divides what a role may do among policies that AWS takes: one of its own for as long as that holds all, and otherwise
 * managed ones for the actions that it may do with many resources.
 *
 * @param region tells how long what ARNs begin with can be
 */
export function packStatements(
  statements: readonly Statement[],
  region: string,
): { readonly inline: readonly Statement[]; readonly managed: readonly Statement[] } {
  const lengthOf = (value: unknown) => withoutTokens(JSON.stringify(value), region).length;
  if (lengthOf(statements) <= POLICY_CHARACTERS.inline - FRAME - LONGEST_LOG_GROUP)
    return { inline: statements, managed: [] };

  const merged = new Map<string, Statement & { readonly Resource: readonly string[] }>();
  for (const { Effect, Action, Resource } of statements) {
    const known = merged.get(Action.join())?.Resource ?? [];
    merged.set(Action.join(), { Effect, Action, Resource: [...known, ...[Resource].flat()] });
  }
  const all = [...merged.values()];
  const split = (statement: Statement & { readonly Resource: readonly string[] }): Statement[] => {
    const left = POLICY_CHARACTERS.managed - FRAME - lengthOf({ ...statement, Resource: [] });
    const lists = chunks(statement.Resource, left, (arn) => lengthOf(arn) + ",".length);
    return lists.map((Resource) => ({ ...statement, Resource }));
  };
  return {
    inline: all.filter(({ Resource }) => Resource.length === 1),
    managed: all.filter(({ Resource }) => Resource.length > 1).flatMap(split),
  };
}

/** As few lists as possible, each of at most so many characters. */
function chunks(texts: readonly string[], most: number, lengthOf: (text: string) => number): string[][] {
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

/** With what ARNs begin with in place of what is known later. */
function withoutTokens(text: string, region: string): string {
  const prefix = `arn:${partitionOf(region)}:lambda:${region}:${"1".repeat(12)}:function:`;
  return text.replaceAll(/\$\{TfToken\[[^\]]*\]\}/g, prefix);
}
