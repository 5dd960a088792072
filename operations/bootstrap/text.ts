import { type WrittenStack } from "./write-stacks";

/** The written stacks and the next steps, for a terminal. */
export function formatWritten(written: readonly WrittenStack[]): string[] {
  return [
    ...written.flatMap(({ folder, account = "the one you are signed in to", environments, buckets, notes }) => [
      folder,
      `  account: ${account}`,
      `  roles to plan and deploy: ${environments.join(", ")}`,
      `  buckets for states: ${buckets.join(", ") || "none"}`,
      ...notes.map((note) => `  ${note}`),
    ]),
    "",
    ...written.flatMap(({ folder }) => [
      `Next: terraform -chdir=${folder} init`,
      `      terraform -chdir=${folder} apply`,
    ]),
  ];
}
