import { differences } from "./attributes";
import { code, transition } from "./markdown";
import { isTouched, type Kind, type ResourceChange } from "./plan";

const WORDS: Readonly<Record<Kind, string>> = {
  destroy: "destroy",
  replace: "replace",
  change: "change",
  add: "add",
  forget: "let go",
  same: "move",
};

const ORDER: readonly Kind[] = ["destroy", "replace", "change", "add", "forget", "same"];

const MOST_ATTRIBUTES = 30;

/** Everything that a plan does, one text per resource: what happens, and which attributes change how. */
export function fullList(changes: readonly ResourceChange[]): string[] {
  return changes
    .filter(isTouched)
    .sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind))
    .map((change) => [headline(change), ...attributeLines(change)].join("\n"));
}

function headline({ kind, address, previousAddress, replacedFor }: ResourceChange): string {
  const moved = previousAddress === undefined ? "" : `, known before as ${code(previousAddress)}`;
  const why = replacedFor.length > 0 ? `, because of ${replacedFor.map((path) => code(path)).join(", ")}` : "";
  return `- **${WORDS[kind]}** ${code(address, 300)}${moved}${why}`;
}

function attributeLines(change: ResourceChange): string[] {
  if (change.kind !== "change" && change.kind !== "replace") return [];
  const all = differences(change);
  const lines = all
    .slice(0, MOST_ATTRIBUTES)
    .map(({ path, before, after }) => `  - ${code(path)}: ${transition(before, after)}`);
  const more = all.length - lines.length;
  return more > 0 ? [...lines, `  - and ${more} more attributes`] : lines;
}
