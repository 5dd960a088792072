/**
 * Keys of tfvars files that have a new name: the old path, as docs/configuration.md had it, and the new name from the
 * same map on, as in `"functions.<name>.invoke_mode": "http.invoke_mode"`. The value means the same. Loading a file
 * says the new name, and `warmwatch update` writes it.
 */
export const RENAMED_KEYS: Readonly<Record<string, string>> = {};

/** The new name of the key at this path, if it has one. */
export function findNewName(path: readonly PropertyKey[]): string | undefined {
  const [, name] =
    Object.entries(RENAMED_KEYS).find(([old]) => {
      const parts = old.split(".");
      return parts.length === path.length && parts.every((part, at) => part === "<name>" || part === path[at]);
    }) ?? [];
  return name;
}
