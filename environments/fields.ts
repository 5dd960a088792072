import { z } from "zod";

/**
 * What the schema of a tfvars file is made of. Every `error` here and in the schema completes the sentence
 * "expected …, got …".
 */

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Key;
type CamelKeys<T> = { [Key in keyof T as Key extends string ? Camel<Key> : Key]: T[Key] };

function convertToCamelKeys<T extends object>(value: T): CamelKeys<T> {
  const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [camel(key), item])) as CamelKeys<T>;
}

/**
 * A map with known keys. For an unknown one, the error lists those that exist.
 *
 * @param expected what it has to be; a map with the first of its keys by default
 */
export function defineKeys<Shape extends z.ZodRawShape>(shape: Shape, expected?: string) {
  const names = Object.keys(shape);
  return z.strictObject(shape, {
    error: ({ code, path = [] }) =>
      code === "unrecognized_keys"
        ? names.join(", ")
        : (expected ?? `a map, as in ${String(path.at(-1) ?? "name")} = { ${names[0]} = … }`),
  });
}

/** Like {@link defineKeys}, and what is snake_case in the file is camelCase in TypeScript. */
export function defineSection<Shape extends z.ZodRawShape>(shape: Shape, expected?: string) {
  return defineKeys(shape, expected).transform((value) => convertToCamelKeys(value));
}

/** A whole number within limits, both included. */
export function defineWholeNumber(from: number, to: number) {
  const range = `${from} to ${to}`;
  return z
    .int({ error: `a whole number, ${range}` })
    .min(from, { error: range })
    .max(to, { error: range });
}

/** Text of a form that a pattern says and `expected` describes. */
export function defineText(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

/** One of a few values. */
export function defineOneOf<const Values extends readonly [string | number, ...(string | number)[]]>(values: Values) {
  return z.literal(values, { error: `one of ${values.join(", ")}` });
}

/** `true` or `false`. */
export function defineFlag() {
  return z.boolean({ error: "true or false" });
}

/** Without the keys that are there but undefined, which would hide what they stand before. */
export function omitUndefined<T extends object>(
  settings: T | undefined,
): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
