import { looksSecret } from "../../performance/secrets";
import { type ResourceChange } from "./plan";
import { readChild, parseEmbeddedJson, isTree, mergeSecrets } from "./sensitivity";

/** One attribute's value, before or after. */
export interface Leaf {
  readonly value: unknown;
  readonly isSecret: boolean;
  readonly isUnknown: boolean;
}

/** Attributes by path, as in `metric_query[errors].metric[0].period`; JSON in texts is parsed. */
export type Leaves = ReadonlyMap<string, Leaf>;

/** A changed attribute. */
export interface Difference {
  readonly path: string;
  readonly before: Leaf | undefined;
  readonly after: Leaf | undefined;
}

/** What identifies the elements of a list, regardless of their order. */
const IDENTITIES = ["id", "functionName", "Sid", "name"];

/** The attributes that a resource has now. */
export function readLeavesBefore(change: ResourceChange): Leaves {
  return readLeaves(change.before, findSecrets(change), undefined);
}

/** The attributes that it is going to have. */
export function readLeavesAfter(change: ResourceChange): Leaves {
  return readLeaves(change.after, findSecrets(change), change.unknown);
}

/** The attributes that change, by path. */
export function listAttributeDifferences(change: ResourceChange): Difference[] {
  const before = readLeavesBefore(change);
  const after = readLeavesAfter(change);
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((path) => ({ path, before: before.get(path), after: after.get(path) }))
    .filter((one) => !isSame(one.before, one.after))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

function findSecrets({ sensitiveBefore, sensitiveAfter }: ResourceChange): unknown {
  return mergeSecrets(sensitiveBefore, sensitiveAfter);
}

/** Providers write an empty text for a missing attribute. */
function isSame(before: Leaf | undefined, after: Leaf | undefined): boolean {
  return after?.isUnknown !== true && formatLeaf(before) === formatLeaf(after);
}

function formatLeaf(leaf: Leaf | undefined): string | undefined {
  return leaf === undefined || leaf.value === "" ? undefined : JSON.stringify(leaf.value);
}

function readLeaves(value: unknown, secret: unknown, unknown: unknown): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  collect(value, secret, unknown, "", leaves);
  return leaves;
}

function collect(value: unknown, secret: unknown, unknown: unknown, path: string, leaves: Map<string, Leaf>): void {
  const isSecret = secret === true;
  if (unknown === true) {
    leaves.set(path, { value: undefined, isSecret, isUnknown: true });
    return;
  }
  const tree = isSecret ? value : parseEmbeddedJson(value);
  if (isSecret || !isTree(tree)) {
    // Nothing, an empty list and a missing attribute are the same for readers.
    const isEmpty = value === undefined || value === null;
    if (!isEmpty || isTree(unknown)) {
      if (isEmpty) collectChildren({}, secret, unknown, path, leaves);
      else leaves.set(path, { value, isSecret: isSecret || holdsSecret(value), isUnknown: false });
    }
    return;
  }
  collectChildren(tree, secret, unknown, path, leaves);
}

function collectChildren(
  tree: object,
  secret: unknown,
  unknown: unknown,
  path: string,
  leaves: Map<string, Leaf>,
): void {
  const keys = new Set([...Object.keys(tree), ...(isTree(unknown) ? Object.keys(unknown) : [])]);
  const identity = Array.isArray(tree) ? findIdentity(tree, secret) : undefined;
  for (const key of keys) {
    const below = readChild(tree, key);
    const own = identity === undefined ? undefined : readChild(below, identity);
    const name = typeof own === "string" ? own : key;
    const inList = Array.isArray(tree) || (Object.keys(tree).length === 0 && Array.isArray(unknown));
    const step = inList ? `[${name}]` : path === "" ? name : `.${name}`;
    collect(below, readChild(secret, key), readChild(unknown, key), `${path}${step}`, leaves);
  }
}

/** Never a sensitive one: it would appear in every path below. */
function findIdentity(list: readonly unknown[], secret: unknown): string | undefined {
  return IDENTITIES.find((key) => {
    const values = list.map((element) => readChild(element, key)).filter((value) => typeof value === "string");
    const isHidden =
      list.some((_, index) => readChild(readChild(secret, String(index)), key) === true) || values.some(looksSecret);
    return !isHidden && values.length === list.length && new Set(values).size === list.length;
  });
}

function holdsSecret(value: unknown): boolean {
  return typeof value === "string" && looksSecret(value);
}
