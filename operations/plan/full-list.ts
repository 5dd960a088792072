import { differences } from "./attributes";
import { code, reason, transition } from "./markdown";
import { isTouched, type Kind, type Plan, type ResourceChange } from "./plan";

const WORDS: Readonly<Record<Kind, string>> = {
  destroy: "destroy",
  replace: "replace",
  change: "change",
  add: "add",
  forget: "let go",
  run: "run",
  same: "move",
};

const ORDER: readonly Kind[] = ["destroy", "replace", "change", "add", "forget", "run", "same"];

const MOST_ATTRIBUTES = 30;

/** Everything that a plan does, one text per resource or output: what happens, and which attributes change how. */
export function fullList({ changes, outputs, drift }: Pick<Plan, "changes" | "outputs" | "drift">): string[] {
  return [
    ...inOrder(changes).map((change) => [headline(change), ...attributeLines(change)].join("\n")),
    ...outputs.map(({ name, kind }) => `- **${WORDS[kind]}** output ${code(name)}`),
    ...inOrder(drift).map((change) => [driftHeadline(change), ...attributeLines(change)].join("\n")),
  ];
}

function inOrder(changes: readonly ResourceChange[]): ResourceChange[] {
  return changes.filter(isTouched).sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

function headline({
  kind,
  address,
  previousAddress,
  importedId,
  replacedFor,
  replacedBecause,
}: ResourceChange): string {
  const word = kind === "same" && importedId !== undefined ? "import" : WORDS[kind];
  const moved = previousAddress === undefined ? "" : `, known before as ${code(previousAddress)}`;
  const imported = importedId === undefined ? "" : `, taken over from AWS, where it is ${code(importedId)}`;
  return `- **${word}** ${code(address, 300)}${moved}${imported}${reason(replacedFor, replacedBecause)}`;
}

function driftHeadline({ kind, address }: ResourceChange): string {
  return `- **${kind === "destroy" ? "gone" : "changed"} outside Terraform** ${code(address, 300)}`;
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
