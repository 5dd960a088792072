import * as z from "zod";
import { findPartitionMistakes } from "./arns";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { type DeepReadonly, defineSection, defineText } from "./fields";

/** What a function may do besides writing its logs, as a tfvars file sets it. */

/** As in `s3:GetObject` and `dynamodb:Get*`. */
const action = defineText(
  'an action, as in "s3:GetObject"',
  /^[a-z][a-z0-9-]{1,63}:(\*|[A-Za-z][A-Za-z0-9*?]{0,127})$/,
);

/** `*`, or an ARN without spaces, quotes or Terraform's templates. */
const resource = defineText(
  'the ARN of a resource, or "*"',
  /^(\*|arn:aws[\w-]*:[a-z0-9-]+:[a-z0-9*-]*:(\d{12}|aws|\*)?:[\w+=,.@/:*?#~!-]+)$/,
);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATOR =
  /^(For(Any|All)Values?:)?(String|Numeric|Date|Arn|Binary)(Not)?(Equals|Like|LessThan|GreaterThan)(Equals|IgnoreCase)?(IfExists)?$|^(Bool|Null|(Not)?IpAddress)(IfExists)?$/;

const values = z.union(
  [z.string(), z.array(z.string({ error: "text in quotes" })).min(1, { error: "at least one value" })],
  { error: "text in quotes, or a list of it" },
);

const conditions = z.record(
  defineText("an operator of IAM, as in StringEquals", OPERATOR),
  z.record(defineText('a condition key, as in "aws:ResourceTag/Team"', /^[\w-]+:[\w:.=+@/-]+$/), values, {
    error: 'a map, as in { "aws:ResourceTag/Team" = "shop" }',
  }),
  { error: 'a map, as in conditions = { StringEquals = { "aws:ResourceTag/Team" = "shop" } }' },
);

const list = <Item extends z.ZodType>(item: Item, example: string) =>
  z
    .array(item, { error: `a list, as in ${example}` })
    .min(1, { error: `at least one, as in ${example}` })
    .refine((items) => new Set(items).size === items.length, { error: "each one once" });

const policyStatement = defineSection({
  actions: list(action, '["s3:GetObject"]').meta({ description: "What the function may do, as in `s3:GetObject`" }),
  resources: list(resource, '["arn:aws:s3:::orders/*"]').meta({ description: "ARNs of what it may do that with" }),
  conditions: conditions
    .default({})
    .meta({ description: "Conditions of IAM, by operator and key; all must be met", summary: {} }),
  reason: defineText("a reason of 1 to 200 characters on one line", /^\S(.{0,198}\S)?$/)
    .optional()
    .meta({
      description:
        "Why the statement needs a wildcard; required with one in an action, or in a resource before the end of its name",
    }),
});

/** The keys of a function about its permissions. */
export const permissionKeys = {
  policy_statements: z
    .record(defineText("1 to 64 letters and digits", /^[A-Za-z0-9]{1,64}$/), policyStatement, {
      error: 'a map, as in policy_statements = { read = { actions = ["s3:GetObject"], resources = [ … ] } }',
    })
    .default({})
    .meta({ description: "What the function's role may do besides writing logs and traces and reading its secrets" }),
  managed_policies: z
    .array(defineText("the ARN of a policy", /^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/), {
      error: 'a list, as in ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]',
    })
    .refine((arns) => new Set(arns).size === arns.length, { error: "each policy once" })
    .default([])
    .meta({ description: "ARNs of policies that are attached to the function's role" }),
};

/** A function's {@link permissionKeys}. */
export type PermissionSettings = DeepReadonly<z.output<ReturnType<typeof defineSection<typeof permissionKeys>>>>;

/** Finds wildcards without a reason, reasons without a wildcard, and ARNs of another partition. */
export function findPermissionMistakes(
  { policyStatements, managedPolicies }: PermissionSettings,
  region: string,
): CrossFieldMistake[] {
  const findAll = (path: readonly string[], arns: readonly string[]) =>
    arns.flatMap((arn, index) => (arn === "*" ? [] : findPartitionMistakes([...path, String(index)], arn, region)));
  return [
    ...Object.entries(policyStatements).flatMap(([name, { actions, resources, reason }]) => {
      const path = ["policy_statements", name];
      const wide = [...actions, ...resources].find(isWide);
      const mistakes: CrossFieldMistake[] = findAll([...path, "resources"], resources);
      if (wide !== undefined && reason === undefined) {
        mistakes.push({ path: [...path, "reason"], expected: `why the function needs ${wide}`, got: undefined });
      }
      if (wide === undefined && reason !== undefined) {
        mistakes.push({
          path: [...path, "reason"],
          expected: "a wildcard in actions or resources, without which no reason is needed",
          got: reason,
        });
      }
      return mistakes;
    }),
    ...findAll(["managed_policies"], managedPolicies),
  ];
}

/**
 * Whether an action or a resource matches more than what has one name. Below a name, a wildcard is the usual way to
 * mean all of it, as in `arn:aws:s3:::orders/*` and `arn:aws:dynamodb:eu-west-1:123456789012:table/orders/index/*`.
 */
export function isWide(text: string): boolean {
  if (!/[*?]/.test(text)) return false;
  if (!text.startsWith("arn:")) return true;
  const [, , service, region = "", account = "", ...rest] = text.split(":");
  // Of S3, the first part is the bucket's name. Elsewhere it can be a type, as in `table/orders`.
  const name = rest
    .join(":")
    .split(/[:/]/)
    .slice(0, service === "s3" ? 1 : 2);
  return [region, account, ...name].some((part) => /[*?]/.test(part));
}
