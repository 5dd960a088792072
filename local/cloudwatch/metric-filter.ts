import { parseJson } from "../../environments/parse-json";

/** Thrown for a filter that CloudWatch Logs would refuse, or that uses a feature that is not supported here. */
export class FilterPatternError extends Error {}

/**
 * What a pattern captured from a line: `$.selector` of JSON, `$name` of delimited fields, and `$1` for the first field
 * if it has no name.
 */
export type Captured = Readonly<Record<string, string>>;

/** A way to turn a line into a number: `value` is a number, such as "1", or a field that the pattern names. */
export interface MetricTransformation {
  readonly name: string;
  readonly namespace: string;
  readonly value: string;
  readonly default_value?: string | number;
}

/** The attributes of Terraform's `aws_cloudwatch_log_metric_filter` that decide the metric. */
export interface MetricFilter {
  readonly pattern: string;
  readonly metric_transformation: MetricTransformation;
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html
const MAX_CHARACTERS = 1024;

/** A parsed pattern: the fields that it captures, and how. */
interface Pattern {
  readonly fields: ReadonlySet<string>;
  readonly match: (logLine: string) => Captured | undefined;
}

/**
 * What a filter pattern captures from a line, or undefined if the line does not match. Supports terms (`ERROR "timed
 * out" -debug`, `?ERROR ?WARN`), JSON (`{ $.type = "platform.report" && $.record.metrics.initDurationMs = * }`) and
 * delimited fields (`[label = REPORT, ..., value > 5, unit]`). Throws a FilterPatternError for anything else, regular
 * expressions included. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 *
 * Where AWS's documentation is silent:
 *
 * - A comparison with a property that is missing, or is neither text nor a number, is false, even with `!=`.
 * - `=` and `!=` compare numbers by value if both sides are numbers and the pattern's has no quotes, and otherwise as
 *   text.
 * - Tabs separate fields as spaces do, as in Lambda's REPORT lines.
 * - A last field without conditions takes everything that is left, so `[word = ERROR, rest]` matches a line of any
 *   length, as AWS documents. Otherwise, a line must have as many fields as the pattern.
 */
export function matchFilter(pattern: string, logLine: string): Captured | undefined {
  return parsePattern(pattern).match(logLine);
}

/**
 * The number that a metric filter extracts from a line: its value if the line matches, otherwise its default; undefined
 * if there is no default, or if the value is a field that is missing in the line or is not a number. Throws a
 * FilterPatternError if the value is a field that the pattern does not name.
 *
 * CloudWatch reports a default once for a minute in which no line matched; as it is mostly 0, the sum is the same.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
 */
export function readFilterMetric(filter: MetricFilter, logLine: string): number | undefined {
  return compileFilter(filter)(logLine);
}

/** Like {@link readFilterMetric}, but for many lines. */
export function compileFilter({
  pattern,
  metric_transformation: metric,
}: MetricFilter): (logLine: string) => number | undefined {
  const { fields, match } = parsePattern(pattern);
  const constant = parseNumber(metric.value);
  if (constant === undefined && !fields.has(metric.value)) {
    throw new FilterPatternError(`the value ${metric.value} is neither a number nor a field of ${pattern}`);
  }
  return (logLine) => {
    const captured = match(logLine);
    if (!captured) return parseNumber(String(metric.default_value ?? ""));
    return constant ?? parseNumber(captured[metric.value] ?? "");
  };
}

function parsePattern(text: string): Pattern {
  if (text.length > MAX_CHARACTERS)
    throw new FilterPatternError(`a pattern has more than ${MAX_CHARACTERS} characters`);
  const pattern = text.trim();
  if (pattern.startsWith("{")) return parseJsonPattern(cutEnds(pattern, "}"));
  if (pattern.startsWith("[")) return parseFieldsPattern(cutEnds(pattern, "]"));
  return parseTermsPattern(pattern);
}

function cutEnds(pattern: string, end: string): string {
  if (pattern.length < 2 || !pattern.endsWith(end)) throw new FilterPatternError(`${pattern} does not end with ${end}`);
  return pattern.slice(1, -1);
}

// Terms

function parseTermsPattern(pattern: string): Pattern {
  const included: string[] = [];
  const excluded: string[] = [];
  const optional: string[] = [];
  const token = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|(\w+))(?=\s|$)\s*/suy;
  while (token.lastIndex < pattern.length) {
    const start = token.lastIndex;
    const match = token.exec(pattern);
    if (!match) {
      throw new FilterPatternError(
        `a term with characters other than letters, digits and _ needs quotes: ${pattern.slice(start)}`,
      );
    }
    const [, prefix, quoted, plain = ""] = match;
    const term = quoted === undefined ? plain : unescapeQuoted(quoted);
    // In AWS, `" "` matches every line.
    if (term.trim() === "") continue;
    (prefix === "-" ? excluded : prefix === "?" ? optional : included).push(term);
  }
  // "If you combine ? with other filter patterns, all question mark terms will be ignored."
  const anyOf = included.length + excluded.length > 0 ? [] : optional;
  return {
    fields: new Set(),
    match(logLine) {
      const contains = (term: string): boolean => logLine.includes(term);
      const matches =
        included.every(contains) && !excluded.some(contains) && (anyOf.length === 0 || anyOf.some(contains));
      return matches ? {} : undefined;
    },
  };
}

// Conditions of JSON and of delimited fields

type Value = string | number | boolean | null | object | undefined;
type Condition<Subject> = (subject: Subject) => boolean;

interface Token {
  readonly text: string;
  readonly quoted: boolean;
}

/** How conditions of one kind of pattern name their subject. */
interface Language<Subject> {
  /** Reads the meaning of a name; throws if it has none. */
  subjectOf(name: string): (subject: Subject) => Value;
  /** What counts as a number. */
  numberOf(value: Value): number | undefined;
  /** Whether IS and NOT EXISTS are supported. */
  readonly hasKeywords: boolean;
}

const COMPARISONS: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map([
  ["<", (left: number, right: number) => left < right],
  [">", (left: number, right: number) => left > right],
  ["<=", (left: number, right: number) => left <= right],
  [">=", (left: number, right: number) => left >= right],
]);

const CONSTANTS: ReadonlyMap<string, Value> = new Map([
  ["NULL", null],
  ["TRUE", true],
  ["FALSE", false],
]);

function parseConditions<Subject>(text: string, language: Language<Subject>): Condition<Subject> {
  const tokens = splitConditions(text);
  let position = 0;

  function take(expected: string): boolean {
    const token = tokens[position];
    if (!token || token.quoted || token.text !== expected) return false;
    position++;
    return true;
  }

  function any(expected: string): Token {
    const token = tokens[position];
    if (!token || (!token.quoted && /^[()&|<>=!]/u.test(token.text))) throw unexpected(expected);
    position++;
    return token;
  }

  function unexpected(expected: string): FilterPatternError {
    return new FilterPatternError(`in ${text}: expected ${expected}, found ${tokens[position]?.text ?? "the end"}`);
  }

  function disjunction(): Condition<Subject> {
    const conditions = [conjunction()];
    while (take("||")) conditions.push(conjunction());
    return (subject) => conditions.some((condition) => condition(subject));
  }

  function conjunction(): Condition<Subject> {
    const conditions = [primary()];
    while (take("&&")) conditions.push(primary());
    return (subject) => conditions.every((condition) => condition(subject));
  }

  function primary(): Condition<Subject> {
    if (take("(")) {
      const inner = disjunction();
      if (!take(")")) throw unexpected(")");
      return inner;
    }
    const name = any("a field");
    if (name.quoted) throw new FilterPatternError(`in ${text}: ${name.text} is text, not a field`);
    return comparison(language.subjectOf(name.text));
  }

  function comparison(valueOf: (subject: Subject) => Value): Condition<Subject> {
    if (language.hasKeywords) {
      if (take("EXISTS")) throw new FilterPatternError(`in ${text}: AWS has NOT EXISTS but not EXISTS: write = *`);
      if (take("NOT")) {
        if (!take("EXISTS")) throw unexpected("EXISTS");
        return (subject) => valueOf(subject) === undefined;
      }
      if (take("IS")) {
        const constant = CONSTANTS.get(tokens[position]?.text ?? "");
        if (constant === undefined) throw unexpected("NULL, TRUE or FALSE");
        position++;
        return (subject) => valueOf(subject) === constant;
      }
    }
    if (take("=")) return equality(valueOf, any("a value"), true);
    if (take("!=")) return equality(valueOf, any("a value"), false);
    for (const [operator, holds] of COMPARISONS) {
      if (take(operator)) return inequality(valueOf, any("a number"), holds);
    }
    throw unexpected("a comparison");
  }

  function equality(
    valueOf: (subject: Subject) => Value,
    { text: written, quoted }: Token,
    equal: boolean,
  ): Condition<Subject> {
    const number = quoted ? undefined : parseNumber(written);
    const matches = compileWildcard(written);
    return (subject) => {
      const value = valueOf(subject);
      const asNumber = language.numberOf(value);
      if (asNumber !== undefined && number !== undefined) return (asNumber === number) === equal;
      const asText = toText(value);
      return asText !== undefined && matches(asText) === equal;
    };
  }

  function inequality(
    valueOf: (subject: Subject) => Value,
    { text: written, quoted }: Token,
    holds: (left: number, right: number) => boolean,
  ): Condition<Subject> {
    const number = quoted ? undefined : parseNumber(written);
    if (number === undefined) throw new FilterPatternError(`in ${text}: ${written} is not a number`);
    return (subject) => {
      const value = language.numberOf(valueOf(subject));
      return value !== undefined && holds(value, number);
    };
  }

  const result = disjunction();
  if (position < tokens.length) throw unexpected("the end");
  return result;
}

/** Split at the stars, so that no pattern can take long, as a regular expression could. */
function compileWildcard(pattern: string): (text: string) => boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first)) return false;
    let position = first.length;
    for (const part of rest) {
      const found = text.indexOf(part, position);
      if (found < 0) return false;
      position = found + part.length;
    }
    return text.length - last.length >= position && text.endsWith(last);
  };
}

function splitConditions(text: string): readonly Token[] {
  const pattern =
    /\s*(?:"((?:[^"\\]|\\.)*)"|(&&|\|\||[<>!]=|[()<>=])|(\$(?:\.[\w-]+|\.?\['[^']+'\]|\[\d+\])+)|([^\s"()&|<>=!{}%$[\],]+))\s*/suy;
  const tokens: Token[] = [];
  if (text.trim() === "") return tokens;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new FilterPatternError(`cannot read a pattern from ${JSON.stringify(text.slice(start))}`);
    const [all, quoted, operator, selector, word] = match;
    if (quoted !== undefined) tokens.push({ text: unescapeQuoted(quoted), quoted: true });
    else tokens.push({ text: operator ?? selector ?? word ?? all, quoted: false });
  }
  return tokens;
}

// JSON

function parseJsonPattern(text: string): Pattern {
  const selectors = new Map<string, (document: unknown) => Value>();
  const matches = parseConditions<unknown>(text, {
    hasKeywords: true,
    numberOf: (value) => (typeof value === "number" ? value : undefined),
    subjectOf(selector) {
      const select = compileSelector(selector);
      selectors.set(selector, select);
      return select;
    },
  });
  return {
    fields: new Set(selectors.keys()),
    match(logLine) {
      const document = parseObject(logLine);
      if (document === undefined || !matches(document)) return undefined;
      const captured: Record<string, string> = {};
      for (const [selector, select] of selectors) {
        const value = toText(select(document));
        if (value !== undefined) captured[selector] = value;
      }
      return captured;
    },
  };
}

function compileSelector(selector: string): (document: unknown) => Value {
  if (!selector.startsWith("$")) throw new FilterPatternError(`${selector} is not a selector such as $.name`);
  const steps = [...selector.matchAll(/\.([\w-]+)|\['([^']+)'\]|\[(\d+)\]/gu)].map(
    ([, name, quotedName, index = ""]) => name ?? quotedName ?? Number(index),
  );
  return (document) => {
    let value: unknown = document;
    for (const step of steps) {
      if (typeof value !== "object" || value === null || Array.isArray(value) !== (typeof step === "number"))
        return undefined;
      value = Object.hasOwn(value, step) ? (value as Readonly<Record<string | number, unknown>>)[step] : undefined;
    }
    return value as Value;
  };
}

function parseObject(text: string): object | undefined {
  const value = parseJson(text);
  return typeof value === "object" && value !== null ? value : undefined;
}

// Delimited fields

interface Field {
  /** Empty for a field that is known by its number. */
  readonly name: string;
  readonly matches?: Condition<string>;
}

const ELLIPSIS = "...";

function parseFieldsPattern(text: string): Pattern {
  const parts = splitFieldTexts(text);
  const ellipsis = parts.indexOf(ELLIPSIS);
  if (ellipsis !== parts.lastIndexOf(ELLIPSIS)) throw new FilterPatternError(`more than one ${ELLIPSIS} in [${text}]`);
  const before = parts.slice(0, ellipsis < 0 ? parts.length : ellipsis).map(parseField);
  const after = ellipsis < 0 ? [] : parts.slice(ellipsis + 1).map(parseField);
  const named = [...before, ...after].map(({ name }) => name).filter((name) => name !== "");

  return {
    fields: new Set(named.map((name) => `$${name}`)),
    match(logLine) {
      const values = ellipsis < 0 ? selectUpTo(before, splitFields(logLine)) : splitFields(logLine);
      const open = values.length - before.length - after.length;
      if (open < 0 || (ellipsis < 0 && open > 0)) return undefined;
      const fields: readonly Field[] = [...before, ...Array.from({ length: open }, () => ({ name: "" })), ...after];
      const captured: Record<string, string> = {};
      for (const [index, value] of values.entries()) {
        const { name, matches } = fields[index] ?? { name: "" };
        if (matches && !matches(value)) return undefined;
        captured[`$${name || String(index + 1)}`] = value;
      }
      return captured;
    },
  };
}

function selectUpTo(fields: readonly Field[], values: readonly string[]): readonly string[] {
  const last = fields.length - 1;
  if (values.length <= fields.length || fields[last]?.matches) return values;
  return [...values.slice(0, last), values.slice(last).join(" ")];
}

/** The fields of a pattern, between the commas that are not in quotes. */
function splitFieldTexts(text: string): readonly string[] {
  const fields = [""];
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"|[^",]+|[",]/gsu)) {
    if (part === ",") fields.push("");
    else fields.push(`${fields.pop() ?? ""}${part}`);
  }
  return fields.map((field) => field.trim());
}

function parseField(text: string): Field {
  if (/^[\w-]*$/u.test(text)) return { name: text };
  const name = /[\w-]+/u.exec(text)?.[0] ?? "";
  const matches = parseConditions<string>(text, {
    hasKeywords: false,
    numberOf: (value) => (typeof value === "string" ? parseNumber(value) : undefined),
    subjectOf(asked) {
      if (asked !== name) throw new FilterPatternError(`a condition on ${asked} is in the place of the field ${name}`);
      return (value) => value;
    },
  });
  return { name, matches };
}

/** The text between spaces; brackets and quotes keep a field together. */
function splitFields(logLine: string): readonly string[] {
  return [...logLine.matchAll(/\[([^\]]*)\]|"([^"]*)"|(\S+)/gu)].map(
    ([all, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? all,
  );
}

// Values

function parseNumber(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/u.test(text) ? Number(text) : undefined;
}

function toText(value: Value): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function unescapeQuoted(quoted: string): string {
  return quoted.replace(/\\(.)/gsu, "$1");
}
