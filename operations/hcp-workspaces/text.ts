import { type WorkspaceChange, type WorkspaceResult } from "./set-up";

/** What was done to an environment's workspace, for a terminal. */
export function formatResult({ environment, organization, workspace, changes, unset }: WorkspaceResult): string[] {
  return [
    `${environment}: ${organization}/${workspace}`,
    ...(changes.length === 0 ? ["  no changes"] : changes.map((change) => `  ${formatChange(change)}`)),
    ...unset.map(
      (name) =>
        `  variable ${name}: has no value yet; run this again with TF_VAR_${name}, or set it on HCP Terraform as sensitive`,
    ),
  ];
}

function formatChange({ what, name, change, to = {} }: WorkspaceChange): string {
  const now = Object.entries(to).map(([attribute, value]) => `${attribute} ${String(value)}`);
  return `${what} ${name}: ${change}${now.length > 0 ? ` (${now.join(", ")})` : ""}`;
}
