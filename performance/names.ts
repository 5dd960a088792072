/** The name for everything without its own name. */
export const OTHER = "Other";

/** A name from the code, not from data: a word with few digits. */
const NAME = /^(?!(.*\d){4})[A-Za-z][\w.:-]{0,49}$/;

/**
 * Limits names that become values of a metric's dimension, because CloudWatch bills each value as a separate metric.
 * Their number is bounded, and names that look like data are rejected, so a bug cannot create thousands.
 *
 * @param max maximum number of different names
 * @returns a function that returns the name it is given, or {@link OTHER}
 */
export function limitNames(max: number): (name: unknown) => string {
  const known = new Set<unknown>();
  return (name) => {
    if (typeof name === "string" && NAME.test(name) && known.size < max) known.add(name);
    return known.has(name) ? (name as string) : OTHER;
  };
}
