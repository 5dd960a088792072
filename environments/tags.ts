/** Tags on everything that Warmwatch makes, for cost reports. */
export const OWN_TAGS = { Service: "LambdaMonitoring", CostCenter: "Performance" } as const;

/** Names of tags that a file cannot set. */
export const OWN_TAG_NAMES: readonly string[] = [...Object.keys(OWN_TAGS), "Environment"];

/** The tags of everything in an environment. */
export function buildTags({ name, tags }: { readonly name: string; readonly tags: Readonly<Record<string, string>> }) {
  return { ...tags, ...OWN_TAGS, Environment: name };
}
