import { type Leaf, readLeavesAfter, readLeavesBefore } from "./attributes";
import { formatCode, formatLeafValue } from "./markdown";
import { type ResourceChange } from "./plan";

/** As the stacks name the call that starts a function's rollout. */
const ROLLOUT = /^aws_lambda_invocation\.(.+)_rollout$/;

/**
 * How new versions are going to get traffic, one line for each rollout. The plan itself tells it: the comment may be
 * written where the changed settings are not.
 */
export function formatRollouts(changes: readonly ResourceChange[]): string[] {
  return changes.flatMap((change) => {
    const id = ROLLOUT.exec(change.address)?.[1];
    return id !== undefined && change.kind === "run" ? [`- rollout ${formatCode(id)}: ${describeStart(change)}`] : [];
  });
}

function describeStart(change: ResourceChange): string {
  const [before, after] = [readLeavesBefore(change), readLeavesAfter(change)];
  const [was, steps] = [before, after].map((leaves) => leaves.get("triggers.steps"));
  const differs = (key: string) => isOther(before.get(`triggers.${key}`), after.get(`triggers.${key}`));
  const version = after.get("triggers.version");
  const lasts = `${formatLeafValue(steps)}; goes back by itself if the new version is worse`;
  if (change.before === undefined || differs("version")) return lasts;
  if (differs("last_rollback")) {
    const why = formatLeafValue(after.get("triggers.last_rollback"));
    return `tries version ${formatLeafValue(version)} again (${why}): ${lasts}`;
  }
  return isOther(was, steps)
    ? `from the next version on ${formatLeafValue(was)} -> ${formatLeafValue(steps)}`
    : "other settings, from the next version on";
}

function isOther(before: Leaf | undefined, after: Leaf | undefined): boolean {
  return after?.isUnknown === true || before?.value !== after?.value;
}
