import { looksSecret } from "../performance/secrets";

/** One thing wrong with what the user wrote, told on one line. */
export interface Mistake {
  /** Path of the file as the user knows it, relative to the project's root. */
  readonly file: string;
  /** What is wrong and what was expected; starts with the key, where there is one. */
  readonly message: string;
}

/**
 * Everything that is wrong with the user's input. Its message has one line per mistake and is meant to be printed as it
 * is.
 */
export class InvalidInput extends Error {
  constructor(readonly mistakes: readonly Mistake[]) {
    super(mistakes.map(({ file, message }) => `${file}: ${message}`).join("\n"));
    this.name = "InvalidInput";
  }
}

/** One thing wrong with the user's input: in a file, or what was typed for a command or an option. */
export function makeInvalidInput(file: string, message: string): InvalidInput {
  return new InvalidInput([{ file, message }]);
}

/** Writes a value for a mistake's "got …": on one line, at most 60 characters, and never a secret. */
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

/** Writes the path of a key as one would in HCL: `functions.api.memory_mb`, with quotes around unusual names. */
export function formatKeyPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (/^[\w-]+$/.test(String(key)) ? String(key) : JSON.stringify(String(key)))).join(".");
}
