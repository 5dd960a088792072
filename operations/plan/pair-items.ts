import { isTree } from "./sensitivity";

/** What makes two items the same one; nothing if it says nothing about an item. */
export type Identify<Item> = (item: Item) => string | undefined;

/** What is in both lists, in the order of the later one, and what is in only one of them. */
export interface PairedItems<Item> {
  readonly pairs: readonly { readonly before: Item; readonly after: Item }[];
  readonly removed: readonly Item[];
  readonly added: readonly Item[];
}

/**
 * Finds what is the same in two lists.
 *
 * @param identities what says most comes first: the next one is for the items that are left
 */
export function pairItems<Item>(
  before: readonly Item[],
  after: readonly Item[],
  identities: readonly Identify<Item>[],
): PairedItems<Item> {
  /** By the index of the later one. */
  const partners = new Map<number, Item>();
  let left = [...before];
  for (const identify of identities) {
    const waiting = new Map<string, number[]>();
    for (const [index, item] of after.entries()) {
      const key = partners.has(index) ? undefined : identify(item);
      if (key === undefined) continue;
      const indexes = waiting.get(key) ?? [];
      waiting.set(key, indexes);
      indexes.push(index);
    }
    left = left.filter((item) => {
      const key = identify(item);
      const index = key === undefined ? undefined : waiting.get(key)?.shift();
      if (index !== undefined) partners.set(index, item);
      return index === undefined;
    });
  }
  return {
    pairs: after.flatMap((item, index) => {
      const partner = partners.get(index);
      return partner === undefined ? [] : [{ before: partner, after: item }];
    }),
    removed: left,
    added: after.filter((_, index) => !partners.has(index)),
  };
}

/** A text that is the same for the same JSON, whatever the order of its keys; nothing is the same as null. */
export function toComparable(value: unknown): string {
  const sortKeys = (_: string, one: unknown) =>
    isTree(one) && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([key], [other]) => (key < other ? -1 : 1)))
      : one;
  return JSON.stringify([value], sortKeys);
}
