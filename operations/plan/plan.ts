/**
 * What happens to a resource. `forget`: Terraform stops managing it, and it stays in AWS. `run`: a function is called,
 * which Terraform plans as a replacement of an earlier call, although nothing is removed.
 */
export type ChangeKind = "add" | "change" | "replace" | "destroy" | "forget" | "run" | "same";

/** The counts of a plan's resources. */
export type CountedKind = ChangeKind | "moved" | "imported";

/** One resource of a plan, changed or unchanged. */
export interface ResourceChange {
  readonly address: string;
  readonly previousAddress?: string;
  /** The resource's id in AWS, if it already exists and Terraform imports it. */
  readonly importedId?: string;
  /** As in `aws_lambda_function`. */
  readonly type: string;
  /** Its name in the configuration, for people to read. */
  readonly label: string;
  readonly kind: ChangeKind;
  /** Its attributes; nothing if the resource does not exist. */
  readonly before: unknown;
  readonly after: unknown;
  /** These three have the shape of the attributes, with `true` for values that are unknown or sensitive. */
  readonly unknown: unknown;
  readonly sensitiveBefore: unknown;
  readonly sensitiveAfter: unknown;
  /** The attributes that cannot be changed without a replacement. */
  readonly replacedFor: readonly string[];
  /** Another reason for a replacement, in words. */
  readonly replacedBecause?: string;
}

/** One changed output of a plan. */
export interface OutputChange {
  readonly name: string;
  readonly kind: "add" | "change" | "destroy";
}

/** What Terraform is going to do to an environment. */
export interface Plan {
  readonly environment: string;
  readonly changes: readonly ResourceChange[];
  readonly outputs: readonly OutputChange[];
  /** What was changed or removed outside Terraform: the difference between the state and reality. */
  readonly drift: readonly ResourceChange[];
  /** Messages of conditions of the configuration that refuse this plan. */
  readonly refusals: readonly string[];
  /** Whether planning finished. */
  readonly isWhole: boolean;
}

/** Number of resources per action. */
export function countKinds(changes: readonly ResourceChange[]): Readonly<Record<CountedKind, number>> {
  const counts = { add: 0, change: 0, replace: 0, destroy: 0, forget: 0, run: 0, same: 0, moved: 0, imported: 0 };
  for (const { kind, previousAddress, importedId } of changes) {
    counts[kind] += 1;
    if (previousAddress !== undefined) counts.moved += 1;
    if (importedId !== undefined) counts.imported += 1;
  }
  return counts;
}

/** Whether a plan does anything with a resource. */
export function isTouched({ kind, previousAddress, importedId }: ResourceChange): boolean {
  return kind !== "same" || previousAddress !== undefined || importedId !== undefined;
}
