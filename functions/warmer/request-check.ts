type Fields = Readonly<Record<string, unknown>>;

/** Collects the mistakes in a function's event. */
export class RequestCheck {
  private readonly mistakes: string[] = [];

  /** @param request what the event is, as errors call it */
  constructor(private readonly request: string) {}

  /** Notes a mistake unless it is right. */

  that(right: boolean, path: string, expected: string, value: unknown): void {
    if (!right)
      this.mistakes.push(
        `${path}: expected ${expected}, got ${value === undefined ? "nothing" : JSON.stringify(value)}`,
      );
  }

  /** A text that is not empty. */
  text(path: string, value: unknown): void {
    this.that(typeof value === "string" && value !== "", path, "a text", value);
  }

  /** A number with a lower limit. */
  number(path: string, value: unknown, least: number): void {
    this.that(typeof value === "number" && value >= least, path, `a number of at least ${least}`, value);
  }

  /** A whole number with a lower limit. */
  count(path: string, value: unknown, least = 0): void {
    this.that(Number.isInteger(value) && Number(value) >= least, path, `a whole number of at least ${least}`, value);
  }

  /** An object's fields; none if it is not an object. */
  fields(path: string, value: unknown): Fields {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.that(isObject, path, "an object", value);
    return isObject ? (value as Fields) : {};
  }

  /** @throws Error with every mistake */
  end(): void {
    if (this.mistakes.length > 0) throw new Error(`malformed ${this.request}: ${this.mistakes.join("; ")}`);
  }
}
