import * as z from "zod";
import { parseJson } from "./parse-json";

/** A map of a tfvars file, or JSON text of one. */
export type JsonMap = Readonly<Record<string, unknown>>;

function parseMap(text: string): JsonMap | undefined {
  const value = parseJson(text);
  return isMap(value) ? { ...value } : undefined;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A map, or JSON text of one: HCL has no functions here, as `jsonencode` is one. */
export function defineJson(example: string) {
  const error = `a map or JSON text of one, as in ${example}`;
  return z
    .union([z.record(z.string(), z.unknown()), z.string().refine((text) => parseMap(text) !== undefined, { error })], {
      error,
    })
    .transform((value): JsonMap => (typeof value === "string" ? (parseMap(value) ?? {}) : value));
}

/**
 * Which events are meant. EventBridge, Lambda and SNS take only lists of values:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html
 */
export function definePattern(example: string) {
  return defineJson(example).refine(isPattern, { error: `a pattern whose values are lists, as in ${example}` });
}

function isPattern(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : isMap(value) && Object.values(value).every(isPattern);
}

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const FILTER_POLICY_KEYS = 5;

/** What SNS would refuse of a filter policy, as the end of the sentence "expected …"; undefined if nothing. */
export function explainFilterPolicy(policy: JsonMap, isOfBody: boolean): string | undefined {
  if (countLists(policy) > FILTER_POLICY_KEYS) return `at most ${FILTER_POLICY_KEYS} keys with a list`;
  if (isOfBody || Object.values(policy).every(Array.isArray)) return undefined;
  return 'no maps in it without filter_policy_scope = "MessageBody": attributes of messages have none';
}

function countLists(value: unknown): number {
  if (!isMap(value)) return 1;
  return Object.values(value).reduce<number>((total, item) => total + countLists(item), 0);
}
