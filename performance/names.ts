/** The name of everything that has no name of its own. */
export const OTHER = "Other";

/** A name from the code, not from data: a word, with hardly any digits. */
const NAME = /^(?!(.*\d){4})[A-Za-z][\w.:-]{0,49}$/;

/**
 * For names that become values of a metric's dimension, each of which CloudWatch bills as a metric of its own. Their
 * number is bounded, and what looks like data is no name, so that a bug cannot create thousands.
 *
 * @param max how many different names there may be
 * @returns a function that returns the name it is given, or {@link OTHER}
 */
export function limitNames(max: number): (name: unknown) => string {
  const known = new Set<string>();
  return (name) => {
    if (typeof name !== "string" || !NAME.test(name)) return OTHER;
    if (known.size < max) known.add(name);
    return known.has(name) ? name : OTHER;
  };
}
