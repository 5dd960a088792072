/**
 * What happens to a resource. `forget`: Terraform lets go of it, and it stays in AWS. `run`: a function is called,
 * which Terraform plans as a replacement of an earlier call, though nothing goes.
 */
export type ChangeKind = "add" | "change" | "replace" | "destroy" | "forget" | "run" | "same";

/** What is counted of a plan's resources. */
export type CountedKind = ChangeKind | "moved" | "imported";

/** One resource of a plan, also one that stays as it is. */
export interface ResourceChange {
  readonly address: string;
  readonly previousAddress?: string;
  /** What the resource is called in AWS, where it is there already and Terraform takes it over. */
  readonly importedId?: string;
  /** As in `aws_lambda_function`. */
  readonly type: string;
  /** Its name in the configuration, for people to read. */
  readonly label: string;
  readonly kind: ChangeKind;
  /** Its attributes; nothing where there is no such resource. */
  readonly before: unknown;
  readonly after: unknown;
  /** These three have the shape of the attributes, with `true` for whatever is not known yet, or not to be shown. */
  readonly unknown: unknown;
  readonly sensitiveBefore: unknown;
  readonly sensitiveAfter: unknown;
  /** The attributes that cannot be changed without a replacement. */
  readonly replacedFor: readonly string[];
  /** Another reason for a replacement, in words. */
  readonly replacedBecause?: string;
}

/** One output of a plan that does not stay as it is. */
export interface OutputChange {
  readonly name: string;
  readonly kind: "add" | "change" | "destroy";
}

/** What Terraform is going to do to an environment. */
export interface Plan {
  readonly environment: string;
  readonly changes: readonly ResourceChange[];
  readonly outputs: readonly OutputChange[];
  /** What has changed, or is gone, without Terraform: from what its state knows to what there is. */
  readonly drift: readonly ResourceChange[];
  /** What conditions of the configuration say of this plan that they refuse. */
  readonly refusals: readonly string[];
  /** Whether planning went through to its end. */
  readonly isWhole: boolean;
}

/** How many resources meet each fate. */
export function countKinds(changes: readonly ResourceChange[]): Readonly<Record<CountedKind, number>> {
  const counts = { add: 0, change: 0, replace: 0, destroy: 0, forget: 0, run: 0, same: 0, moved: 0, imported: 0 };
  for (const { kind, previousAddress, importedId } of changes) {
    counts[kind] += 1;
    if (previousAddress !== undefined) counts.moved += 1;
    if (importedId !== undefined) counts.imported += 1;
  }
  return counts;
}

/** Whether anything at all is to be done with a resource. */
export function isTouched({ kind, previousAddress, importedId }: ResourceChange): boolean {
  return kind !== "same" || previousAddress !== undefined || importedId !== undefined;
}
