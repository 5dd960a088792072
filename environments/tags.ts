import * as z from "zod";
import { type CrossFieldMistake } from "./cross-field-mistakes";
import { defineText } from "./fields";

/** Tags on everything that Warmwatch makes, for cost reports, unless a file sets them. */
export const OWN_TAGS = { Service: "LambdaMonitoring", CostCenter: "Performance" } as const;

/** The tag by which an environment's resources are told apart, in policies too: no file can set it. */
const ENVIRONMENT_TAG = "Environment";

/** Tags that are always there. */
const OWN_NAMES = [...Object.keys(OWN_TAGS), ENVIRONMENT_TAG];

/**
 * At most 50 tags a resource: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
 */
const MAX_TAGS = 50 - OWN_NAMES.length;

/**
 * IAM has the strictest rules: names of tags must not differ only in case:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
export const tags = z
  .record(
    defineText(
      "1 to 128 letters, digits, spaces and _.:/=+-@, no space around them",
      /^(?!\p{Z})[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}(?<!\p{Z})$/u,
    )
      .refine((name) => !/^aws:/i.test(name), { error: "a name that does not begin with aws:" })
      .refine((name) => name.toLowerCase() !== ENVIRONMENT_TAG.toLowerCase(), {
        error: "a name that Warmwatch does not set itself",
      }),
    defineText(
      "at most 256 letters, digits, spaces and _.:/=+-@, no space around them",
      /^(?!\p{Z})[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}(?<!\p{Z})$/u,
    ),
    { error: "a map, as in tags = { … }" },
  )
  .refine((value) => Object.keys(value).length <= MAX_TAGS, { error: `at most ${MAX_TAGS} tags` })
  .superRefine((value, context) => {
    const first = new Map(OWN_NAMES.map((name) => [name.toLowerCase(), name]));
    for (const name of Object.keys(value)) {
      const other = first.get(name.toLowerCase());
      first.set(name.toLowerCase(), name);
      if (other !== undefined && other !== name)
        context.addIssue({
          code: "custom",
          path: [name],
          message: `a name that differs from ${other} in more than case`,
          input: name,
        });
    }
  });

/** Finds tags of a function that AWS would refuse beside those of its environment. */
export function findTagMistakes(
  shared: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
): CrossFieldMistake[] {
  const known = [...Object.keys(OWN_TAGS), ...Object.keys(shared)];
  const twins = Object.keys(own).flatMap((name) => {
    const other = known.find((one) => one !== name && one.toLowerCase() === name.toLowerCase());
    if (other === undefined) return [];
    return [{ path: ["tags", name], expected: `a name that differs from ${other} in more than case`, got: name }];
  });
  const count = Object.keys({ ...shared, ...own }).length;
  if (count <= MAX_TAGS) return twins;
  const expected = `at most ${MAX_TAGS} tags together with those of the environment`;
  return [...twins, { path: ["tags"], expected, got: count }];
}

/** The tags of everything in an environment. */
export function buildTags({ name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> }) {
  return { ...OWN_TAGS, ...tags, [ENVIRONMENT_TAG]: name };
}
