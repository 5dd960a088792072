import { parseJson } from "../../environments/parse-json";

/** What is sensitive in either of two: both have the attributes' shape, with `true` for sensitive values. */
export function mergeSecrets(one: unknown, other: unknown): unknown {
  if (one === true || other === true) return true;
  if (!isTree(one)) return other;
  if (!isTree(other)) return one;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, mergeSecrets(readChild(one, key), readChild(other, key))]));
}

/** The value of a key of an object or a list; nothing if there is none. */
export function readChild(tree: unknown, key: string): unknown {
  return isTree(tree) && Object.hasOwn(tree, key) ? (tree as Readonly<Record<string, unknown>>)[key] : undefined;
}

/** Whether there is something below. */
export function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The parsed value of a JSON text; any other value as it is. */
export function parseEmbeddedJson(value: unknown): unknown {
  return typeof value === "string" && /^\s*[[{]/.test(value) ? (parseJson(value) ?? value) : value;
}
