import { type PlanJson } from "./plan-file";
import { child, isTree, secretInEither } from "./sensitivity";

const HIDDEN = "(sensitive)";

/**
 * A plan's JSON that may be handed to another job: only what the comment is made of, without any sensitive value. That such a value changes
 * can still be seen.
 */
export function redact({ format_version, terraform_version, errored, resource_changes = [] }: PlanJson): PlanJson {
  return {
    format_version,
    ...(terraform_version !== undefined && { terraform_version }),
    ...(errored !== undefined && { errored }),
    resource_changes: resource_changes.map((resource) => {
      const { change } = resource;
      const secret = secretInEither(change.before_sensitive, change.after_sensitive);
      return {
        ...resource,
        change: {
          ...change,
          before: hide(change.before, change.before, secret),
          after: hide(change.after, change.before, secret),
        },
      };
    }),
  };
}

function hide(value: unknown, before: unknown, secret: unknown): unknown {
  if (secret === true) {
    if (value === undefined || value === null) return value;
    return JSON.stringify(value) === JSON.stringify(before) ? HIDDEN : `${HIDDEN} changed`;
  }
  if (!isTree(value) || !isTree(secret)) return value;
  const entries = Object.keys(value).map(
    (key) => [key, hide(child(value, key), child(before, key), child(secret, key))] as const,
  );
  return Array.isArray(value) ? entries.map(([, below]) => below) : Object.fromEntries(entries);
}
