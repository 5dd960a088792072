/** Tags that everything has which Warmwatch makes, so that costs can be reported by them. */
export const OWN_TAGS = { Service: "LambdaMonitoring", CostCenter: "Performance" } as const;

/** The names of tags that a file cannot set. */
export const OWN_TAG_NAMES: readonly string[] = [...Object.keys(OWN_TAGS), "Environment"];

/** The tags of everything that an environment has. */
export function buildTags({ name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> }) {
  return { ...tags, ...OWN_TAGS, Environment: name };
}
