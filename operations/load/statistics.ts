/**
 * The smallest value that this percentage of all values does not exceed (nearest rank); undefined if there are none.
 */
export function computePercentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** Numbers, smallest first. */
export function sortAscending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((one, other) => one - other);
}

/** The mean; undefined if there are no values. */
export function computeAverage(numbers: readonly number[]): number | undefined {
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** The largest, even of more numbers than a call may have arguments; undefined if there are none. */
export function findLargest(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((most, number) => Math.max(most, number));
}

/** Groups items by a key. */
export function groupBy<Thing>(things: readonly Thing[], keyOf: (thing: Thing) => number): Map<number, Thing[]> {
  const groups = new Map<number, Thing[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group) group.push(thing);
    else groups.set(key, [thing]);
  }
  return groups;
}
