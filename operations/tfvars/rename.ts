import { formatKeyPath } from "../../environments/mistakes";
import { findNewName } from "../../environments/renamed-keys";
import { type Item, parseItems } from "./objects";

/** A tfvars file's text with new names of keys. */
export interface Renamed {
  readonly text: string;
  /** A sentence for each key that keeps its old name, because something is there already. */
  readonly misfits: readonly string[];
}

/** What replaces a part of a text. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly inserted: string;
}

/**
 * Writes the new names of keys. Every other character stays.
 *
 * @throws UnsupportedSyntax
 */
export async function renameKeys(text: string): Promise<Renamed> {
  const edits: Edit[] = [];
  const misfits: string[] = [];
  const visit = (items: readonly Item[], parents: readonly string[]): void => {
    const taken = new Set(items.map(({ key }) => key));
    for (const item of items) {
      const path = [...parents, item.key];
      visit(item.map?.items ?? [], path);
      const name = findNewName(path);
      if (name === undefined) continue;
      const [first = ""] = name.split(".");
      if (taken.has(first)) {
        misfits.push(`${formatKeyPath(path)}: its new name is ${name}, and ${first} is there already`);
      } else {
        edits.push(...renameItem(text, item, name));
        taken.add(first);
      }
    }
  };
  visit(await parseItems(text), []);
  const fromEnd = edits.sort((a, b) => b.start - a.start);
  return { text: fromEnd.reduce((result, edit) => splice(result, edit), text), misfits };
}

function renameItem(text: string, { key, start, valueStart, valueEnd }: Item, name: string): Edit[] {
  const quotes = text[start - 1] === '"' ? 1 : 0;
  const end = start + key.length + quotes;
  const opened = name.replaceAll(".", " = { ");
  // Keeps what is aligned, where there is room.
  const [space = ""] = /^ */.exec(text.slice(end, valueStart)) ?? [];
  const width = space.length > 1 ? end - start + quotes + space.length - 1 : 0;
  return [
    { start: start - quotes, end: end + space.length, inserted: opened.padEnd(width) + (space === "" ? "" : " ") },
    { start: valueEnd, end: valueEnd, inserted: " }".repeat(name.split(".").length - 1) },
  ];
}

function splice(text: string, { start, end, inserted }: Edit): string {
  return text.slice(0, start) + inserted + text.slice(end);
}
