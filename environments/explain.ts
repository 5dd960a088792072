import { distance } from "fastest-levenshtein";
import { type z } from "zod";
import { keyPath, show } from "./mistakes";

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** Turns what the schema found into one sentence per key. Parse with `reportInput: true`, so that it can say what it got. */
export function explainIssues(issues: readonly Issue[]): string[] {
  const sentences = new Map<string, string>();
  for (const issue of issues) {
    for (const [path, complaint] of complaints(issue)) {
      const key = keyPath(path);
      // The first complaint about a key is the most basic one; the rest follow from it.
      if (!sentences.has(key)) sentences.set(key, key === "" ? complaint : `${key}: ${complaint}`);
    }
  }
  return [...sentences.values()];
}

function complaints(issue: Issue): [Path, string][] {
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => [
        [...issue.path, key],
        `unknown key${suggestion(key, issue.message.split(", "))}`,
      ]);
    case "invalid_key":
      return [[issue.path, `expected ${issue.issues[0]?.message ?? "another name"}, got ${show(issue.path.at(-1))}`]];
    default:
      return [[issue.path, `expected ${issue.message}, got ${show(offendingValue(issue))}`]];
  }
}

/** Of a map whose kind is told by one key, the value of that key. */
function offendingValue(issue: Issue): unknown {
  return issue.code === "invalid_union" && issue.discriminator !== undefined
    ? (issue.input as Record<string, unknown>)[issue.discriminator]
    : issue.input;
}

function suggestion(key: string, known: readonly string[]): string {
  const [nearest] = known.map((name) => ({ name, edits: distance(key, name) })).sort((a, b) => a.edits - b.edits);
  return nearest && nearest.edits <= Math.max(2, nearest.name.length / 3)
    ? `, did you mean ${nearest.name}?`
    : `; known here: ${known.join(", ")}`;
}

/** Finds what HCL allows and a tfvars file cannot use: expressions, null and what cdktf would replace. */
export function explainUnusable(value: unknown, path: Path = []): { path: Path; sentence: string }[] {
  const unusable = (complaint: string, where = path) => [{ path: where, sentence: `${keyPath(where)}: ${complaint}` }];
  if (value === null) return unusable("expected a value, got null; leave the key out for its default");
  if (typeof value === "string") {
    if (isExpression(value)) return unusable(`expected a plain value, got the expression ${show(value)}`);
    return TOKEN.test(value)
      ? unusable(`expected text without TfToken[, which cdktf replaces, got ${show(value)}`)
      : [];
  }
  if (typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) =>
    isExpression(key)
      ? unusable(`expected a plain key, got the expression ${show(key)}`, [...path, key])
      : explainUnusable(item, [...path, key]),
  );
}

/** What cdktf takes for a text, a list or a map of its own, in whatever text it stands. */
const TOKEN = /[$#&]\{TfToken\[/;

/** `$${` and `%%{` are HCL's way to write `${` and `%{` as text. */
function isExpression(text: string): boolean {
  return /[$%]\{/.test(text.replaceAll(/\$\$\{|%%\{/g, ""));
}
