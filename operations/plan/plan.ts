/** What happens to a resource. `forget`: Terraform lets go of it, and it stays in AWS. */
export type Kind = "add" | "change" | "replace" | "destroy" | "forget" | "same";

/** One resource of a plan, also one that stays as it is. */
export interface ResourceChange {
  readonly address: string;
  readonly previousAddress?: string;
  /** As in `aws_lambda_function`. */
  readonly type: string;
  /** Its name in the configuration, for people to read. */
  readonly label: string;
  readonly kind: Kind;
  /** Its attributes; nothing where there is no such resource. */
  readonly before: unknown;
  readonly after: unknown;
  /** These three have the shape of the attributes, with `true` for whatever is not known yet, or not to be shown. */
  readonly unknown: unknown;
  readonly sensitiveBefore: unknown;
  readonly sensitiveAfter: unknown;
  /** The attributes that cannot be changed without a replacement. */
  readonly replacedFor: readonly string[];
}

/** What Terraform is going to do to an environment. */
export interface Plan {
  readonly environment: string;
  readonly changes: readonly ResourceChange[];
  /** Whether planning went through to its end. */
  readonly isWhole: boolean;
}

/** How many resources meet each fate. */
export function countKinds(changes: readonly ResourceChange[]): Readonly<Record<Kind | "moved", number>> {
  const counts = { add: 0, change: 0, replace: 0, destroy: 0, forget: 0, same: 0, moved: 0 };
  for (const { kind, previousAddress } of changes) {
    counts[kind] += 1;
    if (previousAddress !== undefined) counts.moved += 1;
  }
  return counts;
}

/** Whether anything at all is to be done with a resource. */
export function isTouched({ kind, previousAddress }: ResourceChange): boolean {
  return kind !== "same" || previousAddress !== undefined;
}
