/** The smallest value that so many percent of all values do not exceed (nearest rank); undefined of none. */
export function computePercentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** Numbers, smallest first. */
export function sortAscending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((one, other) => one - other);
}

/** The mean; undefined of none. */
export function computeAverage(numbers: readonly number[]): number | undefined {
  if (numbers.length === 0) return undefined;
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** The largest, for more numbers than a call may have arguments; undefined of none. */
export function findLargest(numbers: readonly number[]): number | undefined {
  return numbers.length === 0 ? undefined : numbers.reduce((most, number) => Math.max(most, number));
}

/** Things by what they have in common. */
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
