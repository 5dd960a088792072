import { toOneLine } from "../../performance/foreign-text";
import { type Leaf } from "./attributes";

const LONGEST_VALUE = 160;

/**
 * A text from a plan, as code in Markdown. Nothing in it is interpreted as Markdown, HTML or a user name, because code
 * has none of these, and the fence is longer than any run of backticks in the text.
 */
export function formatCode(text: string, longest = LONGEST_VALUE): string {
  // Invisible characters, and those that reverse the order of others, are removed.
  const line = toOneLine(text.replaceAll(/[\p{Cf}\p{Cs}]/gu, ""));
  const characters = Array.from(line);
  const shown = characters.length > longest ? `${characters.slice(0, longest - 1).join("")}…` : line;
  if (shown === "") return '`""`';
  const runs = shown.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1);
  const pad = shown.startsWith("`") || shown.endsWith("`") ? " " : "";
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Why something is replaced, as the end of a sentence; empty if the plan does not say. */
export function formatReason(attributes: readonly string[], because?: string): string {
  const reasons = [...attributes.map((path) => formatCode(path)), ...(because === undefined ? [] : [because])];
  return reasons.length > 0 ? `, because of ${reasons.join(", ")}` : "";
}

/** An attribute's value in displayable form. */
export function formatLeafValue(leaf: Leaf | undefined, unit = ""): string {
  if (leaf === undefined) return "nothing";
  if (leaf.isSecret) return "(sensitive)";
  if (leaf.isUnknown) return "(known after apply)";
  return formatCode((typeof leaf.value === "string" ? leaf.value : JSON.stringify(leaf.value)) + unit);
}

/** As in "`10 s` -> `20 s`"; for secrets only that they change. */
export function formatTransition(before: Leaf | undefined, after: Leaf | undefined, unit = ""): string {
  if (before?.isSecret === true || after?.isSecret === true) return "changes (sensitive)";
  return `${formatLeafValue(before, unit)} -> ${formatLeafValue(after, unit)}`;
}
