import * as z from "zod";

/**
 * The building blocks of a tfvars file's schema. Every `error` here and in the schema completes the sentence "expected
 * …, got …".
 */

type Camel<Key extends string> = Key extends `${infer Head}_${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Key;
type CamelKeys<T> = { [Key in keyof T as Key extends string ? Camel<Key> : Key]: T[Key] };

/** A value that is never changed, all the way down. */
export type DeepReadonly<T> = T extends object ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> } : T;

function convertToCamelKeys<T extends object>(value: T): CamelKeys<T> {
  const camel = (key: string) => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [camel(key), item])) as CamelKeys<T>;
}

/**
 * A map with known keys. The error for an unknown key lists the known ones.
 *
 * @param expected the expected value for the message; by default, a map with its first key
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

/** Like {@link defineKeys}, but snake_case keys of the file become camelCase in TypeScript. */
export function defineSection<Shape extends z.ZodRawShape>(shape: Shape, expected?: string) {
  return defineKeys(shape, expected).transform((value) => convertToCamelKeys(value));
}

/** A whole number within inclusive limits. */
export function defineWholeNumber(from: number, to: number) {
  const range = `${from} to ${to}`;
  return z
    .int({ error: `a whole number, ${range}` })
    .min(from, { error: range })
    .max(to, { error: range });
}

/** A number, whole or not, within inclusive limits. */
export function defineNumber(from: number, to: number) {
  const range = `${from} to ${to}`;
  return z
    .number({ error: `a number, ${range}` })
    .min(from, { error: range })
    .max(to, { error: range });
}

/** Text that matches a pattern; `expected` describes it. */
export function defineText(expected: string, pattern: RegExp) {
  return z.string({ error: expected }).regex(pattern, { error: expected });
}

/** One of a few values. */
export function defineOneOf<const Values extends readonly [string | number, ...(string | number)[]]>(values: Values) {
  return z.literal(values, { error: `one of ${values.join(", ")}` });
}

/** A list without duplicates; `example` shows one. */
export function defineList<Item extends z.ZodType>(item: Item, example: string) {
  return z
    .array(item, { error: `a list, as in ${example}` })
    .refine((items) => new Set(items).size === items.length, { error: "each item once" });
}

/** `true` or `false`. */
export function defineFlag() {
  return z.boolean({ error: "true or false" });
}

/** Removes keys that are present but undefined: they would hide the values that they override. */
export function omitUndefined<T extends object>(
  settings: T | undefined,
): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}

/** A time zone of the IANA database. */
export function defineTimeZone() {
  return defineText("a time zone, as in Europe/Berlin", /^[\w+/-]{1,50}$/).refine(isTimeZone, {
    error: "a time zone of the IANA database, as in Europe/Berlin",
  });
}

/** JavaScript ignores a name's case, EventBridge does not. Of an old name, JavaScript does not know the case. */
function isTimeZone(name: string): boolean {
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    const hasOtherCase = timeZone !== name && timeZone.toLowerCase() === name.toLowerCase();
    return !hasOtherCase && !/(^|\/)[a-z]/.test(name);
  } catch {
    return false;
  }
}
