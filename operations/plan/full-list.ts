import { listAttributeDifferences } from "./attributes";
import { formatCode, formatReason, formatTransition } from "./markdown";
import { isTouched, type ChangeKind, type Plan, type ResourceChange } from "./plan";

const WORDS: Readonly<Record<ChangeKind, string>> = {
  destroy: "destroy",
  replace: "replace",
  change: "change",
  add: "add",
  forget: "forget",
  run: "run",
  same: "move",
};

const ORDER: readonly ChangeKind[] = ["destroy", "replace", "change", "add", "forget", "run", "same"];

const MOST_ATTRIBUTES = 30;

/** Everything that a plan does, one text per resource or output, with the changes of attributes. */
export function formatFullList({ changes, outputs, drift }: Pick<Plan, "changes" | "outputs" | "drift">): string[] {
  return [
    ...sortChanges(changes).map((change) => [formatHeadline(change), ...formatAttributes(change)].join("\n")),
    ...outputs.map(({ name, kind }) => `- **${WORDS[kind]}** output ${formatCode(name)}`),
    ...sortChanges(drift).map((change) => [formatDriftHeadline(change), ...formatAttributes(change)].join("\n")),
  ];
}

function sortChanges(changes: readonly ResourceChange[]): ResourceChange[] {
  return changes.filter(isTouched).sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

function formatHeadline({
  kind,
  address,
  previousAddress,
  importedId,
  replacedFor,
  replacedBecause,
}: ResourceChange): string {
  const word = kind === "same" && importedId !== undefined ? "import" : WORDS[kind];
  const moved = previousAddress === undefined ? "" : `, known before as ${formatCode(previousAddress)}`;
  const imported = importedId === undefined ? "" : `, imported from AWS, where it is ${formatCode(importedId)}`;
  return `- **${word}** ${formatCode(address, 300)}${moved}${imported}${formatReason(replacedFor, replacedBecause)}`;
}

function formatDriftHeadline({ kind, address }: ResourceChange): string {
  return `- **${kind === "destroy" ? "gone" : "changed"} outside Terraform** ${formatCode(address, 300)}`;
}

function formatAttributes(change: ResourceChange): string[] {
  if (change.kind !== "change" && change.kind !== "replace") return [];
  const all = listAttributeDifferences(change);
  const lines = all
    .slice(0, MOST_ATTRIBUTES)
    .map(({ path, before, after }) => `  - ${formatCode(path)}: ${formatTransition(before, after)}`);
  const more = all.length - lines.length;
  return more > 0 ? [...lines, `  - and ${more} more attributes`] : lines;
}
