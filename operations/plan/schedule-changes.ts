import { type Leaf, type Leaves, readLeavesAfter, readLeavesBefore } from "./attributes";
import { formatCode, formatLeafValue } from "./markdown";
import { type ResourceChange } from "./plan";

const RULES = ["aws_cloudwatch_event_rule", "aws_scheduler_schedule"];
const WRITTEN = [...RULES, "aws_cloudwatch_event_target"];

type Values = ReadonlyMap<string, readonly string[]>;

/**
 * Changed schedules. Several of AWS's can form one of a strategy, and the name of each contains a hash of its
 * expression, so Terraform shows a removed and an added one instead of a change: all current ones of a strategy are
 * compared with all its future ones.
 */
export function formatScheduleChanges(changes: readonly ResourceChange[]): string[] {
  const rules = changes.filter(({ type }) => RULES.includes(type));
  return compare(rules, "schedule", (leaves, { label }) => {
    const expression = leaves.get("schedule_expression");
    const isOff =
      leaves.get("state")?.value === "DISABLED" || (leaves.get("is_enabled")?.value ?? true) === false ? " (off)" : "";
    const zone = toText(leaves.get("schedule_expression_timezone"));
    const where = zone === "" || zone === "UTC" ? "" : ` ${zone}`;
    return expression ? [[removeSuffix(label), `${formatLeafValue(expression)}${where}${isOff}`]] : [];
  });
}

/** Changed numbers of instances that schedules keep warm, from the schedules' input for the warmer. */
export function formatWarmingChanges(changes: readonly ResourceChange[]): string[] {
  const targets = changes.filter(({ type }) => WRITTEN.includes(type));
  if (targets.some((target) => isInputUnknown(readLeavesAfter(target)))) return [];
  return compare(targets, "warming", (leaves) => {
    const strategy = toText(leaves.get(findPathEnding(leaves, "input.strategy")));
    return [...leaves].flatMap(([path, leaf]) => {
      const match = /input\.targets\[(.+)\]\.concurrency$/.exec(path);
      return match?.[1] === undefined
        ? []
        : [[`${match[1]} ${strategy}`.trim(), `${formatLeafValue(leaf)} instances`] as const];
    });
  });
}

function compare(
  changes: readonly ResourceChange[],
  noun: string,
  read: (leaves: Leaves, change: ResourceChange) => readonly (readonly [name: string, text: string])[],
): string[] {
  const before = group(changes.flatMap((change) => read(readLeavesBefore(change), change)));
  const after = group(
    changes.flatMap((change) => (change.kind === "forget" ? [] : read(readLeavesAfter(change), change))),
  );
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((name) => {
    const [old, next] = [before.get(name), after.get(name)].map((texts) => texts?.join(", "));
    if (old === next) return [];
    const text =
      old === undefined ? `new: ${String(next)}` : next === undefined ? `gone (was ${old})` : `${old} -> ${next}`;
    return [`- ${noun} ${formatCode(name)}: ${text}`];
  });
}

function group(pairs: readonly (readonly [string, string])[]): Values {
  const groups = new Map<string, string[]>();
  for (const [name, text] of pairs) {
    const texts = groups.get(name) ?? [];
    if (!texts.includes(text)) groups.set(name, [...texts, text].sort());
  }
  return groups;
}

/** `schedule peak-816ea4` is a schedule of `peak`. */
function removeSuffix(label: string): string {
  return label.replace(/^schedule /, "").replace(/-[0-9a-f]{6}$/, "");
}

function isInputUnknown(leaves: Leaves): boolean {
  return leaves.get(findPathEnding(leaves, "input"))?.isUnknown === true;
}

function findPathEnding(leaves: Leaves, end: string): string {
  return [...leaves.keys()].find((path) => path.endsWith(end)) ?? end;
}

function toText(leaf: Leaf | undefined): string {
  return leaf && !leaf.isSecret && typeof leaf.value === "string" ? leaf.value : "";
}
