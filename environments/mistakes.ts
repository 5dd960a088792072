import { looksSecret } from "../performance/secrets";

/** One mistake in the user's input, reported on one line. */
export interface Mistake {
  /** Path of the file as the user knows it, relative to the project's root. */
  readonly file: string;
  /** What is wrong and what was expected; starts with the key, if there is one. */
  readonly message: string;
}

/** All mistakes in the user's input. The message has one line per mistake; print it as it is. */
export class InvalidInput extends Error {
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(({ file, message }) => `${file}: ${message}`).join("\n"));
    this.name = "InvalidInput";
  }
}

/** One mistake in the user's input: in a file, or in a command or an option. */
export function makeInvalidInput(file: string, message: string): InvalidInput {
  return new InvalidInput([{ file, message }]);
}

/** Formats a value for a message's "got …": on one line, at most 60 characters, and never a secret. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) {
    const kind = Array.isArray(value) ? "list" : "map";
    return Object.keys(value).length === 0 ? `an empty ${kind}` : `a ${kind}`;
  }
  if (typeof value === "string" && looksSecret(value)) return "a secret";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Formats the path of a key as in HCL: `functions.api.memory_mb`, with quotes around unusual names. */
export function formatKeyPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (/^[\w-]+$/.test(String(key)) ? String(key) : JSON.stringify(String(key)))).join(".");
}
