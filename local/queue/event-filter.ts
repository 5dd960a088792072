import { parseJson } from "../../environments/parse-json";
import { LocalEnvironmentError } from "../problem";
import { type SqsRecord } from "./sqs-event";

/**
 * Event filtering: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 * and, for queues, https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
 */

type Json = Readonly<Record<string, unknown>>;
/** Whether a value, or undefined for none, fits. */
type Test = (value: unknown) => boolean;

/** Whether a message fits. */
export type MessageFilter = (record: SqsRecord) => boolean;

/**
 * Reads the filters of a mapping, of which a message needs to match one.
 *
 * @param patterns JSON texts; none lets all messages pass
 * @throws LocalEnvironmentError for what is not supported here
 */
export function parseFilters(patterns: readonly string[]): MessageFilter {
  const filters = patterns.map(parseFilter);
  return (record) => filters.length === 0 || filters.some((filter) => filter(record));
}

function parseFilter(pattern: string): MessageFilter {
  const parsed = JSON.parse(pattern) as Json;
  const test = parseFields(parsed, pattern);
  const wantsFields = isMap(parsed["body"]);
  return (record) => {
    const body = wantsFields ? parseMap(record.body) : record.body;
    return body !== undefined && test({ ...record, body });
  };
}

/** All fields have to fit; of `$or`, one. */
function parseFields(pattern: Json, whole: string): Test {
  const tests = Object.entries(pattern).map(([key, expected]): Test => {
    if (key === "$or" && Array.isArray(expected)) {
      const choices = expected.map((each) => parseFields(each as Json, whole));
      return (value) => choices.some((choice) => choice(value));
    }
    const test = isMap(expected) ? parseFields(expected, whole) : parseRules(expected, whole);
    return (value) => test(isMap(value) ? value[key] : undefined);
  });
  // Of a list of maps, one has to fit.
  return (value) => (Array.isArray(value) ? value : [value]).some((each) => tests.every((test) => test(each)));
}

/** Of a field's rules, one has to fit; of a list of values, one. */
function parseRules(rules: unknown, whole: string): Test {
  if (!Array.isArray(rules)) throw new LocalEnvironmentError(`filter ${whole}: expected a list at each field`);
  const tests = rules.map((rule) => parseRule(rule, whole));
  return (value) => tests.some((test) => test(value));
}

function parseRule(rule: unknown, whole: string): Test {
  if (!isMap(rule)) return anyValue((value) => value === rule);
  const [[operator, operand] = ["", undefined]] = Object.entries(rule);
  switch (operator) {
    case "exists":
      return (value) => (value !== undefined) === operand;
    case "prefix":
    case "suffix":
    case "equals-ignore-case":
      return anyValue(parseTextRule(operator, operand));
    case "numeric":
      return anyValue(parseRange(operand as readonly unknown[]));
    case "anything-but":
      return parseExclusion(operand);
    default:
      throw new LocalEnvironmentError(`filter ${whole}: ${operator} is not supported here`);
  }
}

function parseTextRule(operator: "prefix" | "suffix" | "equals-ignore-case", operand: unknown): Test {
  // As in { prefix = { equals-ignore-case = "a" } }.
  const isFolded = operator === "equals-ignore-case" || isMap(operand);
  const fold = (text: string) => (isFolded ? text.toLowerCase() : text);
  const expected = fold(String(isMap(operand) ? Object.values(operand)[0] : operand));
  return (value) => {
    if (typeof value !== "string") return false;
    if (operator === "prefix") return fold(value).startsWith(expected);
    return operator === "suffix" ? fold(value).endsWith(expected) : fold(value) === expected;
  };
}

/** As in `[">", 0, "<=", 5]`. */
function parseRange(range: readonly unknown[]): Test {
  const bounds = range.flatMap((operator, index) =>
    index % 2 === 0 ? [{ operator, bound: Number(range[index + 1]) }] : [],
  );
  return (value) =>
    typeof value === "number" && bounds.every(({ operator, bound }) => isWithinBound(value, operator, bound));
}

function isWithinBound(value: number, operator: unknown, bound: number): boolean {
  switch (operator) {
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
    default:
      return value === bound;
  }
}

/** As in `{ anything-but = ["a", "b"] }` and `{ anything-but = { prefix = "a" } }`: the field has to be there. */
function parseExclusion(operand: unknown): Test {
  const [[operator, text] = ["", undefined]] = isMap(operand) ? Object.entries(operand) : [];
  const excluded =
    operator === "prefix" || operator === "suffix" || operator === "equals-ignore-case"
      ? (Array.isArray(text) ? text : [text]).map((each: unknown) => parseTextRule(operator, each))
      : (Array.isArray(operand) ? operand : [operand]).map(
          (each: unknown): Test =>
            (value) =>
              value === each,
        );
  return anyValue((value) => value !== undefined && !excluded.some((test) => test(value)));
}

function anyValue(test: Test): Test {
  return (value) => (Array.isArray(value) ? value.some(test) : test(value));
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A body as a pattern with fields wants it; undefined for what is not a map. */
function parseMap(body: string): Json | undefined {
  const value = parseJson(body);
  return isMap(value) ? value : undefined;
}
