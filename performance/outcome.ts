import { boundedNames, OTHER } from "./names";

/** How a request ended, as metrics tell it. */
export type Outcome = "Successes" | "ClientErrors" | Failure;

/** A request that failed. */
export interface Failure {
  readonly category: string;
  /** Whether it was answered all the same, with an HTTP status 5xx. */
  readonly answered?: boolean;
}

/** Names a failure; undefined leaves it to the default, the error's class. */
export type Categorize = (error: unknown) => string | undefined;

/** Categories that one execution environment may name; the rest is `Other`. */
const MAX_CATEGORIES = 10;

const categoryOf = boundedNames(MAX_CATEGORIES);

/** The outcome of a handler that threw. */
export function outcomeOfError(error: unknown, categorize?: Categorize): Outcome {
  for (const name of [categorize, className]) {
    try {
      const category = name?.(error);
      if (category !== undefined) return { category: categoryOf(category) };
    } catch {
      // What cannot even be looked at has no name.
    }
  }
  return { category: OTHER };
}

/** The outcome of a handler that answered: by its HTTP status, where it has one. */
export function outcomeOfResult(result: unknown): Outcome {
  try {
    const status = (result as { statusCode?: unknown }).statusCode;
    if (typeof status !== "number" || !(status >= 400)) return "Successes";
    return status < 500 ? "ClientErrors" : { category: categoryOf(`Http${status}`), answered: true };
  } catch {
    return "Successes";
  }
}

function className(error: unknown): string | undefined {
  if (typeof error !== "object") return undefined;
  const { name, constructor } = error as Error;
  return name === "Error" ? constructor.name : name;
}
