/** The name of everything that has no name of its own. */
export const OTHER = "Other";

/** A name from the code, not from data: a word, with hardly any digits. */
const NAME = /^(?!(.*\d){4})[A-Za-z][\w.:-]{0,49}$/;

/**
 * Names that become values of a metric's dimension, each of which CloudWatch bills as a metric of its own. Their number is
 * bounded, and what looks like data is no name, so that a bug cannot create thousands.
 */
export class BoundedNames {
  private readonly known = new Set<string>();

  constructor(private readonly max: number) {}

  /** The name itself, or {@link OTHER}. */
  admit(name: unknown): string {
    if (typeof name !== "string" || !NAME.test(name)) return OTHER;
    if (!this.known.has(name)) {
      if (this.known.size >= this.max) return OTHER;
      this.known.add(name);
    }
    return name;
  }
}
