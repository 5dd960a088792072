import { type FieldMistake, Refusal } from "./responses";
import { type Draft } from "./notes";

const MAX_TITLE = 100;
const MAX_TEXT = 10_000;

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/**
 * Reads the note in a body.
 *
 * @throws Refusal with every mistake in the body
 */
export function parseDraft(body: unknown): Draft {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw makeInvalidRefusal([{ field: "body", expected: "an object", found: describe(body) }]);
  }
  const mistakes: FieldMistake[] = [];
  const checkText = (field: string, value: unknown, least: number, most: number): string => {
    if (typeof value === "string" && value.length >= least && value.length <= most) return value;
    mistakes.push({ field, expected: `text of ${least} to ${most} characters`, found: describe(value) });
    return "";
  };

  const { title, text = "", ...others } = body as Readonly<Record<string, unknown>>;
  const draft = { title: checkText("title", title, 1, MAX_TITLE), text: checkText("text", text, 0, MAX_TEXT) };
  for (const [field, value] of Object.entries(others).slice(0, 1)) {
    mistakes.push({ field, expected: "only the fields title and text", found: describe(value) });
  }
  if (mistakes.length > 0) throw makeInvalidRefusal(mistakes);
  return draft;
}

/**
 * Reads how many notes a query requests.
 *
 * @throws Refusal if it is not a number, or too large
 */
export function parseLimit({ limit = String(DEFAULT_LIMIT) }: Readonly<Record<string, unknown>>): number {
  const number = typeof limit === "string" && /^\d+$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= MAX_LIMIT) return number;
  const found = typeof limit === "string" ? limit : describe(limit);
  throw new Refusal(400, "invalid query", [
    { field: "limit", expected: `a whole number from 1 to ${MAX_LIMIT}`, found },
  ]);
}

function makeInvalidRefusal(mistakes: readonly FieldMistake[]): Refusal {
  return new Refusal(400, "invalid note", mistakes);
}

/** A value as shown in messages: short even if the value is large, because it comes from outside. */
function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "string") return `text of ${value.length} characters`;
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return JSON.stringify(value);
}
