import { join } from "node:path";
import { writeWholeFile } from "../cli/files";
import { type PlanJson } from "./plan-file";
import { readChild, isTree, mergeSecrets } from "./sensitivity";

const HIDDEN = "(sensitive)";

interface Values {
  readonly before?: unknown;
  readonly after?: unknown;
  readonly before_sensitive?: unknown;
  readonly after_sensitive?: unknown;
}

/**
 * A plan's JSON that can be passed to another job: only the input of the comment, without sensitive values. It still
 * shows that such a value changes.
 */
export function redact(plan: PlanJson): PlanJson {
  const { resource_changes: changes = [], resource_drift: drift, output_changes: outputs } = plan;
  const { format_version, terraform_version, errored, checks } = plan;
  return {
    format_version,
    ...(terraform_version !== undefined && { terraform_version }),
    ...(errored !== undefined && { errored }),
    ...(checks && { checks }),
    resource_changes: changes.map((one) => ({ ...one, change: hideSecrets(one.change) })),
    ...(drift && { resource_drift: drift.map((one) => ({ ...one, change: hideSecrets(one.change) })) }),
    // The comment does not show values of outputs.
    ...(outputs && {
      output_changes: Object.fromEntries(Object.entries(outputs).map(([name, { actions }]) => [name, { actions }])),
    }),
  };
}

/**
 * Writes a plan's JSON without any sensitive value, as <environment>.json.
 *
 * @throws InvalidInput if it cannot be written
 */
export async function writeRedacted(
  folder: string,
  { environment, json }: { readonly environment: string; readonly json: PlanJson },
): Promise<void> {
  await writeWholeFile(join(folder, `${environment}.json`), JSON.stringify(redact(json)));
}

function hideSecrets<Change extends Values>(change: Change): Change {
  const secret = mergeSecrets(change.before_sensitive, change.after_sensitive);
  return {
    ...change,
    before: hide(change.before, change.before, secret),
    after: hide(change.after, change.before, secret),
  };
}

function hide(value: unknown, before: unknown, secret: unknown): unknown {
  if (secret === true) {
    if (value === undefined || value === null) return value;
    return JSON.stringify(value) === JSON.stringify(before) ? HIDDEN : `${HIDDEN} changed`;
  }
  if (!isTree(value) || !isTree(secret)) return value;
  const entries = Object.keys(value).map(
    (key) => [key, hide(readChild(value, key), readChild(before, key), readChild(secret, key))] as const,
  );
  return Array.isArray(value) ? entries.map(([, below]) => below) : Object.fromEntries(entries);
}
