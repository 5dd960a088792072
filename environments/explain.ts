import type * as z from "zod";
import { findNewName } from "./renamed-keys";
import { suggestKey } from "./suggest-key";
import { formatKeyPath, show } from "./mistakes";
import { DEPLOYED_KEYS, ENVIRONMENT_KEYS, EXISTING_KEYS } from "./schema";

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/**
 * Turns the schema's issues into one sentence per key. Parse with `reportInput: true` so that it can show the value.
 */
export function explainIssues(issues: readonly Issue[]): string[] {
  const sentences = new Map<string, string>();
  for (const issue of issues) {
    for (const [path, complaint] of listComplaints(issue)) {
      const key = formatKeyPath(path);
      // The first issue of a key is the most basic one; the others follow from it.
      if (!sentences.has(key)) sentences.set(key, key === "" ? complaint : `${key}: ${complaint}`);
    }
  }
  return [...sentences.values()];
}

function listComplaints(issue: Issue): [Path, string][] {
  const { path } = issue;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const name = findNewName([...path, key]);
        if (name !== undefined) return [[...path, key], `unknown key, its new name is ${name}`];
        const switchHint = key === "enabled" ? describeSwitch(path, false) : "";
        const known = issue.message.split(", ");
        return [[...path, key], `unknown key${switchHint || suggestKey(key, known, (name) => findPlace(name, path))}`];
      });
    case "invalid_union": {
      // The kind that was meant is one of which something is there.
      const meant = issue.errors.find(
        (inner) => !inner.some(({ code, path: inside }) => inside.length === 0 && /^invalid_(type|value)$/.test(code)),
      );
      if (meant && issue.discriminator === undefined) {
        return meant.flatMap((inner) => listComplaints({ ...inner, path: [...path, ...inner.path] }));
      }
      return [[path, `expected ${describeExpectation(issue)}, got ${describeOffense(issue)}`]];
    }
    case "invalid_key":
      return [[path, `expected ${issue.issues[0]?.message ?? "another name"}, got ${show(path.at(-1))}`]];
    default:
      return [[path, `expected ${describeExpectation(issue)}, got ${describeOffense(issue)}`]];
  }
}

/** Where a key belongs that is unknown at this path but known at another. */
function findPlace(key: string, path: Path): string | undefined {
  const isAtTop = path.length === 0;
  const isInFunction = path.length === 2 && path[0] === "functions";
  if (isInFunction && ENVIRONMENT_KEYS.includes(key)) return "at the top of the file";
  if (isInFunction && EXISTING_KEYS.includes(key)) return "next to existing = true";
  if (isInFunction && DEPLOYED_KEYS.includes(key)) return "to a function that is deployed from here";
  if (isAtTop && DEPLOYED_KEYS.includes(key)) return `to a function, as in functions = { api = { ${key} = … } }`;
  return undefined;
}

/** What was expected; without an example if {@link describeOffense} gives a better one. */
function describeExpectation({ message, path, input }: Issue): string {
  return describeSwitch(path, input) === "" ? message : message.replace(/, as in .*/, "");
}

/** The end of the sentence "expected …, got …". */
function describeOffense(issue: Issue): string {
  const { path } = issue;
  const value = findOffendingValue(issue);
  if (issue.code === "custom") return `${isEmpty(value) ? "none" : show(value)}${readHint(issue)}`;
  // The value is the secret itself.
  if (path.at(-2) === "secrets" && typeof value === "string") return "text";
  return `${show(value)}${describeSwitch(path, value)}${describeRequoting(issue, value)}`;
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}

function readHint({ params }: z.core.$ZodIssueCustom): string {
  return typeof params?.["hint"] === "string" ? params["hint"] : "";
}

/** How to switch a section on or off that is set as if it were a switch. */
function describeSwitch(path: Path, value: unknown): string {
  if (typeof value !== "boolean") return "";
  const [parent, key] = [path.at(-2), String(path.at(-1))];
  if (parent === "warming" || parent === "alarms") {
    if (key === "pre_deployment") return "; you can only start it by hand";
    return `; to switch it ${value ? "on" : "off"}: ${key} = { enabled = ${value} }`;
  }
  if (value) return "";
  if (key === "warming") return "; to switch warming off: warming = false";
  return key === "alarms" ? "; to switch one off: alarms = { errors = { enabled = false } }" : "";
}

/** How to write a value that only has extra or missing quotes. */
function describeRequoting(issue: Issue, value: unknown): string {
  if (issue.code !== "invalid_type") return "";
  if (typeof value === "string" && issue.expected !== "string" && /^(\d+|true|false)$/.test(value)) {
    return issue.expected === "array" ? "" : `; without quotes: ${value}`;
  }
  const isPlain = typeof value === "number" || typeof value === "boolean";
  return isPlain && issue.expected === "string" && !issue.message.includes("in quotes")
    ? `; in quotes: "${value}"`
    : "";
}

/** The value of the key that decides the kind of a map. */
function findOffendingValue(issue: Issue): unknown {
  return issue.code === "invalid_union" && issue.discriminator !== undefined
    ? (issue.input as Record<string, unknown>)[issue.discriminator]
    : issue.input;
}

/** Finds what HCL allows but a tfvars file cannot use: expressions, null, and text that cdktf would replace. */
export function explainUnusable(value: unknown, path: Path = []): { path: Path; sentence: string }[] {
  const unusable = (complaint: string, where = path) => [
    { path: where, sentence: `${formatKeyPath(where)}: ${complaint}` },
  ];
  if (value === null) return unusable("expected a value, got null; leave the key out for its default");
  if (typeof value === "string") {
    if (isExpression(value)) return unusable(`expected a plain value, got ${describeExpression(value)}`);
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

/** What cdktf treats as its own text, list or map token, anywhere in a text. */
const TOKEN = /[$#&]\{TfToken\[/;

/** A word without quotes is also an expression. */
function describeExpression(text: string): string {
  const [, word] = /^\$\{([A-Za-z][\w.:/+-]*)\}$/.exec(text) ?? [];
  if (word === undefined || /^(var|local|data|module|each|count|path|terraform|self)\./.test(word)) {
    return `the expression ${show(text)}`;
  }
  const meant = /^(true|yes|on)$/i.test(word) ? "true" : /^(false|no|off)$/i.test(word) ? "false" : undefined;
  return meant === undefined
    ? `${word}: text needs quotes, as in ${show(word)}`
    : `${word}: write ${meant}, or ${show(word)} for text`;
}

/** `$${` and `%%{` are HCL's way to write `${` and `%{` as text. */
function isExpression(text: string): boolean {
  return /[$%]\{/.test(text.replaceAll(/\$\$\{|%%\{/g, ""));
}
